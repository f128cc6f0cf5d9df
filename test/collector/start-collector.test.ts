import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { type Collector, startCollector } from '../../src/collector/index.ts';
import { decodeProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { freePort } from '../harness/free-port.ts';
import { httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { deferred, eventually, logsOf, namesIn, namesInFile, namesSoFar, protobufOf } from './samples.ts';
import { startFor } from './start-for.ts';
import { withoutTime } from './without-time.ts';

const RECEIVERS = { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } };
const logsTo = (...exporters: readonly string[]) => ({
  pipelines: { logs: { receivers: ['otlp'], exporters } },
});

async function send(url: string, ...names: readonly string[]): Promise<number> {
  const headers = { 'content-type': 'application/x-protobuf' };
  const response = await fetch(`${url}/v1/logs`, {
    method: 'POST',
    headers,
    body: Buffer.from(protobufOf(logsOf(...names))),
  });
  await response.arrayBuffer();
  return response.status;
}

const idle = { sent: 0, failed: 0, queued: 0, dropped: 0 };

test('what is sent is in the file before it is answered, and on its way to the next collector', async (t) => {
  const dir = tempDir(t);
  const sink = await httpSink();
  t.after(() => sink.close());
  const { collector } = await startFor(t, {
    receivers: RECEIVERS,
    exporters: { file: { path: path.join(dir, 'a.jsonl') }, otlp_http: { endpoint: `${sink.url}/base/` } },
    service: logsTo('file', 'otlp_http'),
  });
  assert.match(collector.endpoint, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(await send(collector.endpoint, 'a', 'b'), 200);
  assert.deepEqual(namesInFile(path.join(dir, 'a.jsonl')), ['a', 'b']);
  await sink.arrived(1);
  assert.equal(sink.requests[0]?.path, '/base/v1/logs');
  await eventually(() => collector.stats().exporters.otlp_http?.sent === 2);
  assert.deepEqual(collector.stats(), {
    receivers: {
      otlp: {
        accepted: { logs: 2, traces: 0, metrics: 0 },
        refused: { logs: 0, traces: 0, metrics: 0 },
        invalidRequests: 0,
      },
    },
    processors: {},
    exporters: { file: { ...idle, sent: 2 }, otlp_http: { ...idle, sent: 2 } },
  });
});

test('endpoints of a signal are used as they are', async (t) => {
  const sink = await httpSink();
  t.after(() => sink.close());
  const { collector } = await startFor(t, {
    receivers: RECEIVERS,
    exporters: {
      otlphttp: { logs_endpoint: `${sink.url}/my/logs?key=1`, encoding: 'json', compression: 'none' },
    },
    service: logsTo('otlphttp'),
  });
  await send(collector.endpoint, 'a');
  await sink.arrived(1);
  assert.equal(sink.requests[0]?.path, '/my/logs?key=1');
  assert.deepEqual(namesIn(String(sink.requests[0]?.body)), ['a']);
});

test('an exporter that is slow does not hold back the file', async (t) => {
  const file = path.join(tempDir(t), 'a.jsonl');
  const { collector } = await startFor(
    t,
    { receivers: RECEIVERS, exporters: { file: { path: file } }, service: logsTo('slow', 'file') },
    { exporters: { slow: () => new Promise(() => {}) } },
  );
  const answer = send(collector.endpoint, 'a').catch(() => 'no answer yet');
  await eventually(() => namesSoFar(file).length === 1);
  const turned = new Promise((resolve) => setTimeout(resolve, 50, 'no answer yet'));
  assert.equal(await Promise.race([answer, turned]), 'no answer yet');
  assert.deepEqual(collector.stats().exporters.slow, { ...idle, queued: 1 });
});

test('a full queue refuses requests, which are in no file then; it is counted, and logged once', async (t) => {
  const file = path.join(tempDir(t), 'a.jsonl');
  const away = `http://127.0.0.1:${await freePort()}`;
  const { collector, lines } = await startFor(t, {
    receivers: RECEIVERS,
    exporters: { file: { path: file }, otlp_http: { endpoint: away, sending_queue: { queue_size: 2 } } },
    service: logsTo('file', 'otlp_http'),
  });
  const statuses: number[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) statuses.push(await send(collector.endpoint, name));
  assert.deepEqual(statuses, [200, 200, 503, 503, 503]);
  assert.deepEqual(namesInFile(file), ['a', 'b']);
  const { accepted, refused, invalidRequests } = collector.stats().receivers.otlp ?? {};
  assert.deepEqual([accepted?.logs, refused?.logs, invalidRequests], [2, 3, 0]);
  assert.deepEqual(collector.stats().exporters.otlp_http, { ...idle, queued: 2, failed: 3 });
  assert.deepEqual(
    lines.filter((line) => line.includes('queue')),
    ['WARN export fails exporter=otlp_http error="otlp_http: the queue is full"'],
  );
  assert.equal(lines.filter((line) => line.startsWith('WARN delivery fails')).length, 1);
});

test('when every exporter refuses, the sender is told to try again', async (t) => {
  const { collector } = await startFor(
    t,
    { receivers: RECEIVERS, service: logsTo('broken') },
    { exporters: { broken: () => Promise.reject(new Error('no')) } },
  );
  assert.equal(await send(collector.endpoint, 'a', 'b'), 503);
  assert.deepEqual(collector.stats().receivers.otlp?.refused, { logs: 2, traces: 0, metrics: 0 });
  assert.deepEqual(collector.stats().exporters.broken, { ...idle, failed: 2 });
});

test('pipelines share components, and each is there once', async (t) => {
  const seen: string[] = [];
  const { collector } = await startFor(
    t,
    {
      receivers: { ...RECEIVERS, 'otlp/b': RECEIVERS.otlp },
      service: {
        pipelines: {
          'logs/one': { receivers: ['otlp', 'otlp/b'], exporters: ['mine'] },
          'logs/two': { receivers: ['otlp'], exporters: ['mine', 'other'] },
          traces: { receivers: ['otlp/b'], exporters: ['other'] },
        },
      },
    },
    { exporters: { mine: async () => void seen.push('mine'), other: async () => void seen.push('other') } },
  );
  const { otlp = '', 'otlp/b': second = '' } = collector.endpoints;
  assert.notEqual(otlp, second);
  assert.equal(collector.endpoint, otlp);
  await send(otlp, 'a');
  assert.deepEqual(seen, ['mine', 'mine', 'other']);
  await send(second, 'a');
  assert.deepEqual(seen, ['mine', 'mine', 'other', 'mine']);
  assert.deepEqual(Object.keys(collector.stats().exporters), ['mine', 'other']);
});

test('the health check answers 200 while the collector runs and 503 while it stops', async (t) => {
  const gate = deferred();
  const { collector } = await startFor(
    t,
    {
      receivers: RECEIVERS,
      extensions: { health_check: { endpoint: 'localhost:0', path: '/health' } },
      service: { extensions: ['health_check'], ...logsTo('gated') },
    },
    { exporters: { gated: () => gate.promise } },
  );
  const health = collector.endpoints.health_check ?? '';
  assert.match(health, /\/health$/);
  const running = await fetch(health);
  const { status, upSince, uptime } = (await running.json()) as Record<string, string>;
  assert.equal(running.status, 200);
  assert.equal(status, 'Server available');
  assert.ok(Math.abs(Date.now() - Date.parse(upSince ?? '')) < 60_000);
  assert.match(uptime ?? '', /^[\d.]+s$/);
  assert.equal((await fetch(health.replace('/health', '/'))).status, 404);
  const statuses = async () => [
    (await fetch(health.replace('/health', '/ready?verbose'))).status,
    (await fetch(health.replace('/health', '/live'))).status,
  ];
  assert.deepEqual(await statuses(), [200, 200]);

  const answer = send(collector.endpoint, 'a');
  await eventually(() => collector.stats().exporters.gated?.queued === 1);
  const stopped = collector.stop({ timeoutMs: 5_000 });
  const stopping = await fetch(health);
  assert.deepEqual([stopping.status, await stopping.json()], [503, { status: 'Server not available' }]);
  assert.deepEqual(await statuses(), [503, 200]);
  gate.resolve();
  assert.equal(await answer, 200);
  await stopped;
  await assert.rejects(fetch(health));
});

test('a health check at the root answers for all below it, and lives while exporters cannot', async (t) => {
  const { collector } = await startFor(
    t,
    {
      receivers: RECEIVERS,
      extensions: { health_check: { endpoint: 'localhost:0' } },
      service: { extensions: ['health_check'], ...logsTo('broken') },
    },
    { exporters: { broken: () => Promise.reject(new Error('no')) } },
  );
  const statuses = async () => {
    const base = collector.endpoints.health_check ?? '';
    const answers = ['', 'any/path', 'ready', 'live'].map((path) => fetch(`${base}${path}`));
    return (await Promise.all(answers)).map(({ status }) => status);
  };
  assert.deepEqual(await statuses(), [200, 200, 200, 200]);
  assert.equal(await send(collector.endpoint, 'a'), 503);
  assert.deepEqual(await statuses(), [503, 503, 503, 200]);
});

test('max_elapsed_time of 0 tries for ever', async (t) => {
  const sink = await httpSink((_request, response, index) => {
    response.statusCode = index < 3 ? 503 : 200;
    response.end();
  });
  t.after(() => sink.close());
  const retry = { initial_interval: '1ms', max_interval: '2ms', max_elapsed_time: 0 };
  const { collector } = await startFor(t, {
    receivers: RECEIVERS,
    exporters: { otlp_http: { endpoint: sink.url, retry_on_failure: retry } },
    service: logsTo('otlp_http'),
  });
  await send(collector.endpoint, 'a');
  await eventually(() => collector.stats().exporters.otlp_http?.sent === 1);
  assert.equal(sink.requests.length, 4);
});

test('a collector on all addresses is reached by loopback', async (t) => {
  for (const endpoint of ['0.0.0.0:0', ':0', '127.0.0.1:0']) {
    const receivers = { otlp: { protocols: { http: { endpoint } } } };
    const { collector } = await startFor(t, {
      receivers,
      exporters: { debug: null },
      service: logsTo('debug'),
    });
    assert.match(collector.endpoint, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(await send(collector.endpoint, 'a'), 200);
  }
});

test('stop drains the queues', async (t) => {
  const gate = deferred();
  const sink = await httpSink((_request, response) => void gate.promise.then(() => response.end()));
  t.after(() => sink.close());
  const { collector } = await startFor(t, {
    receivers: RECEIVERS,
    exporters: { otlp_http: { endpoint: sink.url, compression: 'none' } },
    service: logsTo('otlp_http'),
  });
  for (const name of ['a', 'b', 'c']) await send(collector.endpoint, name);
  const stopped = collector.stop();
  gate.resolve();
  await stopped;
  const names = sink.requests.flatMap(({ body }) =>
    namesIn(JSON.stringify(decodeProtobuf(REQUEST.logs, body))),
  );
  assert.deepEqual(names, ['a', 'b', 'c']);
  assert.equal(collector.stop(), collector.stop());
});

test('stop gives a queue up in time, and counts what is left', async (t) => {
  const { collector, lines } = await startFor(t, {
    receivers: RECEIVERS,
    exporters: { otlp_http: { endpoint: `http://127.0.0.1:${await freePort()}` } },
    service: logsTo('otlp_http'),
  });
  await send(collector.endpoint, 'a', 'b');
  const startedMs = performance.now();
  await collector.stop({ timeoutMs: 50 });
  assert.ok(performance.now() - startedMs < 4_500);
  assert.deepEqual(collector.stats().exporters.otlp_http, {
    ...idle,
    dropped: 2,
    dropReasons: { closed: 2 },
  });
  assert.deepEqual(
    lines.filter((line) => line.startsWith('ERROR')),
    [
      'ERROR dropped exporter=otlp_http count=2 reason=closed',
      'ERROR lost since the start exporter=otlp_http count=2 reason=closed',
    ],
  );
  assert.ok(
    lines.some((line) => line.startsWith('WARN delivery fails')),
    lines.join('\n'),
  );
});

test('a collector can be started again on the same port and file', async (t) => {
  const file = path.join(tempDir(t), 'a.jsonl');
  const port = await freePort();
  for (const name of ['a', 'b']) {
    const { collector } = await startFor(t, {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      exporters: { file: { path: file, append: true } },
      service: logsTo('file'),
    });
    await send(collector.endpoint, name);
    await collector.stop();
  }
  assert.deepEqual(namesInFile(file), ['a', 'b']);
});

test('a port in use is an error, and what was opened before is closed again', async (t) => {
  const blocker = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => blocker.once('listening', resolve));
  t.after(() => blocker.close());
  const { port } = blocker.address() as AddressInfo;
  const healthPort = await freePort();
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: `localhost:${port}` } } } },
    exporters: { debug: null },
    extensions: { health_check: { endpoint: `localhost:${healthPort}` } },
    service: { extensions: ['health_check'], ...logsTo('debug') },
  };
  await assert.rejects(startCollector({ config }), {
    code: 'COLLECTOR_START_FAILED',
    message: `receivers.otlp: cannot listen on localhost:${port}: the port is in use`,
  });
  await assert.rejects(fetch(`http://127.0.0.1:${healthPort}/`));
});

