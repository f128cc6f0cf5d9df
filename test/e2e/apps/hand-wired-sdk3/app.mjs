// Providers made and registered by hand.
import { register } from 'node:module';
import { context, logs, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
const resource = resourceFromAttributes({
  'service.name': 'hand-wired-sdk3',
  'telemetry.sdk.name': 'opentelemetry',
});
const logProvider = new LoggerProvider({
  resource,
  processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })],
});
const traceProvider = new TracerProvider({
  resource,
  spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
});
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(traceProvider);
logs.setGlobalLoggerProvider(logProvider);
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });

// Loaded only now: instrumentations patch what is imported after they started.
const { serveOneRequest } = await import('./serve-one-request.mjs');
const result = await serveOneRequest({ activeSpan: () => trace.getActiveSpan()?.spanContext() });
await Promise.all([logProvider.shutdown(), traceProvider.shutdown()]);
console.log(JSON.stringify(result));
