// What comes after the README's lines: an event and a span with the resource that the SDK was given.
import { trace } from '@opentelemetry/api';
import { EventLogger } from 'otel-events';

/** @param sdk - a NodeSDK that has not started */
export async function use(sdk) {
  sdk.start();
  const events = new EventLogger();
  trace.getTracer('app').startActiveSpan('request', (span) => {
    events.log('order.placed');
    span.end();
  });
  const { handedOver } = await events.flush();
  await events.close();
  await sdk.shutdown();
  console.log(JSON.stringify({ handedOver }));
}
