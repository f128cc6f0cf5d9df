import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';
import { requireService } from '../services/require-service.ts';
import { noHosts } from './no-hosts.ts';
import { settle } from './settle.ts';
import { startRoad } from './start-road.ts';
import { eventsInFiles, eventsInStore } from './what-arrived.ts';

const REQUESTS = 500;
/** Of 10 kB each, which pack to a thirtieth: 500 MB in memory, 17 of them in Kafka. */
const RECORDS = 100;
const MAX_MIB = 400;
/** Nothing less for so long is a standstill. */
const SETTLE_MS = 60_000;

test('a backlog that is larger than the memory of a gateway is taken in, and fits into its memory', async (t) => {
  if (!requireService(t, 'otelcol', 'kafka', 'victorialogs', 'jaeger')) return;
  using hosts = noHosts(1);
  await using road = await startRoad({ dir: tempDir(t), hosts, brokers: 1, gateways: 1 });
  const [gateway] = road.gateways;
  assert.ok(gateway);
  await gateway.stop();
  for (let number = 0; number < REQUESTS; number++) await send(road.endpoint(0), number);
  await gateway.restart();
  await settle(road, SETTLE_MS);
  const mebibytes = peakMebibytes(gateway.server.pid);
  t.diagnostic(`the gateway took ${mebibytes} MiB at most`);
  const [files, store] = [await eventsInFiles(road.files), await eventsInStore(road.store.server, 'backlog')];
  assert.deepEqual([files.all.events, store.all.events], [REQUESTS * RECORDS, REQUESTS * RECORDS]);
  assert.ok(mebibytes < MAX_MIB, `${mebibytes} MiB`);
});

/** As any sender of OTLP/JSON would. */
async function send(endpoint: string, number: number): Promise<void> {
  const attribute = (key: string, text: string) => ({ key, value: { stringValue: text } });
  const logRecords = Array.from({ length: RECORDS }, (_, at) => ({
    timeUnixNano: `${BigInt(Date.now()) * 1_000_000n}`,
    eventName: 'backlog.made',
    body: { stringValue: randomBytes(125).toString('hex').repeat(40) },
    attributes: [attribute('log.record.uid', `${number}-${at}`)],
  }));
  const resource = { attributes: [attribute('service.name', 'backlog')] };
  const response = await fetch(new URL('/v1/logs', endpoint), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }),
  });
  assert.equal(response.status, 200, await response.text());
}

function peakMebibytes(pid: number): number {
  const [, kibibytes = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kibibytes) / 1024);
}
