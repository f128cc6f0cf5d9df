// An app that only knows the api: `node --import otel-events/register app.mjs` gives it a pipeline.
import { setTimeout as delay } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import { EventLogger } from 'otel-events';

const events = new EventLogger();
await trace.getTracer('registered').startActiveSpan('order', async (span) => {
  await delay(5);
  events.log('cart.item_added', { sku: 'A1' });
  span.end();
});
console.log(JSON.stringify(events.stats().total));
