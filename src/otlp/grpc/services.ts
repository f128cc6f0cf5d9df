import type { Signal } from '../wire/batch.ts';

/** The path of each signal's one method. @see OTLP specification, "OTLP/gRPC" */
export const EXPORT_PATHS: Readonly<Record<Signal, string>> = {
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
};
