import types from 'node:util/types';
import type { EpochTime } from './event.ts';

/** The first second, in the year 2554, whose nanoseconds do not fit into the 64 bits that OTLP has for them. */
export const END_OF_TIME_SECONDS = 18_446_744_073;

const END_OF_TIME_NANOS = BigInt(END_OF_TIME_SECONDS) * 1_000_000_000n;

/**
 * The time that a caller gave, as `Date`, epoch milliseconds or epoch nanoseconds.
 * @returns undefined if it is none, or none that can be sent: before 1970, after 2554
 */
export function toEpochTime(value: unknown): EpochTime | undefined {
  if (typeof value === 'bigint') {
    if (value < 0n || value >= END_OF_TIME_NANOS) return undefined;
    return [Number(value / 1_000_000_000n), Number(value % 1_000_000_000n)];
  }
  const ms = types.isDate(value) ? Date.prototype.getTime.call(value) : value;
  if (typeof ms !== 'number' || !(ms >= 0 && ms < END_OF_TIME_SECONDS * 1000)) return undefined;
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.min(999_999_999, Math.round((ms - seconds * 1000) * 1e6))];
}