test('a file that cannot be opened is an error that names it', async (t) => {
  const file = path.join(tempDir(t), 'missing', 'a.jsonl');
  const config = { receivers: RECEIVERS, exporters: { file: { path: file } }, service: logsTo('file') };
  await assert.rejects(startCollector({ config }), {
    code: 'COLLECTOR_START_FAILED',
    message: `exporters.file: could not open ${file}: ENOENT`,
  });
});

test('a file is a configuration too; unused components are not started', async (t) => {
  const dir = tempDir(t);
  const config = path.join(dir, 'config.yaml');
  writeFileSync(
    config,
    `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
exporters: {debug: {verbosity: normal}, file: {path: ${JSON.stringify(path.join(dir, 'unused'))}}}
service: {pipelines: {logs: {receivers: [otlp], exporters: [debug]}}, telemetry: {logs: {level: error}}}`,
  );
  const lines: string[] = [];
  const collector: Collector = await startCollector({
    config,
    write: (line) => lines.push(withoutTime(line)),
  });
  t.after(() => collector.stop());
  await send(collector.endpoint, 'a');
  assert.equal(lines[0], 'debug: logs items=1 resources=1');
  assert.equal(JSON.parse(lines[1] ?? '').eventName, 'a');
  assert.ok(!existsSync(path.join(dir, 'unused')));
});

