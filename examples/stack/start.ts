// The demo of docker-compose.yml: a coffee house and its visitors. Events and metrics go to the collector on
// OTEL_EXPORTER_OTLP_ENDPOINT. By hand: node examples/stack/start.ts
//
// variable          default   what
// DEMO_VISITS       0         how many visits; 0 for no end
// DEMO_PER_SECOND   2
// DEMO_SESSION_MS   60000     a visitor's session ends when nothing was heard for so long
// DEMO_SPOOL                  a directory; without it the spool is in memory
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { metrics } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { EventLogger } from 'otel-events';
import { coffeeHouse } from './coffee-house.ts';
import { sendVisitors } from './visitors.ts';

const { DEMO_VISITS = '0', DEMO_PER_SECOND = '2', DEMO_SESSION_MS = '60000', DEMO_SPOOL } = process.env;

// The events' ledger becomes metrics of whatever meter provider the app has.
const meterProvider = new MeterProvider({
  resource: resourceFromAttributes({ 'service.name': 'coffee-house', 'service.instance.id': randomUUID() }),
  readers: [
    new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(), exportIntervalMillis: 5000 }),
  ],
});
metrics.setGlobalMeterProvider(meterProvider);

const events = new EventLogger({
  app: { name: 'coffee-house', version: '1.0.0' },
  environment: 'demo',
  sessions: { timeoutMs: Number(DEMO_SESSION_MS) },
  ...(DEMO_SPOOL === undefined ? {} : { spool: DEMO_SPOOL }),
});

const server = coffeeHouse(events).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
console.log(`coffee house on ${url}`);

const closing = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => closing.abort());
await sendVisitors({
  url,
  perSecond: Number(DEMO_PER_SECOND),
  visits: Number(DEMO_VISITS) || Number.POSITIVE_INFINITY,
  signal: closing.signal,
});

server.close();
server.closeAllConnections();
await events.flush();
// A last look at the ledger, before the logger is gone.
await meterProvider.forceFlush();
console.log(await events.close());
await meterProvider.shutdown();
