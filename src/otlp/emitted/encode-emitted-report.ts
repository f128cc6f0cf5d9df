import type { OtlpObject } from '../wire/decode-protobuf.ts';
import { encodeProtobuf } from '../wire/encode-protobuf.ts';
import { REQUEST } from '../wire/messages.ts';
import { ATTRIBUTE, type EmittedReport, METRIC } from './emitted-report.ts';

/** `AGGREGATION_TEMPORALITY_DELTA`. */
const DELTA = 1;

const MINUTE_NS = 60_000_000_000n;

/**
 * A report as a request of OTLP metrics: sums, each of one minute. What has reached the receiver is a point without an
 * outcome, so that all points of a name and a minute together are what was emitted.
 */
export function encodeEmittedReport(
  report: EmittedReport,
  scope: { name: string; version: string },
): Uint8Array {
  const { service, logger, sequence, isLast, cells, underWay } = report;
  const emitted = cells.flatMap(({ name, minute, emitted, lost }) => {
    let reached = emitted;
    for (const count of lost.values()) reached -= count;
    const points = [...lost].map(([outcome, count]) => pointOf(count, minute, name, outcome));
    return reached > 0 ? [pointOf(reached, minute, name), ...points] : points;
  });
  const pending = [...underWay].map(([name, count]) => ({
    attributes: [text(ATTRIBUTE.name, name)],
    asInt: String(count),
  }));
  const attributes = [
    text(ATTRIBUTE.logger, logger),
    { key: ATTRIBUTE.sequence, value: { intValue: String(sequence) } },
    { key: ATTRIBUTE.isLast, value: { boolValue: isLast } },
  ];
  const metrics = [
    {
      name: METRIC.emitted,
      unit: '{log_record}',
      sum: { aggregationTemporality: DELTA, isMonotonic: true, dataPoints: emitted },
    },
    { name: METRIC.underWay, unit: '{log_record}', gauge: { dataPoints: pending } },
  ];
  const resource = { attributes: [text(ATTRIBUTE.service, service)] };
  const scopeMetrics = [{ scope: { ...scope, attributes }, metrics }];
  return encodeProtobuf(REQUEST.metrics, { resourceMetrics: [{ resource, scopeMetrics }] });
}

function pointOf(count: number, minute: number, name: string, outcome?: string): OtlpObject {
  const start = BigInt(minute) * MINUTE_NS;
  return {
    attributes: [
      text(ATTRIBUTE.name, name),
      ...(outcome === undefined ? [] : [text(ATTRIBUTE.outcome, outcome)]),
    ],
    startTimeUnixNano: String(start),
    timeUnixNano: String(start + MINUTE_NS),
    asInt: String(count),
  };
}

function text(key: string, stringValue: string): OtlpObject {
  return { key, value: { stringValue } };
}
