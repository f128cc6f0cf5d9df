import { OtelEventsError } from '../../errors.ts';
import { quoted } from '../../viewer/query/quoted.ts';
import type { Intake, StoreCount, StoreReader, StoreRow } from '../store-reader.ts';
import { type AskedStore, askStore, jsonOfAnswer } from './ask-store.ts';
import { below } from './below.ts';

const PAGE_ROWS = 1_000;
const IDS_AT_ONCE = 100;
/** The most groups that the viewer gives. */
const MAX_NAMES = 1_000;

interface Groups {
  readonly groups: readonly {
    readonly value: unknown;
    readonly over?: readonly { readonly fromMs: number; readonly count: number }[];
  }[];
  readonly complete: boolean;
}

interface Rows {
  readonly rows: readonly {
    readonly name: string;
    readonly timeMs: number;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly next: string | null;
  readonly complete: boolean;
}

interface Status {
  readonly endpoints?: { readonly otlpHttp?: string };
}

/** The viewer over its HTTP API. It keeps an event once, so that its rows are different ids. */
export function viewer(store: AskedStore): StoreReader {
  const ask = async <T>(
    path: string,
    params: Readonly<Record<string, string>>,
    member: keyof T & string,
  ): Promise<T> => jsonOfAnswer(store, await askStore(store, path, params, 'GET'), member);
  const rows = async function* (q: string): AsyncGenerator<StoreRow> {
    for (let cursor = ''; ; ) {
      const params = { q, limit: String(PAGE_ROWS), order: 'oldest', ...(cursor !== '' && { cursor }) };
      const answer: Rows = await ask('api/events', params, 'rows');
      for (const { name, timeMs, attributes } of answer.rows)
        yield { uid: String(attributes['log.record.uid'] ?? ''), name, timeMs };
      if (answer.next === null && !answer.complete) throw incomplete(store);
      if (answer.next === null) return;
      cursor = answer.next;
    }
  };
  return {
    kind: store.kind,
    origin: store.url.origin,
    async counts(fromMs, toMs) {
      const q = `-kind:span ${between(fromMs, toMs)}`;
      const { groups, complete }: Groups = await ask(
        'api/groups',
        { q, by: 'name', over: '1m', top: String(MAX_NAMES) },
        'groups',
      );
      return complete && groups.length < MAX_NAMES ? groups.flatMap(toCounts) : undefined;
    },
    rows: (fromMs, toMs) => rows(`-kind:span ${between(fromMs, toMs)}`),
    async find(uids) {
      const found = new Set<string>();
      for (let at = 0; at < uids.length; at += IDS_AT_ONCE) {
        const ids = uids.slice(at, at + IDS_AT_ONCE).map(quoted);
        for await (const { uid } of rows(`uid:${ids.join(',')}`)) found.add(uid);
      }
      return found;
    },
    async intake(): Promise<Intake> {
      const { endpoints }: Status = await ask('api/status', {}, 'endpoints');
      if (endpoints?.otlpHttp !== undefined)
        return { url: below(new URL(endpoints.otlpHttp), 'v1/logs'), headers: {} };
      throw new OtelEventsError('OPTION_INVALID', `the viewer at ${store.url.origin} takes no OTLP itself`, {
        fix: 'say with --to where its collector does',
      });
    },
    // It answers when what came is committed.
    settleMs: async () => 0,
  };
}

/** Which of them have an id stands in the records only, which takes as long to read as the rows themselves. */
function toCounts({ value, over = [] }: Groups['groups'][number]): StoreCount[] {
  return over.map(({ fromMs, count }) => ({
    name: String(value ?? ''),
    minuteMs: fromMs,
    unique: count,
    rows: count,
    bare: undefined,
  }));
}

function between(fromMs: number, toMs: number): string {
  // `until` of a whole minute is up to it, and without.
  return `since:${new Date(fromMs).toISOString()} until:${new Date(toMs).toISOString()}`;
}

function incomplete({ kind, url }: AskedStore): OtelEventsError {
  return new OtelEventsError(
    'STORE_FAILED',
    `${kind} at ${url.origin} did not get through its rows in time`,
    {
      retry: {},
      fix: 'ask for less with --since and --until, or again when it has less to do',
    },
  );
}
