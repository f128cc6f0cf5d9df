import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';

/** One series of a metric. */
export interface Series<T> {
  readonly attributes: readonly OtlpObject[];
  readonly startUnixNano: string;
  readonly value: T;
  readonly exemplars: OtlpObject[];
  lastSeenMs: number;
  /** Whether it has been sent. */
  isKnown: boolean;
  readonly bytes: number;
}

/** Memory for series, shared by all of a connector. */
export class Budget {
  readonly #maxBytes: number;
  #bytes = 0;
  /** How many spans and events have been counted elsewhere since the last look, for want of room. */
  overflowing = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isSpent(): boolean {
    return this.#bytes >= this.#maxBytes;
  }

  change(bytes: number): void {
    this.#bytes += bytes;
  }
}

/** What holds the counts of all series for which there is no room, as in the SDKs. */
export const OVERFLOW: readonly OtlpObject[] = [{ key: 'otel.metric.overflow', value: { boolValue: true } }];

/** About what a series takes beside its key and its buckets. */
const SERIES_BYTES = 600;
const BYTES_PER_CHAR = 4;

/** The series of one metric of one resource, by key. */
export class SeriesSet<T> {
  readonly series = new Map<string, Series<T>>();
  readonly #make: () => T;
  readonly #valueBytes: number;
  readonly #limit: number;
  readonly #budget: Budget;
  #overflow: Series<T> | undefined;

  /** @param limit - the most series; 0: none but the budget's */
  constructor(make: () => T, valueBytes: number, limit: number, budget: Budget) {
    this.#make = make;
    this.#valueBytes = valueBytes;
    this.#limit = limit;
    this.#budget = budget;
  }

  /** The series of a key, or the one for all that there is no room for. */
  get(key: string, attributes: () => OtlpObject[], nowMs: number): Series<T> {
    const known = this.series.get(key);
    if (known !== undefined) return seen(known, nowMs);
    const isFull = (this.#limit > 0 && this.series.size >= this.#limit) || this.#budget.isSpent;
    if (!isFull) return this.#add(key, attributes(), nowMs);
    this.#budget.overflowing++;
    this.#overflow ??= this.#add('', OVERFLOW, nowMs);
    return seen(this.#overflow, nowMs);
  }

  /** Lets go of what was not seen since then. */
  expire(beforeMs: number): void {
    for (const [key, series] of this.series) {
      if (series.lastSeenMs > beforeMs) continue;
      this.series.delete(key);
      this.#budget.change(-series.bytes);
      if (series === this.#overflow) this.#overflow = undefined;
    }
  }

  /** Gives back the memory of all of them. */
  release(): void {
    for (const { bytes } of this.series.values()) this.#budget.change(-bytes);
    this.series.clear();
    this.#overflow = undefined;
  }

  #add(key: string, attributes: readonly OtlpObject[], nowMs: number): Series<T> {
    const bytes = SERIES_BYTES + BYTES_PER_CHAR * key.length + this.#valueBytes;
    this.#budget.change(bytes);
    const series: Series<T> = {
      attributes,
      startUnixNano: `${nowMs}000000`,
      value: this.#make(),
      exemplars: [],
      lastSeenMs: nowMs,
      isKnown: false,
      bytes,
    };
    this.series.set(key, series);
    return series;
  }
}

function seen<T>(series: Series<T>, nowMs: number): Series<T> {
  series.lastSeenMs = nowMs;
  return series;
}
