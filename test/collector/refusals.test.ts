import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCollector } from '../../src/collector/index.ts';
import { Refusals } from '../../src/collector/refusals.ts';
import { logsOf } from './samples.ts';
import { withoutTime } from './without-time.ts';

async function start(t: TestContext) {
  const lines: string[] = [];
  const protocols = {
    http: { endpoint: 'localhost:0', max_request_body_size: 100 },
    grpc: { endpoint: 'localhost:0' },
  };
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols } },
      exporters: { debug: null },
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['debug'] } } },
    },
    write: (line) => lines.push(withoutTime(line)),
  });
  t.after(() => collector.stop({ timeoutMs: 0 }));
  return { collector, said: () => lines.filter((line) => line.startsWith('WARN requests refused')) };
}

async function post(url: string, body: string, type = 'application/json'): Promise<number> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
  await response.arrayBuffer();
  return response.status;
}

test('requests that are refused leave a line in the log: the first at once, and the rest in a sum', async (t) => {
  const { collector, said } = await start(t);
  const url = collector.endpoint;
  const answers = [
    await post(`${url}/v1/logs`, '{"resourceLogs":5}'),
    await post(`${url}/secret-path`, '{}'),
    await post(`${url}/v1/logs`, JSON.stringify(logsOf('secret-event'.repeat(20)))),
    await post(`${url}/v1/logs`, 'x', 'text/plain'),
    await post(`${url}/v1/logs`, '{"resourceLogs":"secret-value"}'),
    await post(`${url}/v1/logs`, '['),
  ];
  assert.deepEqual(answers, [400, 404, 413, 415, 400, 400]);
  const first = 'WARN requests refused receiver=otlp transport=http answer=http_400 count=1';
  assert.equal(said().length, 1);
  assert.ok(said()[0]?.startsWith(first), said()[0]);
  await collector.stop();
  const rest = said().slice(1);
  assert.deepEqual(rest.map((line) => / answer=(\S+) count=(\d+) /.exec(line)?.slice(1)).toSorted(), [
    ['http_400', '2'],
    ['http_404', '1'],
    ['http_413', '1'],
    ['http_415', '1'],
  ]);
  assert.ok(rest.some((line) => line.endsWith('reason="the body is larger than 100 bytes"')));
  assert.doesNotMatch(said().join('\n'), /secret/);
});

test('calls of gRPC that are refused leave one too', async (t) => {
  const { collector, said } = await start(t);
  const client = connect(collector.endpoints['otlp.protocols.grpc'] ?? '');
  t.after(() => client.destroy());
  const call = client.request({
    ':method': 'POST',
    ':path': '/secret.Service/Call',
    'content-type': 'application/grpc',
  });
  call.end();
  await new Promise((resolve) => call.on('close', resolve).resume());
  assert.deepEqual(said(), [
    'WARN requests refused receiver=otlp transport=grpc answer=grpc_12 count=1 reason="unknown method"',
  ]);
});

test('a sum says the reason of its first request', async () => {
  const lines: string[] = [];
  const refusals = new Refusals((_level, _message, fields) => lines.push(JSON.stringify(fields)), 'otlp', 20);
  refusals.add('http', 'http_400', 'a');
  refusals.add('http', 'http_400', 'b');
  refusals.add('http', 'http_400', 'c');
  await sleep(100);
  refusals.end();
  const told = { receiver: 'otlp', transport: 'http', answer: 'http_400' };
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { ...told, count: 1, reason: 'a' },
      { ...told, count: 2, reason: 'b' },
    ],
  );
});
