import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import type { Histogram } from './histogram.ts';
import { type Budget, OVERFLOW, SeriesSet } from './series-set.ts';

/** How many there were. */
export interface Counter {
  count: number;
}

/** The series of a resource. */
export interface ResourceSeries {
  readonly key: string;
  readonly attributes: readonly OtlpObject[];
  readonly calls: SeriesSet<Counter>;
  readonly durations: SeriesSet<Histogram> | undefined;
  readonly events: SeriesSet<Counter> | undefined;
  lastSeenMs: number;
  readonly bytes: number;
}

/** How resources are told apart, and how many are kept. */
export interface ResourcesOptions {
  readonly maxResources: number;
  /** The attributes that tell them apart; none: all. */
  readonly keys: ReadonlySet<string>;
  /** The most series of a metric; 0: none but the budget's. */
  readonly limit: number;
  readonly hasEvents: boolean;
  readonly histogram: { readonly make: () => Histogram; readonly bytes: number } | undefined;
}

const RESOURCE_BYTES = 1_000;
const BYTES_PER_CHAR = 4;

/** Resources with their series, those that were seen last at the end. */
export class Resources {
  readonly #options: ResourcesOptions;
  readonly #budget: Budget;
  readonly #known = new Map<string, ResourceSeries>();
  /** Those for which there was no place any more: sent once more. */
  readonly #evicted = new Map<string, ResourceSeries>();

  constructor(options: ResourcesOptions, budget: Budget) {
    this.#options = options;
    this.#budget = budget;
  }

  get(attributes: readonly OtlpObject[], nowMs: number): ResourceSeries {
    const key = this.#keyOf(attributes);
    const found = this.#known.get(key) ?? this.#evicted.get(key) ?? this.#make(key, attributes, nowMs);
    this.#known.delete(found.key);
    this.#evicted.delete(found.key);
    this.#known.set(found.key, found);
    found.lastSeenMs = nowMs;
    if (this.#known.size > this.#options.maxResources) {
      const [oldest] = this.#known.values();
      this.#known.delete((oldest as ResourceSeries).key);
      this.#evicted.set((oldest as ResourceSeries).key, oldest as ResourceSeries);
    }
    return found;
  }

  *[Symbol.iterator](): Iterator<ResourceSeries> {
    yield* this.#known.values();
    yield* this.#evicted.values();
  }

  clear(): void {
    for (const resource of this) this.#release(resource);
    this.#known.clear();
    this.#evicted.clear();
  }

  forgetEvicted(): void {
    for (const resource of this.#evicted.values()) this.#release(resource);
    this.#evicted.clear();
  }

  /** Lets go of those that were not seen since then. */
  expire(beforeMs: number): void {
    for (const [key, resource] of this.#known) {
      if (resource.lastSeenMs > beforeMs) continue;
      this.#known.delete(key);
      this.#release(resource);
    }
  }

  #make(given: string, attributes: readonly OtlpObject[], nowMs: number): ResourceSeries {
    const overflows = this.#budget.isSpent;
    const key = overflows ? '' : given;
    const known = overflows ? (this.#known.get(key) ?? this.#evicted.get(key)) : undefined;
    if (known !== undefined) return known;
    const { limit, histogram, hasEvents } = this.#options;
    const counters = () => new SeriesSet<Counter>(() => ({ count: 0 }), 0, limit, this.#budget);
    const bytes = RESOURCE_BYTES + BYTES_PER_CHAR * key.length;
    this.#budget.change(bytes);
    return {
      key,
      attributes: overflows ? OVERFLOW : attributes,
      calls: counters(),
      durations: histogram && new SeriesSet<Histogram>(histogram.make, histogram.bytes, limit, this.#budget),
      events: hasEvents ? counters() : undefined,
      lastSeenMs: nowMs,
      bytes,
    };
  }

  #release({ calls, durations, events, bytes }: ResourceSeries): void {
    for (const set of [calls, durations, events]) set?.release();
    this.#budget.change(-bytes);
  }

  #keyOf(attributes: readonly OtlpObject[]): string {
    const { keys } = this.#options;
    return attributes
      .filter(({ key }) => keys.size === 0 || keys.has(key as string))
      .map((attribute) => JSON.stringify(attribute))
      .sort()
      .join();
  }
}
