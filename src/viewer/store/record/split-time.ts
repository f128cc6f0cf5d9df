const TWO_32 = 2 ** 32;
const NANOS_A_MS = 1e6;

/** A time of 64 bits in nanoseconds, without a bigint: its whole milliseconds, and the nanoseconds behind them. */
export class SplitTime {
  wholeMs = 0;
  restNanos = 0;

  /** @param high - the upper 32 bits */
  set(high: number, low: number): void {
    const highMs = Math.floor(high / NANOS_A_MS);
    // Below 2^52, as is all that follows: exact.
    const left = (high - highMs * NANOS_A_MS) * TWO_32 + low;
    const leftMs = Math.floor(left / NANOS_A_MS);
    this.wholeMs = highMs * TWO_32 + leftMs;
    this.restNanos = left - leftMs * NANOS_A_MS;
  }

  get ms(): number {
    return this.wholeMs + this.restNanos / NANOS_A_MS;
  }

  /** Milliseconds since another time. */
  since(start: SplitTime): number {
    return this.wholeMs - start.wholeMs + (this.restNanos - start.restNanos) / NANOS_A_MS;
  }
}
