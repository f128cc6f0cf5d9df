import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { VERSION } from '../../version.ts';
import type { Tally, TallySeries } from '../counts/tally.ts';

/** `AGGREGATION_TEMPORALITY_CUMULATIVE`. */
const CUMULATIVE = 2;

/**
 * The collector's own metrics as a request of OTLP.
 * @param resource - the attributes of the collector itself
 */
export function ownRequest(tally: Tally, resource: ReadonlyMap<string, string>): OtlpRequest {
  const times = { startTimeUnixNano: nano(tally.sinceMs), timeUnixNano: nano(Date.now()) };
  const series = Map.groupBy(tally.series(), ({ metric }) => metric);
  const metrics = [...series].map(([{ name, unit, help, role }, all]) => {
    const dataPoints = all.map(({ labels, value }) => {
      return { ...times, attributes: attributesOf(labels), ...numberOf(value) };
    });
    const about = { name, unit, description: help };
    return role === 'counter'
      ? { ...about, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } }
      : { ...about, gauge: { dataPoints } };
  });
  const scopeMetrics = [{ scope: { name: 'otel-events/collector', version: VERSION }, metrics }];
  const request = {
    resourceMetrics: [{ resource: { attributes: attributesOf([...resource]) }, scopeMetrics }],
  };
  return OtlpRequest.read('metrics', 'json', Buffer.from(JSON.stringify(request)));
}

function attributesOf(labels: TallySeries['labels']): object[] {
  return labels.map(([key, value]) => ({ key, value: { stringValue: value } }));
}

function numberOf(value: number): object {
  return Number.isSafeInteger(value) ? { asInt: String(value) } : { asDouble: value };
}

function nano(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}
