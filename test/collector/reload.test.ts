import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Collector } from '../../src/collector/index.ts';
import { decodeProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { freePort } from '../harness/free-port.ts';
import { type HttpSink, httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { callLoad, postLoad } from './post-load.ts';
import { deferred, eventually, logsOf, namesIn, namesInFile, protobufOf } from './samples.ts';
import { startFor } from './start-for.ts';

const http = (endpoint = '127.0.0.1:0', more = {}) => ({ protocols: { http: { endpoint, ...more } } });
const logsTo = (...exporters: readonly string[]) => ({
  pipelines: { logs: { receivers: ['otlp'], exporters } },
});

async function sinkFor(t: TestContext, port = 0): Promise<HttpSink> {
  const sink = await httpSink(undefined, port);
  t.after(() => sink.close());
  return sink;
}

function namesAt({ requests }: HttpSink): string[] {
  return requests.flatMap(({ body, headers }) => {
    const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    return namesIn(JSON.stringify(decodeProtobuf(REQUEST.logs, bytes)));
  });
}

async function send(url: string, name: string): Promise<number> {
  const headers = { 'content-type': 'application/x-protobuf' };
  const body = Buffer.from(protobufOf(logsOf(name)));
  const response = await fetch(`${url}/v1/logs`, { method: 'POST', headers, body });
  await response.arrayBuffer();
  return response.status;
}

function missing(wanted: readonly string[], got: readonly string[]): string[] {
  const there = new Set(got);
  return wanted.filter((name) => !there.has(name));
}

test('under load, over HTTP and gRPC, twenty reloads of every kind lose no request and refuse none', async (t) => {
  const dir = tempDir(t);
  const [kept, changed, stored] = [await sinkFor(t), await sinkFor(t), await sinkFor(t)];
  const file = path.join(dir, 'a.jsonl');
  const otlp = { protocols: { http: { endpoint: '127.0.0.1:0' }, grpc: { endpoint: '127.0.0.1:0' } } };
  const other = await freePort();
  /** @param index - of the reload: each one differs from the one before in two of seven ways */
  const config = (index: number) => ({
    receivers: {
      otlp,
      [`otlp/${index % 3}`]: http(`127.0.0.1:${other}`, { include_metadata: index % 2 === 0 }),
    },
    processors: { [`attributes/${index}`]: { actions: [{ key: 'n', value: index, action: 'upsert' }] } },
    exporters: {
      [index % 7 === 3 ? 'file/renamed' : 'file']: {
        path: file,
        ...(index % 4 > 1 && { flush_interval: `${index}s` }),
      },
      'otlp_http/kept': { endpoint: kept.url },
      'otlp_http/changed': { endpoint: changed.url, timeout: `${30 + (index >> 1)}s` },
      [index % 5 === 4 ? 'otlp_http/moved' : 'otlp_http/stored']: {
        endpoint: stored.url,
        timeout: `${30 + (index % 3)}s`,
        sending_queue: { storage: 'file_storage', queue_size: 100_000 },
      },
    },
    extensions: { file_storage: { directory: path.join(dir, 'queues') } },
    service: {
      extensions: ['file_storage'],
      telemetry: { logs: { level: index % 2 ? 'warn' : 'info' } },
      pipelines: {
        logs: {
          receivers: ['otlp', `otlp/${index % 3}`],
          processors: index % 2 ? [`attributes/${index}`] : [],
          exporters: [
            index % 7 === 3 ? 'file/renamed' : 'file',
            'otlp_http/kept',
            'otlp_http/changed',
            index % 5 === 4 ? 'otlp_http/moved' : 'otlp_http/stored',
          ],
        },
        ...(index % 3 === 0 && { traces: { receivers: ['otlp'], exporters: ['otlp_http/kept'] } }),
      },
    },
  });
  const { collector, lines } = await startFor(t, config(0));
  const { endpoints } = collector;
  const loads = [
    postLoad(t, endpoints.otlp ?? '', 'one'),
    postLoad(t, endpoints.otlp ?? '', 'two'),
    callLoad(t, endpoints['otlp.protocols.grpc'] ?? ''),
  ];
  for (let index = 1; index <= 20; index++) {
    const before = loads.map(({ taken }) => taken.length);
    await collector.reload(config(index));
    assert.equal(collector.endpoints.otlp, endpoints.otlp);
    await eventually(() => loads.every(({ taken }, at) => taken.length > (before[at] ?? 0)));
  }
  await Promise.all(loads.map((load) => load.end()));
  assert.deepEqual(
    loads.map(({ refused }) => refused),
    [[], [], []],
  );
  const taken = loads.flatMap((load) => load.taken);
  // What an exporter that went still had in its files is sent by the next of its name, and is told until then.
  await collector.reload(config(24));
  await eventually(() => collector.stats().exporters['otlp_http/moved']?.queued === 0);
  await collector.reload(config(25));
  await eventually(() => missing(taken, namesAt(stored)).length === 0);
  for (const names of [namesInFile(file), namesAt(kept), namesAt(changed)])
    assert.deepEqual(missing(taken, names), []);
  assert.deepEqual(
    lines.filter((line) => !/^INFO|nothing|requests are left of an exporter that is not there/.test(line)),
    [],
  );
});

test('a configuration that is wrong, or read wrongly, changes nothing and says why', async (t) => {
  const file = path.join(tempDir(t), 'a.jsonl');
  const good = { receivers: { otlp: http() }, exporters: { file: { path: file } }, service: logsTo('file') };
  const { collector } = await startFor(t, good);
  const { endpoint, config } = collector;
  await assert.rejects(collector.reload({ ...good, service: logsTo('fil', 'otlp') }), {
    code: 'COLLECTOR_CONFIG_INVALID',
    message:
      'config: service.pipelines.logs.exporters[0]: exporter fil is not defined under exporters; did you mean file?\n' +
      'config: service.pipelines.logs.exporters[1]: exporter otlp is not defined under exporters; expected file',
  });
  await assert.rejects(collector.reload('/not/there.yaml'), { code: 'COLLECTOR_START_FAILED' });
  await assert.rejects(collector.reload(5 as never), { code: 'OPTION_INVALID' });
  assert.equal(collector.endpoint, endpoint);
  assert.equal(collector.config, config);
  assert.equal(await send(endpoint, 'a'), 200);
  assert.deepEqual(namesInFile(file), ['a']);
});

test('a port that is taken: all runs as before, what had to be closed for it included', async (t) => {
  const dir = tempDir(t);
  const sink = await sinkFor(t);
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.after(() => taken.close());
  const { port } = taken.address() as { port: number };
  const [file, second] = [path.join(dir, 'a.jsonl'), await freePort()];
  const config = (fileSettings: object, other: string, health: number) => ({
    receivers: { otlp: http(), 'otlp/2': http(`127.0.0.1:${second}`), 'otlp/3': http(other) },
    exporters: { file: { path: file, ...fileSettings }, otlp_http: { endpoint: sink.url } },
    extensions: { health_check: { endpoint: `127.0.0.1:${health}` } },
    service: {
      extensions: ['health_check'],
      pipelines: {
        logs: { receivers: ['otlp', 'otlp/2', 'otlp/3'], exporters: ['file', 'otlp_http'] },
      },
    },
  });
  const health = await freePort();
  const { collector } = await startFor(t, config({}, '127.0.0.1:0', health));
  const load = postLoad(t, collector.endpoint);
  const changed = config({ append: true }, `127.0.0.1:${port}`, health);
  changed.receivers['otlp/2'] = http(`127.0.0.1:${second}`, { include_metadata: true });
  await assert.rejects(collector.reload(changed), {
    code: 'COLLECTOR_START_FAILED',
    message: `receivers.otlp/3: cannot listen on 127.0.0.1:${port}: the port is in use`,
  });
  const { endpoints } = collector;
  for (const id of ['otlp', 'otlp/2', 'otlp/3']) assert.equal(await send(endpoints[id] ?? '', id), 200, id);
  assert.equal((await fetch(endpoints.health_check ?? '')).status, 200);
  await load.end();
  assert.deepEqual(load.refused, []);
  assert.deepEqual(missing(['otlp', 'otlp/2', 'otlp/3', ...load.taken], namesInFile(file)), []);
  // And it can be read again.
  await collector.reload(config({ append: true }, '127.0.0.1:0', await freePort()));
  assert.equal(await send(collector.endpoint, 'later'), 200);
  assert.deepEqual(missing(['later', ...load.taken], namesInFile(file)), []);
});

test('an exporter that goes delivers what it has, beside its successor', async (t) => {
  const [away, sink] = [await freePort(), await sinkFor(t)];
  const retry_on_failure = { initial_interval: '50ms', max_interval: '50ms' };
  const config = (endpoint: string) => ({
    receivers: { otlp: http() },
    exporters: { otlp_http: { endpoint, retry_on_failure } },
    service: logsTo('otlp_http'),
  });
  const { collector, lines } = await startFor(t, config(`http://127.0.0.1:${away}`));
  assert.equal(await send(collector.endpoint, 'old'), 200);
  await collector.reload(config(sink.url));
  assert.equal(await send(collector.endpoint, 'new'), 200);
  await sink.arrived(1);
  assert.deepEqual(namesAt(sink), ['new']);
  const counts = { failed: 0, dropped: 0 };
  await eventually(() => collector.stats().exporters.otlp_http?.sent === 1);
  assert.deepEqual(collector.stats().exporters, { otlp_http: { ...counts, sent: 1, queued: 1 } });
  const back = await sinkFor(t, away);
  await eventually(() => collector.stats().exporters.otlp_http?.sent === 2);
  assert.deepEqual(namesAt(back), ['old']);
  assert.deepEqual(collector.stats().exporters, { otlp_http: { ...counts, sent: 2, queued: 0 } });
  assert.ok(lines.includes('INFO is replaced, and delivers what it has exporter=otlp_http count=1'));
});

test('what an exporter that went still has at the end is said', async (t) => {
  const retry_on_failure = { initial_interval: '50ms' };
  const away = `http://127.0.0.1:${await freePort()}`;
  const config = (exporters: Record<string, object>) => ({
    receivers: { otlp: http() },
    exporters,
    service: logsTo(...Object.keys(exporters)),
  });
  const { collector, lines } = await startFor(t, config({ otlp_http: { endpoint: away, retry_on_failure } }));
  for (const name of ['a', 'b']) assert.equal(await send(collector.endpoint, name), 200);
  await collector.reload(config({ nop: {} }));
  assert.equal(await send(collector.endpoint, 'c'), 200);
  await collector.stop({ timeoutMs: 100 });
  assert.ok(
    lines.includes('ERROR lost since the start exporter=otlp_http count=2 reason=closed'),
    lines.join('\n'),
  );
  assert.equal(collector.stats().exporters.otlp_http?.dropped, 2);
});

test('an exporter hands its files over to its successor, which sends what is in them', async (t) => {
  const dir = tempDir(t);
  const away = await freePort();
  const config = (port: number) => ({
    receivers: { otlp: http() },
    exporters: {
      otlp_http: { endpoint: `http://127.0.0.1:${port}`, sending_queue: { storage: 'file_storage' } },
    },
    extensions: { file_storage: { directory: dir } },
    service: { extensions: ['file_storage'], ...logsTo('otlp_http') },
  });
  const { collector } = await startFor(t, config(away));
  for (const name of ['a', 'b', 'c']) assert.equal(await send(collector.endpoint, name), 200);
  assert.equal(collector.stats().exporters.otlp_http?.queued, 3);
  const sink = await sinkFor(t);
  await collector.reload(config(Number(new URL(sink.url).port)));
  assert.equal(await send(collector.endpoint, 'd'), 200);
  await eventually(() => collector.stats().exporters.otlp_http?.sent === 4);
  assert.deepEqual(namesAt(sink).sort(), ['a', 'b', 'c', 'd']);
  const counts = { sent: 4, failed: 0, queued: 0, dropped: 0 };
  assert.deepEqual(collector.stats().exporters, { otlp_http: counts });
});

test('what stays the same stays as it is: connections, queues, and what a file was opened with', async (t) => {
  const file = path.join(tempDir(t), 'a.jsonl');
  const away = `http://127.0.0.1:${await freePort()}`;
  const config = (exporters: readonly string[], more = {}) => ({
    receivers: { otlp: http() },
    exporters: { file: { path: file }, otlp_http: { endpoint: away }, debug: {} },
    service: { ...logsTo(...exporters), ...more },
  });
  const { collector, lines } = await startFor(t, config(['file', 'otlp_http']));
  assert.equal(await send(collector.endpoint, 'a'), 200);
  await collector.reload(config(['otlp_http', 'debug', 'file'], { telemetry: { logs: { level: 'debug' } } }));
  assert.equal(await send(collector.endpoint, 'b'), 200);
  const { otlp_http: queue, file: written } = collector.stats().exporters;
  assert.deepEqual([queue?.queued, queue?.dropped, written?.sent], [2, 0, 2]);
  assert.deepEqual(namesInFile(file), ['a', 'b']);
  assert.ok(!lines.some((line) => line.includes('replaced')));
});

test('a receiver takes a signal that it did not take before, and no longer one that it took', async (t) => {
  const dir = tempDir(t);
  const config = (signal: string) => ({
    receivers: { otlp: http() },
    exporters: { file: { path: path.join(dir, 'a.jsonl') } },
    service: { pipelines: { [signal]: { receivers: ['otlp'], exporters: ['file'] } } },
  });
  const { collector } = await startFor(t, config('logs'));
  const { endpoint } = collector;
  assert.equal(await send(endpoint, 'a'), 200);
  await collector.reload(config('traces'));
  assert.equal(collector.endpoint, endpoint);
  assert.equal(await send(endpoint, 'b'), 404);
  await collector.reload(config('logs'));
  assert.equal(await send(endpoint, 'c'), 200);
  assert.deepEqual(namesInFile(path.join(dir, 'a.jsonl')), ['a', 'c']);
});

test('a receiver that changes finishes what it has begun; its address is that of its successor', async (t) => {
  const port = await freePort();
  const held = deferred();
  const config = (more: object) => ({
    receivers: { otlp: http(`127.0.0.1:${port}`, more) },
    service: logsTo('mine'),
  });
  let isHeld = true;
  const mine = async (): Promise<void> => {
    if (isHeld) await held.promise;
  };
  const { collector } = await startFor(t, config({}), { exporters: { mine } });
  const begun = send(collector.endpoint, 'a');
  await eventually(() => collector.stats().exporters.mine?.queued === 1);
  await collector.reload(config({ include_metadata: true }));
  isHeld = false;
  assert.equal(await send(collector.endpoint, 'b'), 200);
  held.resolve();
  assert.equal(await begun, 200);
  await eventually(() => collector.stats().receivers.otlp?.accepted.logs === 2);
  await collector.reload({ ...config({}), receivers: { otlp: http(`127.0.0.1:${await freePort()}`) } });
  assert.equal(await send(collector.endpoint, 'c'), 200);
  await assert.rejects(send(`http://127.0.0.1:${port}`, 'd'));
});

test('reloads wait for each other, a stop waits for them, and what is stopped is not reloaded', async (t) => {
  const file = path.join(tempDir(t), 'a.jsonl');
  const config = (index: number) => ({
    receivers: { [`otlp/${index}`]: http() },
    exporters: { file: { path: file, flush_interval: `${index}s` } },
    service: { pipelines: { logs: { receivers: [`otlp/${index}`], exporters: ['file'] } } },
  });
  const { collector }: { collector: Collector } = await startFor(t, config(0));
  await Promise.all([1, 2, 3].map((index) => collector.reload(config(index))));
  assert.deepEqual(Object.keys(collector.endpoints), ['otlp/3']);
  const reloaded = collector.reload(config(4));
  const stopped = collector.stop();
  await reloaded.catch(() => {});
  await stopped;
  for (const url of Object.values(collector.endpoints)) await assert.rejects(send(url, 'a'));
  await assert.rejects(collector.reload(), {
    code: 'COLLECTOR_START_FAILED',
    message: 'the collector has been stopped',
  });
});

test('requests in the storage of an exporter that is not there are told once, with how to send them', async (t) => {
  const dir = tempDir(t);
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const config = (id: string, settings = {}) => ({
    receivers: { otlp: http() },
    exporters: { [id]: { endpoint, sending_queue: { storage: 'file_storage' }, ...settings } },
    extensions: { file_storage: { directory: dir } },
    service: { extensions: ['file_storage'], ...logsTo(id) },
  });
  const directory = path.join(dir, encodeURIComponent('otlp_http/old'));
  const told = (count: number): string =>
    'WARN requests are left of an exporter that is not there exporter=otlp_http/old ' +
    `count=${count} directory=${directory} fix="give it its name and storage again, ` +
    `or send them: otel-events spool replay ${directory} --to URL --drain"`;
  const orphans = (lines: readonly string[]) => lines.filter((line) => line.includes('are left of'));
  const { collector, lines } = await startFor(t, config('otlp_http/old'));
  for (const name of ['a', 'b']) assert.equal(await send(collector.endpoint, name), 200);
  await collector.reload(config('otlp_http/new'));
  await eventually(() => orphans(lines).length > 0);
  await collector.reload(config('otlp_http/new', { timeout: '7s' }));
  await collector.stop();
  assert.deepEqual(orphans(lines), [told(2)]);
  // Also of what another process has left; and not when it is there again.
  const later = await startFor(t, config('otlp_http/new'));
  await eventually(() => orphans(later.lines).length > 0);
  assert.deepEqual(orphans(later.lines), [told(2)]);
  await later.collector.reload(config('otlp_http/old'));
  await eventually(() => later.collector.stats().exporters['otlp_http/old']?.queued === 2);
});

test('requests in a storage that goes, or is elsewhere from then on, are told with how to send them', async (t) => {
  const dir = tempDir(t);
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const config = (place?: string) => ({
    receivers: { otlp: http() },
    exporters: { otlp_http: { endpoint, ...(place && { sending_queue: { storage: 'file_storage' } }) } },
    ...(place && { extensions: { file_storage: { directory: path.join(dir, place) } } }),
    service: { ...(place && { extensions: ['file_storage'] }), ...logsTo('otlp_http') },
  });
  const { collector, lines } = await startFor(t, config('one'));
  const told = () =>
    lines.flatMap((line) => / are left of .* count=(\d+) directory=(\S+) /.exec(line)?.slice(1).join() ?? []);
  assert.equal(await send(collector.endpoint, 'a'), 200);
  await collector.reload(config('two'));
  await eventually(() => told().length === 1);
  for (const name of ['b', 'c']) assert.equal(await send(collector.endpoint, name), 200);
  await collector.reload(config());
  await eventually(() => told().length === 2);
  assert.deepEqual(told(), [`1,${path.join(dir, 'one/otlp_http')}`, `2,${path.join(dir, 'two/otlp_http')}`]);
});

test('a connector that goes hands on what it has gathered before its exporter hands over its files', async (t) => {
  const sink = await sinkFor(t);
  const directory = tempDir(t);
  const config = (isThere: boolean) => ({
    receivers: { otlp: http() },
    ...(isThere && {
      connectors: { span_metrics: { aggregation_temporality: 'AGGREGATION_TEMPORALITY_DELTA' } },
    }),
    exporters: {
      nop: null,
      otlp_http: {
        endpoint: sink.url,
        timeout: isThere ? '5s' : '6s',
        sending_queue: { storage: 'file_storage' },
      },
    },
    extensions: { file_storage: { directory } },
    service: {
      extensions: ['file_storage'],
      pipelines: {
        traces: { receivers: ['otlp'], exporters: [isThere ? 'span_metrics' : 'nop'] },
        metrics: { receivers: [isThere ? 'span_metrics' : 'otlp'], exporters: ['otlp_http'] },
      },
    },
  });
  const { collector, lines } = await startFor(t, config(true));
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  const spans = [{ traceId: '1'.repeat(32), spanId: '1'.repeat(16), name: 'checkout' }];
  const response = await fetch(`${collector.endpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }),
  });
  assert.equal(response.status, 200);
  await collector.reload(config(false));
  await eventually(() => sink.requests.length > 0 || lines.some((line) => line.startsWith('ERROR')));
  const [calls] = sink.requests.map(({ body }) =>
    JSON.stringify(decodeProtobuf(REQUEST.metrics, gunzipSync(body))),
  );
  assert.match(calls ?? '', /"asInt":"1".*traces\.span\.metrics\.duration/);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('ERROR')),
    [],
  );
});

test('what a queue in files holds is counted once while an exporter and a slow receiver go', async (t) => {
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const directory = tempDir(t);
  const config = (index: number) => ({
    receivers: { otlp: http('127.0.0.1:0', { include_metadata: index > 0 }) },
    exporters: {
      otlp_http: { endpoint, timeout: `${index + 5}s`, sending_queue: { storage: 'file_storage' } },
    },
    extensions: { file_storage: { directory } },
    service: { extensions: ['file_storage'], ...logsTo('otlp_http') },
  });
  const { collector } = await startFor(t, config(0));
  for (const name of ['a', 'b', 'c']) assert.equal(await send(collector.endpoint, name), 200);
  const { hostname, port } = new URL(collector.endpoint);
  const slow = connect(Number(port), hostname);
  t.after(() => slow.destroy());
  slow.write(
    'POST /v1/logs HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\ncontent-type: application/json\r\n\r\n{',
  );
  const queued = () => collector.stats().exporters.otlp_http?.queued ?? 0;
  await collector.reload(config(1));
  let most = 0;
  // Its successor has them when it has looked through the files.
  await eventually(() => {
    most = Math.max(most, queued());
    return most >= 3;
  });
  for (let look = 0; look < 50; look++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    most = Math.max(most, queued());
  }
  slow.destroy();
  assert.deepEqual([queued(), most], [3, 3]);
});
