import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { performance } from '../../time.ts';
import { type MetricType, metricTypeOf } from '../ottl/metric-type.ts';
import { accumulate, DELTA } from './accumulate.ts';
import {
  attributesOf,
  type Label,
  type Labels,
  labelsOf,
  type Target,
  targetLabels,
  targetOf,
  withoutIdentity,
} from './labels-of.ts';
import type { Point } from './point.ts';
import { hasNoValue, messagesIn, readPoint } from './read-point.ts';

/** What is shown of one stream of points: the last of it, or the sum of what was delta. */
export interface Series {
  readonly metric: MetricFacts;
  readonly labels: Labels;
  readonly point: Point;
  /** Of the target that it comes from, if that has both a job and an instance. */
  readonly target: string | undefined;
  /** When it came last, by the clock of the store. */
  readonly updatedMs: number;
  /** About as much memory as it takes. */
  readonly bytes: number;
}

/** What all points of a metric have in common. */
export interface MetricFacts {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly type: MetricType;
  readonly isMonotonic: boolean;
}

export interface SeriesStoreOptions {
  /** After so long without a new point a series is no longer shown. */
  readonly expirationMs: number;
  /** Stand on every series. */
  readonly constLabels: readonly Label[];
  /** Whether the name, the version and the attributes of scopes are labels. */
  readonly hasScopeInfo: boolean;
  /** Which attributes of resources are labels of their series. */
  readonly resourceAttributes: 'none' | 'without service' | 'all';
  /** Default 100,000. */
  readonly maxSeries?: number | undefined;
  /** About as much memory as all series may take. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: (() => number) | undefined;
}

const MAX_SERIES = 100_000;
const MAX_BYTES = 64 * 1024 * 1024;

const SWEEP_INTERVAL_MS = 1_000;

/** Of a series beside its texts and its buckets. */
const SERIES_BYTES = 500;

/** Where points come from. */
interface Origin {
  readonly resource: readonly Label[];
  readonly target: Target;
  /** Labels that the scope gives. */
  readonly scope: { readonly attributes: readonly Label[]; readonly named: readonly Label[] };
  /** Tells scopes and targets apart. */
  readonly key: string;
}

/** How many points were not taken, by the reason. */
export type RefusedPoints = ReadonlyMap<string, number>;

/** The last point of every series, in bounded memory. */
export class SeriesStore {
  readonly #options: SeriesStoreOptions;
  readonly #now: () => number;
  readonly #maxSeries: number;
  readonly #maxBytes: number;
  readonly #series = new Map<string, Series>();
  readonly #targets = new Map<string, { readonly labels: Labels; readonly bytes: number }>();
  #bytes = 0;
  #sweptMs = 0;

