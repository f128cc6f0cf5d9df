/** What a series shows. */
export type Point = NumberPoint | HistogramPoint | ExponentialPoint | SummaryPoint;

/** What all kinds of points have. */
interface Timed {
  /** Nanoseconds since 1970; 0 for none. */
  readonly startUnixNano: bigint;
  readonly unixNano: bigint;
}

/** Of a gauge or a sum. */
export interface NumberPoint extends Timed {
  readonly kind: 'number';
  /** A bigint for `asInt`. */
  readonly value: bigint | number;
  readonly exemplar: Exemplar | undefined;
}

export interface HistogramPoint extends Timed {
  readonly kind: 'histogram';
  readonly count: bigint;
  readonly sum: number;
  readonly bounds: Float64Array;
  /** Of each bucket by itself, one more than there are bounds, as a rule. */
  readonly counts: BigUint64Array;
  readonly exemplars: readonly Exemplar[];
}

/** The text formats show no buckets of an exponential histogram: only how many observations are in all of them is known. */
export interface ExponentialPoint extends Timed {
  readonly kind: 'exponentialHistogram';
  readonly count: bigint;
  readonly sum: number | undefined;
  readonly scale: number;
  readonly population: bigint;
}

export interface SummaryPoint extends Timed {
  readonly kind: 'summary';
  readonly count: bigint;
  readonly sum: number;
  /** In the order of the quantiles, each once. */
  readonly quantiles: readonly (readonly [quantile: number, value: number])[];
}

/** One observation, with the trace that it was made in. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  readonly unixNano: bigint;
}
