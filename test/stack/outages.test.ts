// The store, Jaeger and the collector are killed with -9 while events come in, and come back: nothing is missing in the
// files and in Jaeger, nothing in Loki, and in VictoriaLogs only what it had in memory.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLogger } from '../../src/index.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { readCollectorFile } from '../services/collector-file.ts';
import { requireLoki } from '../services/loki.ts';
import { requireService } from '../services/require-service.ts';
import { startJaeger } from '../services/start-jaeger.ts';
import { freePorts, startOtelcol } from '../services/start-otelcol.ts';
import { COLLECTOR_FOR, type Store, type StoreName, startStore } from '../services/start-stack.ts';
import { lokiEvents } from './loki-events.ts';
import { spansInJaeger } from './spans-in-jaeger.ts';
import { query } from './victorialogs-events.ts';

const SERVICE = 'outages';
const collectorDir = path.join(import.meta.dirname, '../../collector');

/** With -inmemoryDataFlushInterval=1s, what VictoriaLogs has answered for so long ago is on its disk. */
const IN_MEMORY_MS = 4000;

/** The collector waits for up to 30 s between two tries. */
const CATCH_UP_MS = 40_000;

const BURST = 200;

test('after kill -9 the files and Jaeger have everything, VictoriaLogs all that it had on disk', async (t) => {
  if (!requireService(t, 'otelcol', 'jaeger', 'victorialogs')) return;
  await using outage = await startOutage(tempDir(t), 'victorialogs');
  const { logged, scopes } = await outage.dieAndComeBack();
  // Of what came while it died it may have had some in memory only.
  const first = await idsUntil(outage, (ids) => ids.size === logged);
  await sleep(IN_MEMORY_MS);
  let [burst, missing] = [0, 0];
  for (let tries = 0; missing === 0 && tries < 5; tries++, burst += BURST) {
    const ids = Array.from({ length: BURST }, (_, n) => outage.events.log('burst', { n }));
    await outage.events.flush();
    await idsUntil(outage, (known) => ids.every((id) => known.has(id)));
    await outage.restartStore();
    const left = await idsInVictorialogs(outage.store);
    missing = ids.filter((id) => !left.has(id)).length;
    const gone = [...first].filter((id) => !left.has(id));
    assert.deepEqual(gone, [], 'what was on its disk is there');
  }
  const written = await outage.idsInFiles();
  const spans = await outage.spansInJaeger(scopes);
  t.diagnostic(
    `${logged} events while all died: ${first.size} in VictoriaLogs; ${scopes} scopes: ${spans} in Jaeger`,
  );
  t.diagnostic(
    `${burst} events just answered for: ${missing} of the last ${BURST} missing; files: ${written.size}`,
  );
  assert.equal(spans, scopes);
  assert.equal(written.size, logged + burst);
  assert.ok(missing > 0, 'its 200 means in memory');
});

test('after kill -9 the files, Jaeger and Loki have everything', async (t) => {
  if (!requireLoki(t, 'binary') || !requireService(t, 'otelcol', 'jaeger')) return;
  await using outage = await startOutage(tempDir(t), 'loki');
  const { logged, scopes } = await outage.dieAndComeBack();
  // What it has answered for is in its log, not in a file yet: once more.
  await outage.restartStore();
  const found = await lokiEvents(outage.store, SERVICE, logged, 2 * CATCH_UP_MS);
  const ids = new Set(found.map(({ log_record_uid }) => log_record_uid));
  const spans = await outage.spansInJaeger(scopes);
  t.diagnostic(`${logged} events: ${ids.size} in Loki; ${scopes} scopes: ${spans} in Jaeger`);
  assert.deepEqual([ids.size, spans], [logged, scopes]);
  assert.equal((await outage.idsInFiles()).size, logged);
});

