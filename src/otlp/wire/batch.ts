/** The OTLP signals that travel here. */
export type Signal = 'logs' | 'traces' | 'metrics';

export const SIGNALS: readonly Signal[] = ['logs', 'traces', 'metrics'];

/** The signals that a logger makes, and that a spool holds record by record: metrics only pass through collectors. */
export type RecordSignal = Exclude<Signal, 'metrics'>;

/**
 * One OTLP export request, as bytes: what a receiver takes in, a pipeline passes on and an exporter sends.
 * The bytes are either an `ExportLogsServiceRequest`, `ExportTraceServiceRequest` or `ExportMetricsServiceRequest` in
 * protobuf, or the same in OTLP/JSON (UTF-8). The body of a request and a line of a file (`LogsData`, `TracesData`,
 * `MetricsData`) have the same shape on the wire, so a batch serves for both.
 */
export interface Batch {
  readonly signal: Signal;
  readonly encoding: 'protobuf' | 'json';
  readonly bytes: Uint8Array;
  /** Log records, spans or data points of metrics inside. */
  readonly count: number;
}

/**
 * The seam between rooms: it resolves only when the taker owns the batch (durable or delivered), and rejects
 * with an `OtelEventsError` whose `retry` tells whether the same batch may be sent again.
 */
export type Consume = (batch: Batch) => Promise<void>;
