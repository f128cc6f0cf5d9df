import type { Row } from '../event-store.ts';
import { csvLine } from './csv-line.ts';
import type { EventColumns } from './event-columns.ts';

/** A row as a line of CSV, or as JSON without columns. Nothing of a row that the columns have no place for. */
export function rowLine(row: Row, columns: EventColumns | undefined): string {
  if (columns === undefined) return `${JSON.stringify(row)}\n`;
  const cells = columns.cells(row);
  return cells === undefined ? '' : csvLine(cells);
}
