import type { ExponentialPoint, HistogramPoint, NumberPoint, Point } from './point.ts';

/** How a metric's points relate to those before: `AggregationTemporality` of OTLP. */
export const DELTA = 1;
export const CUMULATIVE = 2;

/** Why a point is not shown, in the words of what is counted as dropped. */
export type Refused = 'the start time does not follow the point before' | 'the temporality is not specified';

/**
 * What a series shows once a point has come: cumulative ones replace what was there, unless they are older; deltas are
 * added where one begins when the one before ends.
 * @returns the point before if the new one is older; `Refused` if it fits nowhere
 * @see opentelemetry-collector-contrib 0.155, `exporter/prometheusexporter`
 */
export function accumulate(before: Point, point: Point, temporality: number | undefined): Point | Refused {
  if (point.kind === 'histogram' && before.kind === 'histogram')
    return accumulateHistogram(before, point, temporality, addHistograms);
  if (point.kind === 'exponentialHistogram' && before.kind === 'exponentialHistogram')
    return accumulateHistogram(before, point, temporality, addExponentials);
  if (point.unixNano < before.unixNano) return before;
  const follows = temporality === DELTA && point.startUnixNano === before.unixNano;
  return follows && point.kind === 'number' && before.kind === 'number' ? addNumbers(before, point) : point;
}

function accumulateHistogram<P extends HistogramPoint | ExponentialPoint>(
  before: P,
  point: P,
  temporality: number | undefined,
  add: (before: P, point: P) => P,
): P | Refused {
  if (temporality === CUMULATIVE) return point.unixNano < before.unixNano ? before : point;
  if (temporality !== DELTA) return 'the temporality is not specified';
  if (point.startUnixNano === before.unixNano) return add(before, point);
  // One that begins later is of a sender that has started again.
  return point.startUnixNano > before.unixNano ? point : 'the start time does not follow the point before';
}

/** A number of another type than the one before adds nothing of that. */
function addNumbers(before: NumberPoint, point: NumberPoint): NumberPoint {
  const { startUnixNano } = before;
  if (typeof point.value === 'bigint') {
    const earlier = typeof before.value === 'bigint' ? before.value : 0n;
    return { ...point, startUnixNano, value: BigInt.asIntN(64, point.value + earlier) };
  }
  const earlier = typeof before.value === 'number' ? before.value : 0;
  return { ...point, startUnixNano, value: point.value + earlier };
}

/** With other bounds than before the newer one begins anew. */
function addHistograms(before: HistogramPoint, point: HistogramPoint): HistogramPoint {
  const [older, newer] = point.unixNano < before.unixNano ? [point, before] : [before, point];
  const isAlike =
    older.bounds.length === newer.bounds.length &&
    newer.bounds.every((bound, at) => bound === older.bounds[at]);
  const base = { ...newer, startUnixNano: before.startUnixNano, exemplars: [] };
  if (!isAlike) return base;
  return {
    ...base,
    count: sumOf(newer.count, older.count),
    sum: newer.sum + older.sum,
    // A typed array takes sums modulo 2^64.
    counts: newer.counts.map((count, at) => count + (older.counts[at] ?? 0n)),
  };
}

function addExponentials(before: ExponentialPoint, point: ExponentialPoint): ExponentialPoint {
  const isOlder = point.unixNano < before.unixNano;
  return {
    kind: 'exponentialHistogram',
    startUnixNano: (isOlder ? point : before).startUnixNano,
    unixNano: (isOlder ? before : point).unixNano,
    count: sumOf(before.count, point.count),
    sum: before.sum === undefined || point.sum === undefined ? undefined : before.sum + point.sum,
    scale: Math.min(before.scale, point.scale),
    population: sumOf(before.population, point.population),
  };
}

function sumOf(left: bigint, right: bigint): bigint {
  return BigInt.asUintN(64, left + right);
}
