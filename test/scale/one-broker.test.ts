import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';
import { requireService } from '../services/require-service.ts';
import { noHosts } from './no-hosts.ts';
import { settle } from './settle.ts';
import { startRoad } from './start-road.ts';
import { startRoadApp } from './start-road-app.ts';
import { eventsInFiles, eventsInStore } from './what-arrived.ts';

const EVENTS = 10_000;
const OVER_MS = 6000;
const SETTLE_MS = 300_000;

test('the only broker is killed with -9 while two apps log: all arrives, and each app in its order', async (t) => {
  if (!requireService(t, 'otelcol', 'kafka', 'victorialogs', 'jaeger')) return;
  const dir = tempDir(t);
  using hosts = noHosts(2);
  await using road = await startRoad({ dir, hosts, brokers: 1, gateways: 1 });
  const apps = hosts.hosts.map((host, number) =>
    startRoadApp({ host, endpoint: road.endpoint(number), spool: path.join(dir, `spool${number}`), number }),
  );
  t.after(() => {
    for (const app of apps) app[Symbol.dispose]();
  });
  const logging = Promise.all(apps.map((app) => app.log('kill', EVENTS / 2, OVER_MS)));
  const [broker] = road.brokers;
  await broker?.kill();
  await broker?.restart();
  await logging;
  const ledgers = await Promise.all(apps.map((app) => app.end(SETTLE_MS)));
  await settle(road, SETTLE_MS);
  const emitted = ledgers.reduce((sum, { total }) => sum + total.emitted, 0);
  const { all, outOfOrder } = await eventsInFiles(road.files);
  const store = await eventsInStore(road.store.server, 'road');
  t.diagnostic(
    `${emitted} emitted, ${all.events} in files, ${all.copies} copies, ${outOfOrder} out of order`,
  );
  assert.ok(emitted > EVENTS, 'and the events of the scopes');
  assert.deepEqual([all.events, store.all.events, outOfOrder], [emitted, emitted, 0]);
});
