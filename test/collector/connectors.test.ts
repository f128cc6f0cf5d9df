import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { startCollector } from '../../src/collector/index.ts';
import { readConfig } from '../../src/collector/read-config.ts';
import { type Answer, httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { eventually, logsOf, namesIn, namesInFile } from './samples.ts';

const RECEIVERS = { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } };

async function start(t: TestContext, config: object) {
  const lines: string[] = [];
  const collector = await startCollector({
    config: { receivers: RECEIVERS, ...config },
    write: (line) => lines.push(line),
  });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  const send = async (...names: readonly string[]): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(logsOf(...names));
    const response = await fetch(`${collector.endpoint}/v1/logs`, { method: 'POST', headers, body });
    await response.arrayBuffer();
    return response.status;
  };
  return { collector, lines, send };
}

const filterOf = (name: string) => ({ logs: { log_record: [`log.event_name == "${name}"`] } });

test('forward leads what two pipelines leave into a third one, and the third is as any other', async (t) => {
  const dir = tempDir(t);
  const [before, behind] = [path.join(dir, 'before'), path.join(dir, 'behind')];
  const { send, lines } = await start(t, {
    receivers: { ...RECEIVERS, 'otlp/2': { protocols: { http: { endpoint: 'localhost:0' } } } },
    processors: { 'filter/a': filterOf('a'), 'filter/b': filterOf('b') },
    exporters: { 'file/before': { path: before }, 'file/behind': { path: behind } },
    connectors: { forward: null },
    service: {
      pipelines: {
        'logs/1': { receivers: ['otlp'], processors: ['filter/a'], exporters: ['file/before', 'forward'] },
        'logs/2': { receivers: ['otlp/2'], exporters: ['forward'] },
        'logs/behind': { receivers: ['forward'], processors: ['filter/b'], exporters: ['file/behind'] },
      },
    },
  });
  assert.equal(await send('a', 'b', 'c'), 200);
  assert.deepEqual(namesInFile(before), ['b', 'c']);
  assert.deepEqual(namesInFile(behind), ['c']);
  assert.equal(lines.filter((line) => line.includes('nothing is kept')).length, 0);
});

const away: Answer = (_request, response) => void response.writeHead(503).end();

test('a request is answered when all behind a connector own it, and refused before anything is written', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'file');
  await using sink = await httpSink(away);
  const { send, collector } = await start(t, {
    exporters: {
      file: { path: file },
      otlp_http: { endpoint: sink.url, sending_queue: { queue_size: 1 } },
    },
    connectors: { 'forward/a': null },
    service: {
      pipelines: {
        'logs/1': { receivers: ['otlp'], exporters: ['file', 'forward/a'] },
        'logs/2': { receivers: ['forward/a'], exporters: ['otlp_http'] },
      },
    },
  });
  assert.equal(await send('a'), 200);
  assert.equal(await send('b'), 503);
  assert.deepEqual(namesInFile(file), ['a']);
  assert.equal(collector.stats().exporters.otlp_http?.queued, 1);
});

test('a pipeline that hands on to one that keeps nothing keeps nothing', async (t) => {
  const { lines } = await start(t, {
    exporters: { debug: null },
    connectors: { forward: null },
    service: {
      pipelines: {
        'logs/1': { receivers: ['otlp'], exporters: ['forward'] },
        'logs/2': { receivers: ['forward'], exporters: ['debug'] },
      },
    },
  });
  const told = lines.filter((line) => line.includes('nothing is kept'));
  assert.deepEqual(
    told.map((line) => /pipeline=(\S+)/.exec(line)?.[1]),
    ['logs/1', 'logs/2'],
  );
});

