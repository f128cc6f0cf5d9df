import { csvLine } from '../store/table/csv-line.ts';
import { EventColumns } from '../store/table/event-columns.ts';
import type { TableSource } from './table-source.ts';

/**
 * Rows as CSV, part by part; the first line names the columns, for which all rows are read once before.
 * @see RFC 4180
 */
export async function* csvTable(source: TableSource): AsyncGenerator<string> {
  const columns = new EventColumns();
  for await (const part of source.columns()) columns.merge(part);
  yield csvLine(columns.all().map(({ name }) => name));
  yield* source.lines(columns.seen());
}
