import { csvCell } from '../store/table/csv-cell.ts';
import { EventColumns, type ReadRows } from '../store/table/event-columns.ts';

/**
 * Rows as CSV, a page at a time; the first line names the columns, for which all rows are read once before.
 * @see RFC 4180
 */
export async function* csvTable(read: ReadRows): AsyncGenerator<string> {
  const columns = await EventColumns.of(read);
  yield toLine(columns.all().map(({ name }) => name));
  for await (const rows of read()) {
    const lines = rows.filter((row) => columns.has(row)).map((row) => toLine(columns.cells(row)));
    if (lines.length > 0) yield lines.join('');
  }
}

function toLine(cells: readonly unknown[]): string {
  const texts = cells.map((cell) => csvCell(typeof cell === 'bigint' ? isoNanos(cell) : cell));
  return `${texts.join(',')}\r\n`;
}

/** `2026-11-30T09:15:02.123456789Z`. */
function isoNanos(nanos: bigint): string {
  const seconds = new Date(Number(nanos / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
}
