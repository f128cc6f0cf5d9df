import type { OtlpObject, OtlpValue } from '../../otlp/wire/decode-protobuf.ts';
import type { MetricType } from '../ottl/metric-type.ts';
import type {
  Exemplar,
  ExponentialPoint,
  HistogramPoint,
  NumberPoint,
  Point,
  SummaryPoint,
} from './point.ts';

const READ: Readonly<Record<MetricType, (message: OtlpObject) => Point>> = {
  gauge: readNumber,
  sum: readNumber,
  histogram: readHistogram,
  exponentialHistogram: readExponential,
  summary: readSummary,
};

/** A data point, with nothing in it that belongs to the request: what is shown outlives that. */
export function readPoint(type: MetricType, message: OtlpObject): Point {
  return READ[type](message);
}

/** Whether the sender says that there is nothing to show any more. */
export function hasNoValue({ flags = 0 }: OtlpObject): boolean {
  return ((flags as number) & 1) === 1;
}

/** The list of messages in a field; an empty one is left out there. */
export function messagesIn(message: OtlpObject, name: string): readonly OtlpObject[] {
  return (message[name] ?? []) as OtlpObject[];
}

function readNumber(message: OtlpObject): NumberPoint {
  // Of a counter the last exemplar is shown.
  const exemplar = readExemplars(message).at(-1);
  return { kind: 'number', ...timesOf(message), value: numberIn(message), exemplar };
}

function readHistogram(message: OtlpObject): HistogramPoint {
  const bounds = Float64Array.from((message.explicitBounds ?? []) as OtlpValue[], Number);
  const exemplars = readExemplars(message);
  return {
    kind: 'histogram',
    ...timesOf(message),
    count: whole(message.count),
    sum: Number(message.sum ?? 0),
    bounds,
    counts: BigUint64Array.from((message.bucketCounts ?? []) as string[], BigInt),
    exemplars: lastOfBuckets(exemplars, bounds),
  };
}

/** No more than one for each bucket is ever shown, so no more are held. */
function lastOfBuckets(exemplars: readonly Exemplar[], bounds: Float64Array): readonly Exemplar[] {
  if (exemplars.length < 2) return exemplars;
  const ordered = bounds.toSorted();
  const last = new Map<number, Exemplar>();
  for (const exemplar of exemplars) {
    last.set(
      ordered.findIndex((bound) => bound >= exemplar.value),
      exemplar,
    );
  }
  return [...last.values()];
}

function readExponential(message: OtlpObject): ExponentialPoint {
  const population = ['positive', 'negative']
    .flatMap((side) => ((message[side] ?? {}) as OtlpObject).bucketCounts ?? [])
    .reduce<bigint>((sum, count) => sum + whole(count), whole(message.zeroCount));
  return {
    kind: 'exponentialHistogram',
    ...timesOf(message),
    count: whole(message.count),
    sum: message.sum === undefined ? undefined : Number(message.sum),
    scale: (message.scale ?? 0) as number,
    population,
  };
}

function readSummary(message: OtlpObject): SummaryPoint {
  const quantiles = new Map(
    messagesIn(message, 'quantileValues').map(({ quantile = 0, value = 0 }) => [
      Number(quantile),
      Number(value),
    ]),
  );
  return {
    kind: 'summary',
    ...timesOf(message),
    count: whole(message.count),
    sum: Number(message.sum ?? 0),
    quantiles: [...quantiles].sort(([left], [right]) => left - right),
  };
}

function readExemplars(message: OtlpObject): Exemplar[] {
  return messagesIn(message, 'exemplars').map((exemplar) => ({
    traceId: idIn(exemplar.traceId),
    spanId: idIn(exemplar.spanId),
    value: Number(numberIn(exemplar)),
    unixNano: whole(exemplar.timeUnixNano),
  }));
}

/** In hexadecimal; one of zeros only is none. */
function idIn(id: OtlpValue | undefined): string {
  return id === undefined || /^0*$/.test(id as string) ? '' : (id as string).toLowerCase();
}

function timesOf(message: OtlpObject): Pick<Point, 'startUnixNano' | 'unixNano'> {
  return { startUnixNano: whole(message.startTimeUnixNano), unixNano: whole(message.timeUnixNano) };
}

function numberIn({ asInt, asDouble }: OtlpObject): bigint | number {
  return asInt === undefined ? Number(asDouble ?? 0) : BigInt(asInt as string);
}

function whole(value: OtlpValue | undefined): bigint {
  return BigInt((value as string | undefined) ?? 0);
}
