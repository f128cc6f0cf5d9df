/**
 * An app with the stock SDK for JavaScript, which is told where to send by OTEL_EXPORTER_OTLP_ENDPOINT and nothing else.
 *
 *     node stock-app.ts grpc | http | proto
 */
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const [, , protocol = 'http'] = process.argv;
const [logs, traces, metrics] = await Promise.all([
  import(`@opentelemetry/exporter-logs-otlp-${protocol}`),
  import(`@opentelemetry/exporter-trace-otlp-${protocol}`),
  import(`@opentelemetry/exporter-metrics-otlp-${protocol}`),
]);

const loggers = new LoggerProvider({
  processors: [new BatchLogRecordProcessor({ exporter: new logs.OTLPLogExporter() })],
});
const tracers = new TracerProvider({
  spanProcessors: [new BatchSpanProcessor({ exporter: new traces.OTLPTraceExporter() })],
});
const meters = new MeterProvider({
  readers: [new PeriodicExportingMetricReader({ exporter: new metrics.OTLPMetricExporter() })],
});

loggers.getLogger('stock').emit({ severityNumber: 9, body: 'a log' });
tracers.getTracer('stock').startSpan('a span').end();
meters.getMeter('stock').createCounter('a.counter').add(7);

await Promise.all([loggers.shutdown(), tracers.shutdown(), meters.shutdown()]);
