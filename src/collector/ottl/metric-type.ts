import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';

/** The fields of which a metric has one, in the order in which OTTL counts them from 1 on. */
export const METRIC_TYPES = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const;
export type MetricType = (typeof METRIC_TYPES)[number];

/** Undefined for a metric without data. */
export function metricTypeOf(metric: OtlpObject): MetricType | undefined {
  return METRIC_TYPES.find((type) => metric[type] !== undefined);
}
