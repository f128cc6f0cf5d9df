import { csvCell } from './csv-cell.ts';

const SECOND_NANOS = 1_000_000_000n;

/** The second of the last time that was written: rows of one time come together. */
let lastSecond = { of: -1n, text: '' };

/** A line of RFC 4180 with its end; a bigint is a time in nanoseconds. */
export function csvLine(cells: readonly unknown[]): string {
  const texts = cells.map((cell) => csvCell(typeof cell === 'bigint' ? isoNanos(cell) : cell));
  return `${texts.join(',')}\r\n`;
}

/** `2026-11-30T09:15:02.123456789Z`. */
function isoNanos(nanos: bigint): string {
  const of = nanos / SECOND_NANOS;
  if (of !== lastSecond.of) lastSecond = { of, text: new Date(Number(of) * 1000).toISOString().slice(0, 19) };
  return `${lastSecond.text}.${String(nanos - of * SECOND_NANOS).padStart(9, '0')}Z`;
}
