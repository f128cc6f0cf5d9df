import { SIGNALS, type Signal } from '../../otlp/wire/batch.ts';
import { REQUEST } from '../../otlp/wire/messages.ts';

/** How a line of each signal begins, and nothing else does: a key within one has no brace in front. */
const STARTS: readonly (readonly [Signal, RegExp])[] = SIGNALS.map((signal) => {
  const name = REQUEST[signal].fields[0]?.name as string;
  return [signal, new RegExp(`\\{\\s*"${name}"\\s*:`, 'g')] as const;
});

/** As many bytes as such a beginning may have. */
const LOOKED_AT_BYTES = 200;

/** The signal of a line of OTLP/JSON, by its first key; undefined if that is none. */
export function signalOfLine(line: Buffer): Signal | undefined {
  const start = line.toString('latin1', 0, LOOKED_AT_BYTES);
  return STARTS.find(([, pattern]) => start.search(pattern) === 0)?.[0];
}

/**
 * Where the last request on a line begins. A writer that was killed leaves half a line, and the next request follows
 * on the same one.
 */
export function lastRequestIn(line: Buffer): number {
  const text = line.toString('latin1');
  const starts = STARTS.flatMap(([, pattern]) => [...text.matchAll(pattern)].map(({ index }) => index));
  return Math.max(0, ...starts);
}

/** Without the blanks around it, which is what a half line becomes when it is mended. */
export function trimmed(line: Buffer): Buffer {
  let [start, end] = [0, line.length];
  while (start < end && isBlank(line[start])) start++;
  while (end > start && isBlank(line[end - 1])) end--;
  return line.subarray(start, end);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0d || byte === 0x09;
}
