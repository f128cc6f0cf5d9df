// SENTRY_OTEL=true: Sentry registers its tracer with OpenTelemetry; without it, it stays away from it.
import * as Sentry from '@sentry/node';

Sentry.init({
  dsn: `${process.env.OTEL_EXPORTER_OTLP_ENDPOINT.replace('://', '://key@')}/1`,
  tracesSampleRate: 1,
  enableOpenTelemetrySetup: process.env.SENTRY_OTEL === 'true',
});

// Loaded only now, as Sentry wants it.
const { serveOneRequest } = await import('./serve-one-request.mjs');
const result = await serveOneRequest({ activeSpan: () => Sentry.getActiveSpan()?.spanContext() });
await Sentry.close(5000);
console.log(JSON.stringify(result));
