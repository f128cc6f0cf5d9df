import { type Column, printable, toTable } from './to-table.ts';
import { wrapParts } from './wrap-parts.ts';

/** Where a table is to fit. */
export interface FitOptions {
  /** In characters; infinite where nobody breaks lines. */
  readonly width: number;
  /** The column that heads an entry, where the table does not fit. Default the first. */
  readonly heading?: number;
}

/**
 * The lines of a table, or, where that is too wide, of a list: each row is an entry, with what its cells hold named by
 * the titles of their columns. A terminal would break the lines of the table anywhere.
 */
export function fitTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, heading = 0 }: FitOptions,
): string[] {
  const table = toTable(columns, rows);
  if (table.every((line) => line.length <= width)) return table;
  return rows.flatMap((row) => {
    const cells = row.map(printable);
    const parts = columns.flatMap(({ title }, index) => {
      const cell = cells[index] ?? '';
      return index === heading || cell === '' || cell === '-' ? [] : [`${title.toLowerCase()} ${cell}`];
    });
    return [cells[heading] ?? '', ...wrapParts(parts, width, '  ', '  ')];
  });
}