  constructor(options: SeriesStoreOptions) {
    const { maxSeries = MAX_SERIES, maxBytes = MAX_BYTES, now = () => performance.now() } = options;
    this.#options = options;
    this.#maxSeries = maxSeries;
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  /** Takes a request of metrics, decoded. @returns what was not taken of it */
  add(request: OtlpObject): RefusedPoints {
    const refused = new Map<string, number>();
    const refuse = (reason: string, count = 1): void =>
      void refused.set(reason, (refused.get(reason) ?? 0) + count);
    for (const resourceMetrics of messagesIn(request, 'resourceMetrics')) {
      for (const scopeMetrics of messagesIn(resourceMetrics, 'scopeMetrics')) {
        const origin = this.#originOf(resourceMetrics, scopeMetrics);
        for (const metric of messagesIn(scopeMetrics, 'metrics')) this.#addMetric(metric, origin, refuse);
      }
    }
    return refused;
  }

  /** What is to be shown, in the order in which it came first; what has expired is forgotten. */
  live(): readonly Series[] {
    this.forgetExpired();
    return [...this.#series.values()];
  }

  /** The labels of the targets of those, for `target_info`. */
  liveTargets(): readonly Labels[] {
    return [...this.#targets.values()].map(({ labels }) => labels);
  }

  get size(): number {
    return this.#series.size;
  }

  #originOf(resourceMetrics: OtlpObject, scopeMetrics: OtlpObject): Origin {
    const resource = attributesOf((resourceMetrics.resource ?? {}) as OtlpObject);
    const target = targetOf(resource);
    const scope = (scopeMetrics.scope ?? {}) as OtlpObject;
    const attributes = attributesOf(scope);
    const named = [
      ['otel_scope_name', (scope.name ?? '') as string],
      ['otel_scope_version', (scope.version ?? '') as string],
      ['otel_scope_schema_url', (scopeMetrics.schemaUrl ?? '') as string],
    ] as const;
    const key = JSON.stringify([target.job, target.instance, named, sorted(attributes)]);
    return { resource, target, scope: { attributes, named }, key };
  }

  #addMetric(metric: OtlpObject, origin: Origin, refuse: (reason: string, count?: number) => void): void {
    const type = metricTypeOf(metric);
    if (type === undefined) return;
    const data = metric[type] as OtlpObject;
    const points = messagesIn(data, 'dataPoints');
    const temporality = data.aggregationTemporality as number | undefined;
    const facts = factsOf(metric, type, data);
    const reason = type === 'sum' ? sumProblem(temporality, facts.isMonotonic) : undefined;
    if (reason !== undefined) {
      refuse(reason, points.length);
      return;
    }
    for (const point of points) {
      const problem = this.#addPoint(facts, point, temporality, origin);
      if (problem !== undefined) refuse(problem);
    }
  }

  /** @returns why the point was not taken */
  #addPoint(
    metric: MetricFacts,
    message: OtlpObject,
    temporality: number | undefined,
    origin: Origin,
  ): string | undefined {
    const attributes = this.#attributesOf(message, origin.resource);
    const key = JSON.stringify([metric.name, metric.type, sorted(attributes), origin.key]);
    const before = this.#series.get(key);
    if (hasNoValue(message)) {
      this.#forget(key);
      return undefined;
    }
    const read = readPoint(metric.type, message);
    const point = before === undefined ? read : accumulate(before.point, read, temporality);
    if (typeof point === 'string') return point;
    // An older one: what is shown is newer already.
    if (point === before?.point) return undefined;
    const target = keyOf(origin.target);
    const bytes = SERIES_BYTES + 3 * key.length + metric.description.length + bytesOf(point);
    if (!this.#hasRoom(before, bytes)) return 'more series than the exporter holds';
    const labels = before?.labels ?? this.#labelsOf(attributes, origin);
    this.#series.set(key, { metric, labels, point, target, updatedMs: this.#now(), bytes });
    this.#bytes += bytes - (before?.bytes ?? 0);
    if (target !== undefined) this.#setTarget(target, origin);
    return undefined;
  }

  #hasRoom(before: Series | undefined, bytes: number): boolean {
    const isFull = (): boolean =>
      (before === undefined && this.#series.size >= this.#maxSeries) ||
      this.#bytes + bytes - (before?.bytes ?? 0) > this.#maxBytes;
    // Of all that comes while it is full, only some may cost a walk through all series.
    if (isFull() && this.#now() - this.#sweptMs >= SWEEP_INTERVAL_MS) this.forgetExpired();
    return !isFull();
  }

  /** Those of the point, and those of the resource if they are wanted, which win. */
  #attributesOf(message: OtlpObject, resource: readonly Label[]): readonly Label[] {
    const own = attributesOf(message);
    const { resourceAttributes } = this.#options;
    if (resourceAttributes === 'none') return own;
    const added = resourceAttributes === 'all' ? resource : withoutIdentity(resource);
    return [...new Map([...own, ...added])];
  }

  #labelsOf(attributes: readonly Label[], { scope, target }: Origin): Labels {
    const { hasScopeInfo, constLabels } = this.#options;
    const all = [...attributes];
    if (hasScopeInfo) {
      const free = scope.attributes.filter(([key]) => !/^(?:name|version|schema_url)$/.test(key));
      all.push(...free.map(([key, value]) => [`otel_scope_${key}`, value] as const));
    }
    const named = [...constLabels, ...(hasScopeInfo ? scope.named : [])];
    if (target.job !== undefined) named.push(['job', target.job]);
    if (target.instance !== undefined) named.push(['instance', target.instance]);
    return labelsOf(all, named);
  }

  /** The attributes that came last. */
  #setTarget(key: string, { resource, target }: Origin): void {
    const labels = targetLabels(resource, target);
    const bytes = 2 * resource.reduce((sum, pair) => sum + pair.join().length, 0);
    this.#bytes += bytes - (this.#targets.get(key)?.bytes ?? 0);
    this.#targets.set(key, { labels, bytes });
  }

  /** Lets go of what is not shown any more. */
  forgetExpired(): void {
    this.#sweptMs = this.#now();
    const leastMs = this.#sweptMs - this.#options.expirationMs;
    for (const [key, { updatedMs }] of this.#series) if (updatedMs < leastMs) this.#forget(key);
    const used = new Set([...this.#series.values()].map(({ target }) => target));
    for (const [key, { bytes }] of this.#targets) {
      if (used.has(key)) continue;
      this.#targets.delete(key);
      this.#bytes -= bytes;
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#series.get(key)?.bytes ?? 0;
    this.#series.delete(key);
  }
}

function factsOf(metric: OtlpObject, type: MetricType, data: OtlpObject): MetricFacts {
  const { name = '', description = '', unit = '' } = metric as Record<string, string>;
  return { name, description, unit, type, isMonotonic: data.isMonotonic === true };
}

function sumProblem(temporality: number | undefined, isMonotonic: boolean): string | undefined {
  if (!temporality) return 'the temporality is not specified';
  return temporality === DELTA && !isMonotonic ? 'a sum of deltas that is not monotonic' : undefined;
}

function sorted(labels: readonly Label[]): readonly Label[] {
  return labels.toSorted(([left], [right]) => (left < right ? -1 : 1));
}

function keyOf({ job, instance }: Target): string | undefined {
  return job && instance ? JSON.stringify([job, instance]) : undefined;
}

function bytesOf(point: Point): number {
  if (point.kind === 'histogram')
    return 8 * (point.bounds.length + point.counts.length) + 300 * point.exemplars.length;
  if (point.kind === 'summary') return 50 * point.quantiles.length;
  return point.kind === 'number' && point.exemplar !== undefined ? 300 : 0;
}
