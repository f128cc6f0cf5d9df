// A collector that cannot keep data says so: to senders, to whoever asks for its health, and in its log.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Drops } from '../../src/collector/drops.ts';
import { type CollectorOptions, startCollector } from '../../src/collector/index.ts';
import { createLog } from '../../src/collector/telemetry/create-log.ts';
import { EventLogger } from '../../src/index.ts';
import { batchOf, eventually, namesInFile } from '../collector/samples.ts';
import { withoutTime } from '../collector/without-time.ts';
import { freePort } from '../harness/free-port.ts';
import { type Answer, httpSink } from '../harness/http-sink.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';

const RECEIVERS = { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } };

async function start(
  t: TestContext,
  exporters: Record<string, object | null>,
  options: Partial<CollectorOptions> = {},
) {
  const lines: string[] = [];
  const pipelines = { logs: { receivers: ['otlp'], exporters: Object.keys(exporters) } };
  const health = { health_check: { endpoint: 'localhost:0' } };
  const service = { extensions: ['health_check'], pipelines };
  const collector = await startCollector({
    config: { receivers: RECEIVERS, exporters, extensions: health, service },
    write: (line) => lines.push(withoutTime(line)),
    ...options,
  });
  t.after(() => collector.stop({ timeoutMs: 50 }));
  return { collector, lines };
}

async function send(url: string, ...names: readonly string[]) {
  const { status, headers } = await fetch(`${url}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(batchOf(...names).bytes),
  });
  return { status, retryAfter: headers.get('retry-after') };
}

const healthOf = async (url = ''): Promise<number> => (await fetch(url)).status;

const answering =
  (status: number): Answer =>
  (_request, response) => {
    response.statusCode = status;
    response.end();
  };

test('a full disk: 503 with Retry-After, whatever debug shows; what was answered with 200 is in the file', async (t) => {
  const disk = smallDisk(t, '128k');
  if (disk === undefined) return;
  const file = path.join(disk, 'events.jsonl');
  const { collector, lines } = await start(t, { file: { path: file }, debug: null });
  const taken: string[] = [];
  let refusals = 0;
  for (let number = 0; refusals < 5; number++) {
    const name = `${number} ${'x'.repeat(3_000)}`;
    const { status, retryAfter } = await send(collector.endpoint, name);
    if (status === 200) taken.push(name);
    else assert.deepEqual([status, retryAfter, ++refusals > 0], [503, '1', true]);
  }
  assert.deepEqual(namesInFile(file), taken);
  assert.equal(await healthOf(collector.endpoints.health_check), 503);
  assert.equal(lines.filter((line) => line.startsWith('WARN export fails')).length, 1, 'once an outage');
  const { accepted, refused, invalidRequests } = collector.stats().receivers.otlp ?? {};
  assert.deepEqual([accepted?.logs, refused?.logs, invalidRequests], [taken.length, 5, 0]);
  // Before the disk goes.
  await collector.stop();
});

test('a logger whose collector has a full disk keeps its events; they are in the file when there is room again', async (t) => {
  const disk = smallDisk(t, '512k');
  if (disk === undefined) return;
  const [file, filler] = [path.join(disk, 'events.jsonl'), path.join(disk, 'filler')];
  const { collector } = await start(t, { file: { path: file }, debug: null });
  assert.throws(() => writeFileSync(filler, Buffer.alloc(1024 * 1024)), { code: 'ENOSPC' });
  const events = new EventLogger({ delivery: 'durable', endpoint: collector.endpoint, logLevel: 'none' });
  t.after(() => events.close({ timeoutMs: 0 }));
  for (let n = 0; n < 500; n++) events.log(`n${n}`);
  await eventually(() => (collector.stats().receivers.otlp?.refused.logs ?? 0) > 0);
  assert.equal(events.stats().total.acked, 0);
  rmSync(filler);
  assert.equal((await events.flush({ timeoutMs: 20_000 })).acked, 500);
  assert.equal(new Set(namesInFile(file)).size, 500);
  assert.equal(await healthOf(collector.endpoints.health_check), 200);
  await events.close();
  await collector.stop();
});

test('a destination without a queue that refuses the data for good: 400; one that is away: 503', async (t) => {
  const refuses = await httpSink(answering(400));
  t.after(() => refuses.close());
  const alone = { sending_queue: { enabled: false }, retry_on_failure: { enabled: false } };
  const config = { otlp_http: { endpoint: refuses.url, ...alone } };
  const { collector } = await start(t, config);
  assert.deepEqual(await send(collector.endpoint, 'a'), { status: 400, retryAfter: null });
  assert.equal(await healthOf(collector.endpoints.health_check), 200);

  const away = { endpoint: `http://127.0.0.1:${await freePort()}`, ...alone };
  const both = await start(t, { ...config, 'otlp_http/away': away });
  assert.deepEqual(await send(both.collector.endpoint, 'a'), { status: 503, retryAfter: '1' });
});

test('what a destination refuses behind a queue is said with count, exporter and reason, and summed at the end', async (t) => {
  const sink = await httpSink(answering(400));
  t.after(() => sink.close());
  const file = path.join(tempDir(t), 'a.jsonl');
  const { collector, lines } = await start(t, { file: { path: file }, otlp_http: { endpoint: sink.url } });
  assert.equal((await send(collector.endpoint, 'a', 'b')).status, 200);
  await eventually(() => collector.stats().exporters.otlp_http?.dropped === 2);
  assert.equal((await send(collector.endpoint, 'c')).status, 200);
  await eventually(() => collector.stats().exporters.otlp_http?.dropped === 3);
  assert.deepEqual(collector.stats().exporters.otlp_http?.dropReasons, { http_400: 3 });
  await collector.stop();
  assert.deepEqual(
    lines.filter((line) => line.startsWith('ERROR')),
    [
      'ERROR dropped exporter=otlp_http count=2 reason=http_400',
      'ERROR dropped exporter=otlp_http count=1 reason=http_400',
      'ERROR lost since the start exporter=otlp_http count=3 reason=http_400',
    ],
  );
});

test('drops are said at once, then summed each interval', async () => {
  const lines: string[] = [];
  const log = createLog(
    { level: 'error', encoding: 'console', initialFields: new Map(), resource: undefined },
    (line) => lines.push(withoutTime(line)),
  );
  const drops = new Drops(log, 'x', 50);
  const said = (): string[] => lines.splice(0);
  drops.add(1, 'gave_up');
  assert.deepEqual(said(), ['ERROR dropped exporter=x count=1 reason=gave_up']);
  for (const reason of ['gave_up', 'http_400', 'gave_up']) drops.add(2, reason);
  assert.deepEqual(said(), []);
  await pause(75);
  assert.deepEqual(said(), [
    'ERROR dropped exporter=x count=4 reason=gave_up',
    'ERROR dropped exporter=x count=2 reason=http_400',
  ]);
  await pause(100);
  drops.add(1, 'gave_up');
  assert.equal(said().length, 1, 'at once again');
  drops.end();
  assert.deepEqual(said(), [
    'ERROR lost since the start exporter=x count=6 reason=gave_up',
    'ERROR lost since the start exporter=x count=2 reason=http_400',
  ]);
});

test('a pipeline that keeps nothing says so at its start, and answers 200', async (t) => {
  const { collector, lines } = await start(t, { debug: null, nop: null });
  assert.deepEqual(lines, ['WARN nothing is kept pipeline=logs exporters="debug, nop"']);
  assert.equal((await send(collector.endpoint, 'a')).status, 200);
});
