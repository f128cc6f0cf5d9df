import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { roomFor } from './room-for.ts';

/** Durations, in buckets. */
export interface Histogram {
  /** @param claimed - how many spans of this duration there were, as far as there is room for them */
  add(value: number, claimed: number): void;
  /** The fields of a data point that are of its kind. */
  point(): OtlpObject;
}

/** Buckets between bounds that are said. */
export class ExplicitHistogram implements Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #count = 0;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(value: number, claimed: number): void {
    const count = roomFor(this.#count, claimed);
    const found = this.#bounds.findIndex((bound) => bound >= value);
    const index = found < 0 ? this.#bounds.length : found;
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#count += count;
    this.#sum += value * count;
  }

  point(): OtlpObject {
    return {
      count: String(this.#count),
      sum: this.#sum,
      bucketCounts: this.#counts.map(String),
      ...(this.#bounds.length > 0 && { explicitBounds: [...this.#bounds] }),
    };
  }
}

/** At this scale 2 ^ 20 buckets lie between a number and its double. */
const MAX_SCALE = 20;

/**
 * Buckets that grow by a factor, which is as small as it can be for `maxSize` of them.
 * @see OpenTelemetry specification, "Metrics Data Model: Exponential Histogram"
 */
export class ExponentialHistogram implements Histogram {
  readonly #maxSize: number;
  #counts = new Map<number, number>();
  #scale = MAX_SCALE;
  #low = 0;
  #high = 0;
  #count = 0;
  #zeroCount = 0;
  #sum = 0;
  #min = 0;
  #max = 0;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  add(value: number, claimed: number): void {
    const count = roomFor(this.#count, claimed);
    if (count === 0) return;
    this.#min = this.#count === 0 ? value : Math.min(this.#min, value);
    this.#max = this.#count === 0 ? value : Math.max(this.#max, value);
    this.#count += count;
    this.#sum += value * count;
    if (value === 0) this.#zeroCount += count;
    else this.#put(value, count);
  }

  point(): OtlpObject {
    const positive = Array.from(
      { length: this.#counts.size === 0 ? 0 : this.#high - this.#low + 1 },
      (_, at) => String(this.#counts.get(this.#low + at) ?? 0),
    );
    return {
      count: String(this.#count),
      sum: this.#sum,
      scale: this.#counts.size === 0 ? 0 : this.#scale,
      ...(this.#zeroCount > 0 && { zeroCount: String(this.#zeroCount) }),
      positive: positive.length > 0 ? { offset: this.#low, bucketCounts: positive } : {},
      negative: {},
      min: this.#min,
      max: this.#max,
    };
  }

  #put(value: number, count: number): void {
    let index = indexOf(value, this.#scale);
    let [low, high] =
      this.#counts.size === 0 ? [index, index] : [Math.min(this.#low, index), Math.max(this.#high, index)];
    let change = 0;
    for (; high - low >= this.#maxSize; change++) [low, high] = [low >> 1, high >> 1];
    if (change > 0) {
      this.#downscale(change);
      index = indexOf(value, this.#scale);
    }
    [this.#low, this.#high] = [low, high];
    this.#counts.set(index, (this.#counts.get(index) ?? 0) + count);
  }

  #downscale(change: number): void {
    const counts = new Map<number, number>();
    for (const [index, count] of this.#counts)
      counts.set(index >> change, (counts.get(index >> change) ?? 0) + count);
    this.#counts = counts;
    this.#scale -= change;
  }
}

const BITS = new DataView(new ArrayBuffer(8));
const BIAS = 1023;
const EXPONENT_SHIFT = 20;
const SIGNIFICAND = 0xfffff;

/** The bucket of a positive number: its bounds are exclusive below and inclusive above. */
function indexOf(value: number, scale: number): number {
  BITS.setFloat64(0, value);
  const head = BITS.getUint32(0);
  const exponent = (head >>> EXPONENT_SHIFT) - BIAS;
  const isPower = (head & SIGNIFICAND) === 0 && BITS.getUint32(4) === 0;
  if (scale <= 0) return (isPower ? exponent - 1 : exponent) >> -scale;
  // Logarithms are not exact; powers of two are the bounds of buckets at each scale.
  return isPower ? exponent * 2 ** scale - 1 : Math.floor(Math.log(value) * Math.LOG2E * 2 ** scale);
}
