import type { Signal } from '../../otlp/wire/batch.ts';

/** What is known of one of the collector's own metrics. */
export interface OwnMetric {
  readonly name: string;
  readonly unit: string;
  readonly role: 'counter' | 'gauge';
  readonly help: string;
}

/** What the items of each signal are called. */
export const ITEMS: Readonly<Record<Signal, string>> = {
  logs: 'log_records',
  traces: 'spans',
  metrics: 'metric_points',
};

const UNITS: Readonly<Record<Signal, string>> = {
  logs: '{record}',
  traces: '{span}',
  metrics: '{datapoint}',
};

/** A counter for each signal, such as `otelcol_receiver_accepted_log_records`. */
function ofEachSignal(name: string, help: (items: string) => string): Readonly<Record<Signal, OwnMetric>> {
  const of = (signal: Signal): OwnMetric => {
    const items = ITEMS[signal];
    return counter(`${name}_${items}`, UNITS[signal], help(items.replace('_', ' ')));
  };
  return { logs: of('logs'), traces: of('traces'), metrics: of('metrics') };
}

function counter(name: string, unit: string, help: string): OwnMetric {
  return { name, unit, role: 'counter', help };
}

function gauge(name: string, unit: string, help: string): OwnMetric {
  return { name, unit, role: 'gauge', help };
}

const NOT_PUSHED = 'that could not be pushed into the pipeline';

/**
 * The collector's own metrics, under the names of the OpenTelemetry Collector 0.155; those that it does not have begin
 * with `otel_events_`.
 */
export const OWN_METRICS = {
  accepted: ofEachSignal(
    'otelcol_receiver_accepted',
    (items) => `Number of ${items} successfully pushed into the pipeline.`,
  ),
  refused: ofEachSignal('otelcol_receiver_refused', (items) => `Number of ${items} ${NOT_PUSHED}.`),
  sent: ofEachSignal(
    'otelcol_exporter_sent',
    (items) => `Number of ${items} successfully sent to destination.`,
  ),
  sendFailed: ofEachSignal(
    'otelcol_exporter_send_failed',
    (items) => `Number of ${items} in failed attempts to send to destination.`,
  ),
  enqueueFailed: ofEachSignal(
    'otelcol_exporter_enqueue_failed',
    (items) => `Number of ${items} failed to be added to the sending queue.`,
  ),
  limiterAccepted: ofEachSignal(
    'otelcol_processor_memory_limiter_accepted',
    (items) => `Number of ${items} successfully pushed into the next component in the pipeline.`,
  ),
  limiterRefused: ofEachSignal(
    'otelcol_processor_memory_limiter_refused',
    (items) => `Number of ${items} that were rejected because of the memory in use.`,
  ),
  filtered: {
    logs: counter(
      'otelcol_processor_filter_logs.filtered',
      '1',
      'Number of logs dropped by the filter processor',
    ),
    traces: counter(
      'otelcol_processor_filter_spans.filtered',
      '1',
      'Number of spans dropped by the filter processor',
    ),
    metrics: counter(
      'otelcol_processor_filter_datapoints.filtered',
      '1',
      'Number of metric data points dropped by the filter processor',
    ),
  },
  incoming: counter('otelcol_processor_incoming_items', '{item}', 'Number of items passed to the processor.'),
  outgoing: counter(
    'otelcol_processor_outgoing_items',
    '{item}',
    'Number of items emitted from the processor.',
  ),
  queueSize: gauge(
    'otelcol_exporter_queue_size',
    '{batch}',
    'Current size of the sending queue, in its sizer.',
  ),
  queueCapacity: gauge(
    'otelcol_exporter_queue_capacity',
    '{batch}',
    'Capacity of the sending queue, in its sizer.',
  ),
  uptime: counter('otelcol_process_uptime', 's', 'Uptime of the process'),
  cpu: counter('otelcol_process_cpu_seconds', 's', 'Total CPU user and system time in seconds'),
  memory: gauge('otelcol_process_memory_rss', 'By', 'Total physical memory (resident set size)'),
  heap: gauge(
    'otelcol_process_runtime_heap_alloc_bytes',
    'By',
    'Bytes of allocated objects of JavaScript (heapUsed of process.memoryUsage())',
  ),
  dropped: counter(
    'otel_events_exporter_dropped_items',
    '{item}',
    'Number of items that an exporter took and lost, by reason.',
  ),
  refusedRequests: counter(
    'otel_events_receiver_refused_requests',
    '{request}',
    'Number of requests that were refused for what they are, by HTTP status or gRPC code.',
  ),
} as const;
