import { OtelEventsError } from '../../errors.ts';
import { escapeRegExp } from '../../escape-reg-exp.ts';
import type { StoreReader, StoreRow } from '../store-reader.ts';
import { type AskedStore, askStore, jsonOfAnswer, otherAnswer } from './ask-store.ts';
import { below } from './below.ts';

/** The most that Loki gives at once as it comes (`max_entries_limit_per_query`). */
const PAGE_ROWS = 5_000;

/** Ids of one question: Loki refuses long ones. */
const IDS_AT_ONCE = 100;

/** A question about more time is split: Loki refuses those of more than a month, and works through all of it. */
const WINDOW_MS = 86_400_000;

/** Events that Loki took late stand at the time of their arrival; ahead of now it takes minutes. */
const AHEAD_MS = 15 * 60_000;

/** Any stream at all: Loki wants a label. */
const ALL = '{service_name=~".+"}';

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly stream: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [nanoseconds: string, line: string])[];
    }[];
  };
}

interface LokiRow extends StoreRow {
  readonly timeUnixNano: bigint;
}

/**
 * Loki over its HTTP API. It has no way to count ids that are different, so that all rows are looked at.
 * @see https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-logs-within-a-range-of-time
 */
export function loki(store: AskedStore): StoreReader {
  const page = async (query: string, from: bigint, to: bigint): Promise<LokiRow[]> => {
    const answer = await askStore(
      store,
      'loki/api/v1/query_range',
      { query, start: String(from), end: String(to), limit: String(PAGE_ROWS), direction: 'forward' },
      'GET',
    );
    const { data }: Answer = await jsonOfAnswer(store, answer, 'data');
    if (!Array.isArray(data?.result)) throw otherAnswer(store, 'JSON without rows');
    return toRows(data);
  };
  const rows = async function* (query: string, fromMs: number, toMs: number): AsyncGenerator<LokiRow> {
    const to = nanoseconds(toMs);
    for (let from = nanoseconds(fromMs); from < to; ) {
      const found = await page(query, from, to);
      const last = found.at(-1)?.timeUnixNano ?? to;
      if (found.length < PAGE_ROWS) {
        yield* found;
        return;
      }
      if (last === from) throw tooMany(store);
      // Of the last instant there may be more rows than the page had room for: it comes as a whole with the next one.
      for (const row of found) if (row.timeUnixNano !== last) yield row;
      from = last;
    }
  };
  return {
    kind: store.kind,
    origin: store.url.origin,
    rows: (fromMs, toMs) => rows(ALL, fromMs, toMs),
    async find(uids, fromMs) {
      const found = new Set<string>();
      const endMs = Date.now() + AHEAD_MS;
      for (let at = 0; at < uids.length; at += IDS_AT_ONCE) {
        const ids = uids
          .slice(at, at + IDS_AT_ONCE)
          .map(escapeRegExp)
          .join('|');
        const query = `${ALL} | log_record_uid=~${JSON.stringify(ids)}`;
        for (let startMs = fromMs; startMs < endMs; startMs += WINDOW_MS) {
          const stopMs = Math.min(startMs + WINDOW_MS, endMs);
          for await (const { uid } of rows(query, startMs, stopMs)) found.add(uid);
        }
      }
      return found;
    },
    intake: async () => ({
      url: below(store.url, 'otlp/v1/logs'),
      headers: store.headers,
    }),
    // What it has answered for is in its log on the disk.
    settleMs: async () => 0,
  };
}

function toRows(data: Answer['data']): LokiRow[] {
  const rows = data.result.flatMap(({ stream, values }) =>
    values.map(([time]) => ({
      uid: stream.log_record_uid ?? '',
      name: stream.event_name ?? '',
      timeMs: Number(BigInt(time) / 1_000n) / 1_000,
      timeUnixNano: BigInt(time),
    })),
  );
  return rows.sort((one, other) => (one.timeUnixNano < other.timeUnixNano ? -1 : 1));
}

function nanoseconds(ms: number): bigint {
  return BigInt(Math.floor(ms)) * 1_000_000n;
}

function tooMany({ kind, url }: AskedStore): OtelEventsError {
  const message = `${kind} at ${url.origin}: more than ${PAGE_ROWS} events of one nanosecond`;
  return new OtelEventsError('STORE_FAILED', message, { fix: 'they cannot be read page by page' });
}
