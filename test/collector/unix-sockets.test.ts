import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import nodeHttp from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { startCollector } from '../../src/collector/index.ts';
import { readConfig } from '../../src/collector/read-config.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { call, openSession } from './grpc-call.ts';
import { eventually, logsOf, namesInFile, namesSoFar, protobufOf } from './samples.ts';

const SKIP = process.platform === 'win32' && 'Windows has pipes with names instead';

const unix = (endpoint: string) => ({ endpoint, transport: 'unix' });
const configOf = (protocols: object, exporters: object) => ({
  receivers: { otlp: { protocols } },
  exporters,
  service: { pipelines: { logs: { receivers: ['otlp'], exporters: Object.keys(exporters) } } },
});

async function start(t: TestContext, config: object) {
  const collector = await startCollector({ config, write: () => {} });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  return collector;
}

function post(socketPath: string, name: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf' };
    const where = { socketPath, path: '/v1/logs', method: 'POST', headers, agent: false };
    const request = nodeHttp.request(where, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    request.once('error', reject).end(Buffer.from(protobufOf(logsOf(name))));
  });
}

test('receivers take HTTP and gRPC at sockets in the file system, which are gone at the end', {
  skip: SKIP,
}, async (t) => {
  const dir = tempDir(t);
  const [http, grpc, file] = ['h.sock', 'g.sock', 'a.jsonl'].map((name) => path.join(dir, name)) as [
    string,
    string,
    string,
  ];
  const collector = await start(
    t,
    configOf({ http: unix(http), grpc: unix(grpc) }, { file: { path: file } }),
  );
  assert.deepEqual(collector.endpoints, { otlp: `unix:${http}`, 'otlp.protocols.grpc': `unix:${grpc}` });
  assert.equal(await post(http, 'a'), 200);
  const session = openSession(t, 'http://localhost', { createConnection: () => connect({ path: grpc }) });
  assert.equal((await call(session, protobufOf(logsOf('b')))).status, '0');
  const sender = await start(
    t,
    configOf(
      { http: { endpoint: 'localhost:0' } },
      { otlp_grpc: { endpoint: collector.endpoints['otlp.protocols.grpc'] } },
    ),
  );
  const headers = { 'content-type': 'application/x-protobuf' };
  const body = Buffer.from(protobufOf(logsOf('c')));
  assert.equal((await fetch(`${sender.endpoint}/v1/logs`, { method: 'POST', headers, body })).status, 200);
  await eventually(() => namesSoFar(file).length === 3);
  assert.deepEqual(namesInFile(file), ['a', 'b', 'c']);
  await collector.reload(
    configOf({ http: { ...unix(http), include_metadata: true }, grpc: unix(grpc) }, { file: { path: file } }),
  );
  assert.equal(await post(http, 'd'), 200);
  await collector.stop();
  assert.deepEqual([existsSync(http), existsSync(grpc)], [false, false]);
});

test('a socket that a dead process left is taken; what somebody uses, or is no socket, is left', {
  skip: SKIP,
}, async (t) => {
  const dir = tempDir(t);
  const socket = path.join(dir, 'a.sock');
  const script = `require('net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
  assert.ok(existsSync(socket));
  const config = configOf({ http: unix(socket) }, { nop: {} });
  await start(t, config);
  assert.equal(await post(socket, 'a'), 200);
  await assert.rejects(startCollector({ config, write: () => {} }), {
    code: 'COLLECTOR_START_FAILED',
    message: `receivers.otlp: cannot listen on ${socket}: it is in use`,
  });
  assert.equal(await post(socket, 'b'), 200);
  const file = path.join(dir, 'file');
  writeFileSync(file, 'kept');
  await assert.rejects(
    startCollector({ config: configOf({ http: unix(file) }, { nop: {} }), write: () => {} }),
    {
      message: `receivers.otlp: cannot listen on ${file}: it is in use`,
    },
  );
  assert.equal(readFileSync(file, 'utf8'), 'kept');
});

const WRONG: readonly (readonly [name: string, server: object, problem: string])[] = [
  ['no path', { transport: 'unix' }, 'endpoint: is missing'],
  [
    'an empty path',
    unix(''),
    'endpoint: expected the path of a socket, of at most 107 bytes, such as /run/otel.sock, got another string',
  ],
  [
    'a path that is too long',
    unix(`/${'a'.repeat(107)}`),
    'endpoint: expected the path of a socket, of at most 107 bytes, such as /run/otel.sock, got another string',
  ],
  [
    'a URL',
    { endpoint: 'unix:///run/a' },
    'endpoint: expected HOST:PORT; a receiver has transport: unix for the path of a socket',
  ],
  [
    'a port',
    { endpoint: 'localhost', transport: 'tcp' },
    'endpoint: expected HOST:PORT, with a port from 0 to 65535, got another string',
  ],
];

for (const [name, server, problem] of WRONG) {
  test(`refused: ${name}`, async () => {
    for (const protocol of ['http', 'grpc']) {
      await assert.rejects(readConfig(configOf({ [protocol]: server }, { nop: {} })), {
        message: `config: receivers.otlp.protocols.${protocol}.${problem}`,
      });
    }
  });
}
