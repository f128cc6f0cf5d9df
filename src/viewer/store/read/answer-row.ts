import type { Row, RowId } from '../event-store.ts';
import type { ReadStore } from './read-store.ts';
import { toRow, toWholeRow } from './to-row.ts';

/** One row with its record; undefined when there is none. */
export function answerRow(store: ReadStore, id: RowId): Row | undefined {
  const seq = /^\d+$/.test(id) ? Number(id) : Number.NaN;
  const file = store.fileOf(seq);
  return file === undefined ? undefined : toWholeRow(file, seq);
}

/** Rows by their numbers, in the order in which they were stored. */
export function answerRows(
  store: ReadStore,
  { from, to }: { readonly from: number; readonly to: number },
): Row[] {
  return store.files.flatMap((file) => {
    const rows: Row[] = [];
    for (let seq = Math.max(from, file.first); seq < Math.min(to, file.end); seq++)
      rows.push(toRow(file, seq));
    return rows;
  });
}
