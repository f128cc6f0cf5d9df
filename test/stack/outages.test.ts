// Loki, Jaeger and the collector are killed with -9 while events come in, and come back: nothing is missing anywhere.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLogger } from '../../src/index.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { requireLoki } from '../services/loki.ts';
import { requireService } from '../services/require-service.ts';
import { type Jaeger, startJaeger } from '../services/start-jaeger.ts';
import { type Loki, startLoki } from '../services/start-loki.ts';
import { freePorts, type Otelcol, startOtelcol } from '../services/start-otelcol.ts';
import { getJson } from './ask.ts';
import { lokiEvents } from './loki-events.ts';

const SERVICE = 'outages';
const collectorDir = path.join(import.meta.dirname, '../../collector');

test('Loki, Jaeger and the collector die with -9 and come back: every event and span is there', async (t) => {
  if (!requireLoki(t, 'binary') || !requireService(t, 'otelcol', 'jaeger')) return;
  const dir = tempDir(t);
  const running = new Set<{ stop(): Promise<void> }>();
  try {
    await run(dir, running, (line) => t.diagnostic(line));
  } finally {
    for (const server of [...running].reverse()) await server.stop();
  }
});

async function run(
  dir: string,
  running: Set<{ stop(): Promise<void> }>,
  report: (line: string) => void,
): Promise<void> {
  const started = <T extends { stop(): Promise<void> }>(server: T): T => {
    running.add(server);
    return server;
  };
  const lokiDir = path.join(dir, 'loki');
  const jaegerOptions = {
    dir: path.join(dir, 'jaeger'),
    config: path.join(collectorDir, 'jaeger/config.yaml'),
  };
  let [loki, jaeger]: [Loki, Jaeger] = await Promise.all([
    startLoki({ dir: lokiDir }),
    startJaeger(jaegerOptions),
  ]);
  started(jaeger);
  started(loki);
  const collectorOptions = {
    configs: [path.join(collectorDir, 'collector.yaml')],
    dir: path.join(dir, 'collector'),
    env: { OTEL_EVENTS_JAEGER_ENDPOINT: jaeger.endpoint, OTEL_EVENTS_LOKI_ENDPOINT: loki.otlpEndpoint },
    ports: await freePorts(),
  };
  let otelcol: Otelcol = started(await startOtelcol(collectorOptions));
  const die = async (server: { kill(): Promise<void>; stop(): Promise<void> }): Promise<void> => {
    running.delete(server);
    await server.kill();
  };

  const events = new EventLogger({
    endpoint: otelcol.endpoint,
    app: { name: SERVICE },
    spool: path.join(dir, 'spool'),
    flushIntervalMs: 50,
    logLevel: 'none',
  });
  const app = talk(events);
  await sleep(1500);
  // Stores first: what comes meanwhile is in the collector's queue on disk when the collector dies as well.
  await die(loki);
  await die(jaeger);
  await sleep(1500);
  await die(otelcol);
  await sleep(500);
  otelcol = started(await startOtelcol(collectorOptions));
  await sleep(1500);
  [loki, jaeger] = await Promise.all([
    startLoki({ dir: lokiDir, port: loki.port }),
    startJaeger({ ...jaegerOptions, ports: jaeger.ports }),
  ]);
  started(jaeger);
  started(loki);
  await sleep(1500);
  // What Loki has answered for is in its log, not in a file yet: once more.
  await die(loki);
  loki = started(await startLoki({ dir: lokiDir, port: loki.port }));
  const { logged, scopes } = await app.end();
  const totals = await events.close();

  assert.deepEqual(totals, { acked: logged, pending: 0, rejected: 0, dropped: 0 });
  // The collector waits for up to 30 s between two tries.
  const found = await lokiEvents(loki, SERVICE, logged, 90_000);
  const ids = new Set(found.map(({ log_record_uid }) => log_record_uid));
  assert.equal(ids.size, logged);
  const spans = await spansIn(jaeger, scopes);
  report(`${logged} events, ${ids.size} in Loki; ${scopes} scopes, ${spans} in Jaeger`);
  assert.equal(spans, scopes);
}

/** Logs 20 events and one scope every 50 ms, until it is told to end. */
function talk(events: EventLogger): { end(): Promise<{ logged: number; scopes: number }> } {
  let [logged, scopes] = [0, 0];
  const tick = (): void => {
    events.track('scope', { scope: scopes++ }, () => {
      for (let count = 0; count < 20; count++) events.log('number', { n: logged++ });
    });
    logged++;
  };
  const timer = setInterval(tick, 50);
  return {
    async end() {
      clearInterval(timer);
      return { logged, scopes };
    },
  };
}

/** Different spans of the service; waits until there are `atLeast`. */
async function spansIn({ queryEndpoint }: Jaeger, atLeast: number): Promise<number> {
  const url = new URL('/api/traces', queryEndpoint);
  for (const [name, value] of Object.entries({ service: SERVICE, limit: '5000', lookback: '1h' })) {
    url.searchParams.set(name, value);
  }
  for (const deadlineMs = Date.now() + 60_000; ; await sleep(500)) {
    const { data } = (await getJson(url)) as { data: { spans: { spanID: string }[] }[] };
    const ids = new Set(data.flatMap(({ spans }) => spans.map(({ spanID }) => spanID)));
    if (ids.size >= atLeast || Date.now() > deadlineMs) return ids.size;
  }
}
