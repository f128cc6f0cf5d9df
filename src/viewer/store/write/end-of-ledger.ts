import type { EventFile } from '../file/event-file.ts';

const MINUTE_MS = 60_000;

/** Of events of further in the future the time is wrong, and says nothing of the others. */
const AHEAD_MINUTES = 10;

const TABLES = ['ledger', 'span_ledger', 'emitted', 'lost'] as const;

/** The first minute of which nothing was counted or can be under way: clocks of apps may be a bit ahead. */
export function endOfLedger(files: readonly EventFile[], nowMs: number): number {
  const minute = Math.floor(nowMs / MINUTE_MS);
  const latest = files.flatMap((file) =>
    TABLES.map((table) =>
      Number(
        file
          .prepare(`select max(minute) as latest from ${table} where minute <= ?`)
          .get(minute + AHEAD_MINUTES)?.latest ?? 0,
      ),
    ),
  );
  return Math.max(minute, ...latest) + 1;
}

/** Forgets what was counted, emitted and under way. */
export function clearLedger(file: EventFile): void {
  for (const table of [...TABLES, 'source', 'logger', 'under_way'])
    file.prepare(`delete from ${table}`).run();
}
