import type { Intake, StoreCount, StoreReader, StoreRow } from '../store-reader.ts';
import { type AskedStore, askStore, rowsOfAnswer } from './ask-store.ts';
import { below } from './below.ts';
import { inStreams } from './victorialogs-streams.ts';

/** What the ids of one question take: it refuses one of more than 16 KiB (`-search.maxQueryLen`). */
const MAX_IDS_CHARS = 8_000;

/** How often VictoriaLogs writes what it has in memory, unless it was told otherwise (`-inmemoryDataFlushInterval`). */
const DEFAULT_FLUSH_MS = 5_000;

/** What comes is collected for so long, before it counts as in memory. */
const COLLECTED_MS = 1_000;

/** It knows no later times: nanoseconds of 63 bits. */
const MAX_MS = 9_223_372_036_854;

const UID = 'log.record.uid';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * VictoriaLogs over its HTTP API.
 * @see https://docs.victoriametrics.com/victorialogs/querying/#http-api
 */
export function victorialogs(store: AskedStore): StoreReader {
  const ask = async function* (
    query: string,
    member: string,
  ): AsyncGenerator<Readonly<Record<string, string>>> {
    const answer = await askStore(store, 'select/logsql/query', { query });
    yield* rowsOfAnswer(store, answer, member);
  };
  return {
    kind: store.kind,
    origin: store.url.origin,
    async counts(fromMs, toMs) {
      if (toMs > MAX_MS) return [];
      const query = `${between(fromMs, toMs)} | stats by (_time:1m, event_name) count() as all_rows,
        count_uniq("log.record.uid") as ids, count() if ("log.record.uid":*) as with_id`;
      const counts: StoreCount[] = [];
      for await (const row of ask(query, 'ids')) {
        const rows = Number(row.with_id);
        counts.push({
          name: row.event_name ?? '',
          minuteMs: Date.parse(row._time ?? ''),
          unique: Number(row.ids),
          rows,
          bare: Number(row.all_rows) - rows,
        });
      }
      return counts;
    },
    async *rows(fromMs, toMs) {
      if (toMs > MAX_MS) return;
      const query = `${between(fromMs, toMs)} | fields _time, event_name, "log.record.uid"`;
      for await (const row of ask(query, '_time')) yield toRow(row);
    },
    async find(uids) {
      const found = new Set<string>();
      for (const ids of inPieces(uids)) {
        const query = `"log.record.uid":in(${ids}) | uniq by ("log.record.uid")`;
        for await (const row of ask(query, UID)) found.add(row[UID] ?? '');
      }
      return found;
    },
    intake: async (): Promise<Intake> => ({
      url: below(store.url, 'insert/opentelemetry/v1/logs'),
      // As the collector of the stack sends them: in other streams dashboards would not find them.
      headers: { ...store.headers, 'VL-Stream-Fields': 'service_name,event_name' },
      prepare: inStreams(),
    }),
    async settleMs() {
      const flags = await (await askStore(store, 'flags', {}, 'GET')).text().catch(() => '');
      const [, count, unit = ''] =
        /^-inmemoryDataFlushInterval="?(\d+(?:\.\d+)?)(ms|s|m|h)"?\s*$/m.exec(flags) ?? [];
      const flushMs = count === undefined ? DEFAULT_FLUSH_MS : Number(count) * (UNIT_MS[unit] ?? 1_000);
      // It looks once in an interval, give or take a tenth, for what is older than one.
      return COLLECTED_MS + 2.2 * flushMs;
    },
  };
}

/** Ids in quotation marks, with commas between them. */
function* inPieces(uids: readonly string[]): Generator<string> {
  let piece = '';
  for (const uid of uids) {
    const quoted = JSON.stringify(uid);
    if (piece !== '' && piece.length + quoted.length >= MAX_IDS_CHARS) {
      yield piece;
      piece = '';
    }
    piece += piece === '' ? quoted : `,${quoted}`;
  }
  if (piece !== '') yield piece;
}

function between(fromMs: number, toMs: number): string {
  return `_time:[${new Date(fromMs).toISOString()}, ${new Date(toMs).toISOString()})`;
}

function toRow(row: Readonly<Record<string, string>>): StoreRow {
  return {
    uid: row[UID] ?? '',
    name: row.event_name ?? '',
    timeMs: Date.parse(row._time ?? ''),
  };
}
