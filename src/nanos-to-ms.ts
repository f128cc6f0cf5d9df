/**
 * Nanoseconds as milliseconds. All of them in one double would be told apart by 256 ns only, and what is a whole millisecond
 * would be one no more.
 */
export function nanosToMs(nanos: bigint): number {
  return Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1e6;
}
