import type { Row } from '../store/event-store.ts';

/** What a program for tables takes for a formula, and runs: a text that begins with it is marked as a text. */
const FORMULA = /^[=+\-@\t\r\n\uFF0B\uFF0D\uFF1D\uFF20]/;

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
  return `${COLUMNS.map((column) => cellOf(column === 'time' ? timeOf(row.timeMs) : row[column])).join(',')}\r\n`;
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A record may claim any time, also one that no date can have. */
function timeOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
