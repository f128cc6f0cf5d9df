import type { TimeRange } from '../../query/query.ts';
import type { LedgerEntry } from '../event-store.ts';
import type { ReadStore } from './read-store.ts';

const MINUTE_MS = 60_000;

/** What was received and stored of each name, by minute of its time; oldest first. */
export function answerLedger(store: ReadStore, { fromMs, toMs }: TimeRange): LedgerEntry[] {
  const from = fromMs === undefined ? Number.NEGATIVE_INFINITY : Math.floor(fromMs / MINUTE_MS) * MINUTE_MS;
  const to = toMs ?? Number.POSITIVE_INFINITY;
  const entries = new Map<string, LedgerEntry>();
  for (const file of store.files) {
    const rows = file.prepare(
      'select service, name, minute, received, repeated from ledger join source on id = source where minute >= ? and minute < ?',
    );
    for (const row of rows.all(from / MINUTE_MS, to / MINUTE_MS)) {
      const { service, name, minute } = row as { service: string; name: string; minute: number };
      const key = `${minute} ${service}\n${name}`;
      const before = entries.get(key);
      entries.set(key, {
        name,
        service,
        minuteMs: minute * MINUTE_MS,
        received: (before?.received ?? 0) + (row.received as number),
        stored: (before?.stored ?? 0) + (row.received as number) - (row.repeated as number),
        repeated: (before?.repeated ?? 0) + (row.repeated as number),
      });
    }
  }
  return [...entries.values()].sort(
    (one, other) => one.minuteMs - other.minuteMs || compareNames(one, other),
  );
}

function compareNames(one: LedgerEntry, other: LedgerEntry): number {
  if (one.service !== other.service) return one.service < other.service ? -1 : 1;
  return one.name < other.name ? -1 : 1;
}
