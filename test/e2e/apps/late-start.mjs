// The SDK starts when events have been logged already, and while a scope is open.
import { setTimeout as delay } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { EventLogger } from 'otel-events';

const problems = [];
const events = new EventLogger({
  app: { name: 'set-on-events' },
  onError: ({ code }) => problems.push(code),
});
events.log('before.start');
const startup = events.track('startup');
await delay(5);
const sdk = new NodeSDK({ serviceName: 'late-start', instrumentations: [] });
sdk.start();
const request = await trace.getTracer('app').startActiveSpan('request', async (span) => {
  events.log('after.start');
  await events.track('in.request', () => delay(5));
  span.end();
  return span.spanContext();
});
const { traceparent } = startup;
startup.end();
await events.close();
await sdk.shutdown();
console.log(JSON.stringify({ request, traceparent, problems, total: events.stats().total }));
