import type { Row, RowId } from '../event-store.ts';
import type { ReadStore } from './read-store.ts';
import { toWholeRow } from './to-row.ts';

/** One row with its record; undefined when there is none. */
export function answerRow(store: ReadStore, id: RowId): Row | undefined {
  const seq = /^\d+$/.test(id) ? Number(id) : Number.NaN;
  const file = store.fileOf(seq);
  return file === undefined ? undefined : toWholeRow(file, seq);
}
