import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { attributeIn } from '../attribute-in.ts';
import { probabilityOf } from '../sampling-threshold.ts';
import { parseTraceState } from '../sampling-trace-state.ts';
import { attributesOf, type CommonDimensions, type Dimension, keyOf, type SpanPlace } from './dimensions.ts';
import { type Counter, Resources, type ResourcesOptions } from './resources.ts';
import { roomFor } from './room-for.ts';
import { type Budget, OVERFLOW, type Series, type SeriesSet } from './series-set.ts';
import { type Sending, writeMetrics } from './write-metrics.ts';

/** What is made of spans. */
export interface SpanAggregatorOptions extends ResourcesOptions, Omit<Sending, 'timeUnixNano' | 'isLast'> {
  readonly common: CommonDimensions;
  readonly callsDimensions: readonly Dimension[];
  readonly durationDimensions: readonly Dimension[];
  readonly eventDimensions: readonly Dimension[];
  /** Nanoseconds of the unit of durations. */
  readonly unitNanos: number;
  /** Of a data point; 0: none. */
  readonly maxExemplars: number;
  /** Resources, and series, that are not seen for so long go; 0: never. */
  readonly expirationMs: number;
  readonly seriesExpirationMs: number;
}

/** Counts spans and their durations by resource and dimensions. */
export class SpanAggregator {
  readonly #options: SpanAggregatorOptions;
  readonly #resources: Resources;

  constructor(options: SpanAggregatorOptions, budget: Budget) {
    this.#options = options;
    this.#resources = new Resources(options, budget);
  }

  add(request: OtlpRequest, nowMs: number): void {
    for (const item of listIn(request.decoded().resourceSpans)) {
      const resource = (item.resource as OtlpObject | undefined) ?? {};
      const service = attributeIn('service.name', [resource]);
      if (service === undefined) continue;
      const series = this.#resources.get(listIn(resource.attributes), nowMs);
      const name = typeof service.stringValue === 'string' ? service.stringValue : '';
      for (const { scope, spans } of listIn(item.scopeSpans)) {
        const place = { service: name, resource, scope: (scope as OtlpObject | undefined) ?? {} };
        for (const span of listIn(spans)) this.#addSpan(series, { ...place, span }, nowMs);
      }
    }
  }

  /** All series as they are; then deltas begin anew. @param isLast - nothing comes after it */
  take(nowMs: number, isLast: boolean): OtlpRequest | undefined {
    const { isDelta, maxExemplars, expirationMs, seriesExpirationMs } = this.#options;
    const resourceMetrics = writeMetrics(this.#resources, {
      ...this.#options,
      timeUnixNano: `${nowMs}000000`,
      isLast,
    });
    if (isDelta) this.#resources.clear();
    else {
      this.#resources.forgetEvicted();
      if (expirationMs > 0) this.#resources.expire(nowMs - expirationMs);
      if (maxExemplars > 0)
        for (const set of this.#sets()) for (const one of set.series.values()) one.exemplars.length = 0;
      if (seriesExpirationMs > 0) for (const set of this.#sets()) set.expire(nowMs - seriesExpirationMs);
    }
    return resourceMetrics.length === 0 ? undefined : OtlpRequest.from('metrics', { resourceMetrics });
  }

  *#sets(): Iterable<SeriesSet<unknown>> {
    for (const { calls, durations, events } of this.#resources)
      for (const set of [calls, durations, events]) if (set !== undefined) yield set;
  }

  #addSpan(
    { calls, durations, events }: ReturnType<Resources['get']>,
    given: Omit<SpanPlace, 'isAdjusted'>,
    nowMs: number,
  ): void {
    const { common, callsDimensions, durationDimensions, eventDimensions, unitNanos } = this.#options;
    const { span } = given;
    const { count, isAdjusted } = adjustedCount(span.traceState);
    const place = { ...given, isAdjusted };
    const duration = nanosBetween(span.startTimeUnixNano, span.endTimeUnixNano) / unitNanos;
    const find = <T>(set: SeriesSet<T>, own: readonly Dimension[], around?: OtlpObject): T => {
      const attributes = attributesOf(place, common, own, around);
      const listed = (): OtlpObject[] => [...attributes].map(([key, value]) => ({ key, value }));
      const series = set.get(keyOf(attributes), listed, nowMs);
      this.#exemplify(series, span, duration);
      return series.value;
    };
    countIn(find(calls, callsDimensions), count);
    if (durations !== undefined) find(durations, durationDimensions).add(duration, count);
    if (events === undefined) return;
    for (const event of listIn(span.events)) {
      // What the event says is stronger than what its resource does.
      const attributes = [...listIn(event.attributes), ...listIn(given.resource.attributes)];
      countIn(find(events, eventDimensions, { attributes }), count);
    }
  }

  #exemplify(
    { attributes, exemplars }: Series<unknown>,
    { traceId, spanId }: OtlpObject,
    value: number,
  ): void {
    const { maxExemplars } = this.#options;
    if (exemplars.length >= maxExemplars || !traceId || attributes === OVERFLOW) return;
    exemplars.push({ traceId, ...(spanId && { spanId }), asDouble: value });
  }
}

function countIn(counter: Counter, spans: number): void {
  counter.count += roomFor(counter.count, spans);
}

function nanosBetween(start: unknown, end: unknown): number {
  const [from, to] = [start, end].map((time) => (typeof time === 'string' ? BigInt(time) : 0n));
  const nanos = Number((to as bigint) - (from as bigint));
  return Math.max(0, nanos);
}

const ALONE = { count: 1, isAdjusted: false };

/** How many spans one stands for that was sampled: whole ones, right on average. */
function adjustedCount(traceState: unknown): { readonly count: number; readonly isAdjusted: boolean } {
  if (typeof traceState !== 'string' || !traceState.includes('ot=')) return ALONE;
  const threshold = parseTraceState(traceState)?.threshold;
  if (threshold === undefined) return ALONE;
  return { count: Math.floor(1 / probabilityOf(threshold) + Math.random()), isAdjusted: true };
}

function listIn(value: unknown): readonly OtlpObject[] {
  return (value as OtlpObject[] | undefined) ?? [];
}
