import { register } from 'node:module';
import { trace } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
const memory = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
provider.register();
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });

// Loaded only now: instrumentations patch what is imported after they started.
const { serveOneRequest } = await import('./serve-one-request.mjs');
const result = await serveOneRequest({ activeSpan: () => trace.getActiveSpan()?.spanContext() });
await provider.forceFlush();
const spans = memory.getFinishedSpans().map((span) => ({
  name: span.name,
  kind: span.kind + 1,
  traceId: span.spanContext().traceId,
  spanId: span.spanContext().spanId,
  parentSpanId: span.parentSpanContext?.spanId,
}));
console.log(JSON.stringify({ ...result, spans }));
