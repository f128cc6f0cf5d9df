import type { OtlpObject } from '../wire/decode-protobuf.ts';
import { encodeProtobuf } from '../wire/encode-protobuf.ts';
import { REQUEST } from '../wire/messages.ts';
import { ATTRIBUTE, type EmittedReport, METRIC } from './emitted-report.ts';

/** `AGGREGATION_TEMPORALITY_DELTA`. */
const DELTA = 1;

const MINUTE_NS = 60_000_000_000n;

/** A report as a request of OTLP metrics: sums, each of one minute. */
export function encodeEmittedReport(
  report: EmittedReport,
  scope: { name: string; version: string },
): Uint8Array {
  const { service, logger, sequence, isLast, cells, underWay } = report;
  const emitted = cells.map((cell) => pointOf(cell.emitted, cell.minute, cell.name));
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

function pointOf(count: number, minute: number, name: string): OtlpObject {
  const start = BigInt(minute) * MINUTE_NS;
  return {
    attributes: [text(ATTRIBUTE.name, name)],
    startTimeUnixNano: String(start),
    timeUnixNano: String(start + MINUTE_NS),
    asInt: String(count),
  };
}

function text(key: string, stringValue: string): OtlpObject {
  return { key, value: { stringValue } };
}