test('log lines quote what would break them', async (t) => {
  const { collector, lines } = await startFor(
    t,
    { receivers: RECEIVERS, service: logsTo('my/exporter') },
    { exporters: { 'my/exporter': () => Promise.reject(new Error('one\ntwo "three"')) } },
  );
  await send(collector.endpoint, 'a');
  assert.deepEqual(lines, ['WARN export fails exporter=my/exporter error="one\\ntwo \\"three\\""']);
});

test('nothing of an event is ever logged', async (t) => {
  const { collector, lines } = await startFor(t, {
    receivers: RECEIVERS,
    exporters: {
      debug: null,
      otlp_http: { endpoint: `http://user:hunter2@127.0.0.1:${await freePort()}/?key=hunter2` },
    },
    service: logsTo('debug', 'otlp_http'),
  });
  await send(collector.endpoint, 'hunter2');
  await eventually(() => lines.some((line) => line.startsWith('WARN')));
  assert.doesNotMatch(lines.join('\n'), /hunter2/);
});

test('max_megabytes counts in units of 1,048,576 bytes', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'events.jsonl');
  const { collector } = await startFor(t, {
    receivers: RECEIVERS,
    exporters: { file: { path: file, rotation: { max_megabytes: 1, max_backups: 2 } } },
    service: logsTo('file'),
  });
  const big = 'x'.repeat(400_000);
  for (let count = 0; count < 9; count++) await send(collector.endpoint, big);
  // Two lines fit in a file; of the five files, two backups and the file itself are left.
  const sizes = readdirSync(dir).map((name) => statSync(path.join(dir, name)).size);
  assert.deepEqual(sizes.map((size) => Math.round(size / 400_000)).sort(), [1, 2, 2]);
  assert.equal(collector.stats().exporters.file?.sent, 9);
});

