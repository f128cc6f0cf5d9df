import { csvLine } from '../store/table/csv-line.ts';
import { columnsOf, type TableSource } from './table-source.ts';

/**
 * Rows as CSV, part by part; the first line names the columns, for which all rows are read once before.
 * @see RFC 4180
 */
export async function* csvTable(source: TableSource): AsyncGenerator<string> {
  const columns = await columnsOf(source);
  yield csvLine(columns.all().map(({ name }) => name));
  yield* source.lines(columns.seen());
}
