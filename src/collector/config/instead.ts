const OTLP_IN = 'its clients can send OTLP, to receiver otlp';
const LINES = 'Fluent Bit reads them and sends OTLP (its output is called opentelemetry), to receiver otlp';
const AGENT = 'or run it with this receiver alone, and with exporter otlp_http to this engine';
const QUEUE = 'each exporter has sending_queue and retry_on_failure';

/** What does the same here as components of the OpenTelemetry Collector, of today and of before, by `section/name` without `_`. */
export const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['receivers/carbon', AGENT],
  ['receivers/collectd', AGENT],
  ['receivers/dockerstats', AGENT],
  ['receivers/hostmetrics', AGENT],
  ['receivers/k8scluster', AGENT],
  ['receivers/k8sevents', AGENT],
  ['receivers/kubeletstats', AGENT],
  ['receivers/statsd', AGENT],
  [
    'receivers/prometheus',
    'an app that is scraped can send OTLP instead, to receiver otlp; the metrics of the collector itself need no receiver: service.telemetry.metrics',
  ],
  ['receivers/prometheusremotewrite', 'Prometheus can be left out: apps send OTLP, to receiver otlp'],
  ['receivers/jaeger', OTLP_IN],
  ['receivers/opencensus', OTLP_IN],
  ['receivers/skywalking', AGENT],
  ['receivers/zipkin', OTLP_IN],
  ['receivers/filelog', LINES],
  [
    'receivers/fluentforward',
    'Fluent Bit sends OTLP too (its output is called opentelemetry), to receiver otlp',
  ],
  ['receivers/journald', LINES],
  ['receivers/syslog', LINES],
  ['receivers/tcplog', LINES],
  ['receivers/udplog', LINES],
  ['processors/k8sattributes', 'or set OTEL_RESOURCE_ATTRIBUTES of the app from the fields of its pod'],
  ['processors/metricstransform', 'processor transform with metric_statements does much of it'],
  ['processors/queuedretry', QUEUE],
  ['processors/servicegraph', 'it is connector service_graph, and only the OpenTelemetry Collector has that'],
  ['processors/routing', 'it is connector routing, and only the OpenTelemetry Collector has that'],
  ['processors/span', 'processor transform does it: trace_statements: ["set(span.name, …)"]'],
  ['processors/spanmetrics', 'it is connector span_metrics'],
  ['processors/tailsampling', 'probabilistic_sampler keeps a share of the traces, filter drops by condition'],
  [
    'exporters/datadog',
    'Datadog\'s agent takes OTLP: otlp_grpc: { endpoint: "HOST:4317", tls: { insecure: true } }',
  ],
  [
    'exporters/dynatrace',
    'Dynatrace takes OTLP: otlp_http: { endpoint: "https://HOST/api/v2/otlp", headers: { Authorization: "Api-Token …" } }',
  ],
  ['exporters/elastic', 'Elastic APM takes OTLP: otlp_grpc or otlp_http'],
  [
    'exporters/honeycomb',
    'Honeycomb takes OTLP: otlp_http: { endpoint: "https://api.honeycomb.io", headers: { x-honeycomb-team: "…" } }',
  ],
  ['exporters/instana', 'Instana takes OTLP: otlp_grpc or otlp_http'],
  ['exporters/jaeger', 'Jaeger takes OTLP: otlp_grpc: { endpoint: "HOST:4317", tls: { insecure: true } }'],
  ['exporters/jaegerthrift', 'Jaeger takes OTLP: otlp_http: { endpoint: "http://HOST:4318" }'],
  ['exporters/loki', 'Loki takes OTLP: otlp_http: { endpoint: "http://HOST:3100/otlp" }'],
  [
    'exporters/newrelic',
    'New Relic takes OTLP: otlp_http: { endpoint: "https://otlp.nr-data.net", headers: { api-key: "…" } }',
  ],
  ['exporters/opencensus', 'OpenCensus has ended: exporter otlp_grpc or otlp_http'],
  [
    'exporters/prometheusremotewrite',
    'Prometheus (--web.enable-otlp-receiver) takes OTLP: otlp_http: { endpoint: "http://HOST:9090/api/v1/otlp" }; or it scrapes exporter prometheus',
  ],
  ['extensions/memoryballast', 'leave it out, processor memory_limiter bounds the memory'],
  ['extensions/oauth2client', 'or bearertokenauth with a file that something else keeps fresh'],
]);