test('the old name of debug is taken, and told', async (t) => {
  const { lines } = await startFor(t, {
    receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
    exporters: { 'logging/old': { sampling_initial: 5, sampling_thereafter: 200 } },
    service: logsTo('logging/old'),
  });
  assert.equal(
    lines[0],
    'WARN the logging exporter has been deprecated, use the debug exporter instead exporter=logging/old',
  );
});

test('without the internal logger debug shows on standard output', async (t) => {
  const shown: string[] = [];
  const write = process.stdout.write.bind(process.stdout) as (text: string | Uint8Array) => boolean;
  t.mock.method(process.stdout, 'write', (text: string | Uint8Array) => {
    const isOurs = typeof text === 'string' && text.startsWith('debug: ');
    if (isOurs) shown.push(text);
    return isOurs || write(text);
  });
  const { collector, lines } = await startFor(t, {
    receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
    exporters: { debug: { use_internal_logger: false } },
    service: logsTo('debug'),
  });
  const body = JSON.stringify(logsOf('a'));
  const headers = { 'content-type': 'application/json' };
  await fetch(`${collector.endpoint}/v1/logs`, { method: 'POST', headers, body });
  await eventually(() => shown.length > 0);
  assert.deepEqual(shown, ['debug: logs items=1 resources=1\n']);
  assert.deepEqual(lines, ['WARN nothing is kept pipeline=logs exporters=debug']);
});
