// Our first event, and the request that delivers it, inside a span of Sentry's; beside it, a request of the app's own.
import { once } from 'node:events';
import * as Sentry from '@sentry/node';

const endpoint = process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
Sentry.init({
  dsn: `${endpoint.replace('://', '://key@')}/1`,
  tracesSampleRate: 1,
  enableOpenTelemetrySetup: process.env.SENTRY_OTEL === 'true',
});
const { default: http } = await import('node:http');
const { EventLogger } = await import('otel-events');
const events = new EventLogger();
const totals = await Sentry.startSpan({ name: 'deliver' }, async () => {
  events.log('inside');
  const [response] = await once(http.get(`${endpoint}/of-the-app`), 'response');
  response.resume();
  return events.close();
});
await Sentry.close(5000);
console.log(JSON.stringify(totals));