test('one connector serves several signals', async (t) => {
  await using sink = await httpSink();
  const { send, collector } = await start(t, {
    exporters: { otlp_http: { endpoint: sink.url, encoding: 'json', compression: 'none' } },
    connectors: { forward: null },
    service: {
      pipelines: {
        'logs/1': { receivers: ['otlp'], exporters: ['forward'] },
        'logs/2': { receivers: ['forward'], exporters: ['otlp_http'] },
        'traces/1': { receivers: ['otlp'], exporters: ['forward'] },
        'traces/2': { receivers: ['forward'], exporters: ['otlp_http'] },
      },
    },
  });
  assert.equal(await send('a'), 200);
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'b' }] }] }] });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${collector.endpoint}/v1/traces`, { method: 'POST', headers, body });
  await eventually(() => sink.requests.length === 2);
  assert.deepEqual(sink.requests.map((request) => request.path).toSorted(), ['/v1/logs', '/v1/traces']);
  const logs = sink.requests.find((request) => request.path === '/v1/logs');
  assert.deepEqual(namesIn(String(logs?.body)), ['a']);
});

const configOf = (connectors: object, pipelines: object) => ({
  receivers: RECEIVERS,
  exporters: { nop: null },
  connectors,
  service: { pipelines },
});

/** The OpenTelemetry Collector refuses each of these too. */
const REFUSED: readonly [name: string, config: object, message: string][] = [
  [
    'nothing behind it',
    configOf({ forward: null }, { logs: { receivers: ['otlp'], exporters: ['forward'] } }),
    'connectors.forward: logs exports to it, and no pipeline of logs receives from it; it leads logs to logs, traces to traces, metrics to metrics',
  ],
  [
    'nothing before it',
    configOf({ forward: null }, { logs: { receivers: ['forward'], exporters: ['nop'] } }),
    'connectors.forward: logs receives from it, and no pipeline of logs exports to it; it leads logs to logs, traces to traces, metrics to metrics',
  ],
  [
    'another signal behind it',
    configOf(
      { forward: null },
      {
        logs: { receivers: ['otlp'], exporters: ['forward'] },
        traces: { receivers: ['forward'], exporters: ['nop'] },
      },
    ),
    'connectors.forward: logs exports to it, and no pipeline of logs receives from it; it leads logs to logs, traces to traces, metrics to metrics\n' +
      'config: connectors.forward: traces receives from it, and no pipeline of traces exports to it; it leads logs to logs, traces to traces, metrics to metrics',
  ],
  [
    'a pipeline that leads into itself',
    configOf({ forward: null }, { logs: { receivers: ['otlp', 'forward'], exporters: ['forward'] } }),
    'service.pipelines: expected no cycle, got pipeline logs -> connector forward -> pipeline logs',
  ],
  [
    'a cycle behind a way into it',
    configOf(
      { 'forward/in': null, 'forward/a': null, 'forward/b': null },
      {
        'logs/in': { receivers: ['otlp'], exporters: ['forward/in'] },
        'logs/a': { receivers: ['forward/in', 'forward/b'], exporters: ['forward/a'] },
        'logs/b': { receivers: ['forward/a'], exporters: ['nop', 'forward/b'] },
      },
    ),
    'service.pipelines: expected no cycle, got pipeline logs/a -> connector forward/a -> pipeline logs/b -> connector forward/b -> pipeline logs/a',
  ],
  [
    'an id of two kinds',
    {
      ...configOf(
        { forward: null },
        {
          'logs/1': { receivers: ['otlp'], exporters: ['forward'] },
          'logs/2': { receivers: ['forward'], exporters: ['nop'] },
        },
      ),
      exporters: { forward: null, nop: null },
    },
    'connectors.forward: is also defined under exporters: pipelines could mean either',
  ],
];

for (const [name, config, message] of REFUSED) {
  test(`a connector is refused: ${name}`, async () => {
    const error = await readConfig(config).then(
      () => undefined,
      (cause: Error & { code: string }) => cause,
    );
    assert.equal(error?.code, 'COLLECTOR_CONFIG_INVALID');
    assert.ok(error.message.includes(`config: ${message}`), error.message);
  });
}

test('a connector that no pipeline names is none of anybody', async () => {
  const config = configOf({ forward: null }, { logs: { receivers: ['otlp'], exporters: ['nop'] } });
  assert.deepEqual((await readConfig(config)).warnings, []);
});