interface Outage extends AsyncDisposable {
  readonly events: EventLogger;
  /** The one that runs now. */
  readonly store: Store;
  /** Kills everything while events come in, starts it again, and waits until the app has let go of its events. */
  dieAndComeBack(): Promise<{ logged: number; scopes: number }>;
  /** kill -9, and again on the same files. */
  restartStore(): Promise<void>;
  idsInFiles(): Promise<Set<string>>;
  spansInJaeger(atLeast: number): Promise<number>;
}

async function startOutage(dir: string, name: StoreName): Promise<Outage> {
  const running = new Set<{ stop(): Promise<void> }>();
  const started = <T extends { stop(): Promise<void> }>(server: T): T => {
    running.add(server);
    return server;
  };
  const die = async (server: { kill(): Promise<void>; stop(): Promise<void> }): Promise<void> => {
    running.delete(server);
    await server.kill();
  };
  const jaegerOptions = {
    dir: path.join(dir, 'jaeger'),
    config: path.join(collectorDir, 'jaeger/config.yaml'),
  };
  const start = async (port?: number): Promise<Store> =>
    started(await startStore(name, path.join(dir, name), port));
  let [store, jaeger] = [await start(), started(await startJaeger(jaegerOptions))];
  const { configs, env } = COLLECTOR_FOR[name];
  const files = path.join(dir, 'collector');
  const collectorOptions = {
    configs,
    dir: files,
    env: { OTEL_EVENTS_JAEGER_ENDPOINT: jaeger.endpoint, ...env(store) },
    ports: await freePorts(),
  };
  let otelcol = started(await startOtelcol(collectorOptions));
  const events = new EventLogger({
    endpoint: otelcol.endpoint,
    app: { name: SERVICE },
    spool: path.join(dir, 'spool'),
    flushIntervalMs: 50,
    logLevel: 'none',
  });
  return {
    events,
    get store() {
      return store;
    },
    async dieAndComeBack() {
      const app = talk(events);
      await sleep(1500);
      // Stores first: what comes meanwhile is in the collector's queue on disk when the collector dies as well.
      await die(store);
      await die(jaeger);
      await sleep(1500);
      await die(otelcol);
      await sleep(500);
      otelcol = started(await startOtelcol(collectorOptions));
      await sleep(1500);
      store = await start(store.port);
      jaeger = started(await startJaeger({ ...jaegerOptions, ports: jaeger.ports }));
      await sleep(1500);
      const { logged, scopes } = await app.end();
      const totals = await events.flush();
      assert.deepEqual(totals, {
        acked: logged,
        pending: 0,
        rejected: 0,
        dropped: 0,
      });
      return { logged, scopes };
    },
    async restartStore() {
      await die(store);
      store = await start(store.port);
    },
    idsInFiles: () => idsInFiles(files),
    spansInJaeger: async (atLeast) => (await spansInJaeger(jaeger, SERVICE, atLeast)).size,
    async [Symbol.asyncDispose]() {
      await events.close();
      for (const server of [...running].reverse()) await server.stop();
    },
  };
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

async function idsInFiles(files: string): Promise<Set<string>> {
  const ids = new Set<string>();
  await readCollectorFile(files, 'logs', (records) => {
    for (const { attributes = [] } of records) {
      ids.add(JSON.stringify(attributes.find(({ key }) => key === 'log.record.uid')?.value));
    }
  });
  return ids;
}

async function idsInVictorialogs(store: Store): Promise<Set<string>> {
  const rows = await query(store, `{service_name="${SERVICE}"} | uniq by (log.record.uid)`);
  return new Set(rows.map((row) => row['log.record.uid'] ?? ''));
}

/** What is in VictoriaLogs, once that is enough or nothing comes any more. */
async function idsUntil(
  outage: Outage,
  isEnough: (ids: ReadonlySet<string>) => boolean,
): Promise<Set<string>> {
  let [found, lastNewMs] = [await idsInVictorialogs(outage.store), Date.now()];
  while (!isEnough(found) && Date.now() - lastNewMs < CATCH_UP_MS) {
    await sleep(200);
    const now = await idsInVictorialogs(outage.store);
    if (now.size > found.size) lastNewMs = Date.now();
    found = now;
  }
  return found;
}
