// The same app with the durable processors in place of the SDK's own.
import { register } from 'node:module';
import { logs, trace } from '@opentelemetry/api';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { DurableLogRecordProcessor, DurableSpanProcessor } from 'otel-events/otel';

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);
const logRecords = new DurableLogRecordProcessor();
const spans = new DurableSpanProcessor();
const sdk = new NodeSDK({
  serviceName: 'b-sdk3',
  instrumentations: [new HttpInstrumentation()],
  logRecordProcessors: [logRecords],
  spanProcessors: [spans],
});
sdk.start();

// Loaded only now: instrumentations patch what is imported after they started.
const { serveOneRequest } = await import('./serve-one-request.mjs');
const result = await serveOneRequest({ activeSpan: () => trace.getActiveSpan()?.spanContext() });
logs.getLogger('plain', '1.0').emit({ body: 'a log line of the app', severityText: 'INFO' });
// Our own requests leave inside a span of the app's: if they were traced, it would be seen.
await trace.getTracer('app').startActiveSpan('flush', async (span) => {
  await Promise.all([logRecords.forceFlush(), spans.forceFlush()]);
  span.end();
});
await sdk.shutdown();
console.log(JSON.stringify({ ...result, logRecords: logRecords.stats().total, sent: spans.stats().spans }));
