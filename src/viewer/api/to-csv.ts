import { csvCell } from '../csv-cell.ts';
import type { Row } from '../store/event-store.ts';

const COLUMNS = [
  'time',
  'kind',
  'name',
  'severity',
  'service',
  'durationMs',
  'status',
  'body',
  'traceId',
  'spanId',
  'parentSpanId',
  'scope',
  'id',
  'timeUnixNano',
  'attributes',
  'resource',
] as const;

/** With a line break. @see RFC 4180 */
export const CSV_HEAD = `${COLUMNS.join(',')}\r\n`;

/** A row as a line of CSV; maps and lists are JSON, the time is UTC. */
export function toCsvLine(row: Row): string {
  return `${COLUMNS.map((column) => csvCell(column === 'time' ? timeOf(row.timeMs) : row[column])).join(',')}\r\n`;
}

/** A record may claim any time, also one that no date can have. */
function timeOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
