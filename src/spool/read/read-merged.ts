import type { RecordView } from '../log/layout.ts';
import type { ReadLog } from './read-log.ts';

/** A record of one of several logs. */
export interface LogRecord {
  readonly log: ReadLog;
  readonly record: RecordView;
}

interface Head extends LogRecord {
  readonly rest: Iterator<RecordView, void>;
}

/**
 * The records of several logs in one order, by the time of their append; those of one log stay in its order,
 * whatever its clock did. The record is filled again for the next one.
 */
export function* readMerged(logs: readonly ReadLog[]): Generator<LogRecord, void> {
  const heads: Head[] = [];
  try {
    for (const log of logs) insert(heads, { log, rest: log.read() });
    for (let head = heads[0]; head !== undefined; head = heads[0]) {
      yield head;
      heads.shift();
      insert(heads, head);
    }
  } finally {
    for (const { rest } of heads) rest.return?.();
  }
}

/** Puts the log in its place, by its next record; a log without one is done. */
function insert(heads: Head[], { log, rest }: Pick<Head, 'log' | 'rest'>): void {
  const next = rest.next();
  if (next.done) return;
  const record = next.value;
  const place = heads.findIndex((other) => other.record.timeMs > record.timeMs);
  heads.splice(place < 0 ? heads.length : place, 0, { log, rest, record });
}
