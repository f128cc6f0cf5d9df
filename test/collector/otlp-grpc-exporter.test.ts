import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http2, { type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { startCollector } from '../../src/collector/index.ts';
import { frameOf } from '../../src/otlp/grpc/frame.ts';
import { retryDetails } from '../../src/otlp/grpc/status-details.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { RESPONSE } from '../../src/otlp/wire/messages.ts';
import { freePort } from '../harness/free-port.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { LOCALHOST_CERT, LOCALHOST_KEY } from '../spool/localhost-cert.ts';
import { deferred, eventually, logsOf, namesInFile, protobufOf } from './samples.ts';

interface Call {
  readonly headers: IncomingHttpHeaders;
  readonly message: Buffer;
}

type Answer = (stream: ServerHttp2Stream, index: number) => void;

const OK = { ':status': 200, 'content-type': 'application/grpc' };

/** Takes a call, with what there is to say of it. */
function take(stream: ServerHttp2Stream, message: Uint8Array = new Uint8Array()): void {
  stream.respond(OK, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(frameOf(message));
}

const refuse =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (stream) =>
    stream.respond({ ...OK, 'grpc-status': String(code), ...headers }, { endStream: true });

/** A server of gRPC that says what a test wants it to. */
async function grpcSink(
  t: TestContext,
  answer: Answer = (stream) => take(stream),
  port = 0,
  socket?: string,
) {
  const calls: Call[] = [];
  const sessions: ServerHttp2Session[] = [];
  const server = http2.createServer();
  server.on('session', (session) => sessions.push(session.on('error', () => {})));
  server.on('stream', async (stream, headers) => {
    stream.on('error', () => {});
    const frame = await buffer(stream);
    const message = frame.subarray(5);
    calls.push({ headers, message: headers['grpc-encoding'] === 'gzip' ? gunzipSync(message) : message });
    answer(stream, calls.length - 1);
  });
  await new Promise<void>((resolve) => {
    if (socket === undefined) server.listen(port, '127.0.0.1', resolve);
    else server.listen(socket, resolve);
  });
  const close = (): void => {
    for (const session of sessions) session.destroy();
    server.close();
  };
  t.after(close);
  const address = server.address() as AddressInfo;
  return { calls, sessions, close, port: address.port, endpoint: `http://127.0.0.1:${address.port}` };
}

const FAST = { initial_interval: '5ms', max_interval: '10ms', max_elapsed_time: '0s' };

async function start(t: TestContext, exporter: object, others: object = {}) {
  const lines: string[] = [];
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
      exporters: { otlp_grpc: { retry_on_failure: FAST, ...exporter } },
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['otlp_grpc'] } } },
      ...others,
    },
    write: (line) => lines.push(line),
  });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  return { collector, lines, stats: () => collector.stats().exporters.otlp_grpc };
}

async function send(url: string, ...names: readonly string[]): Promise<number> {
  const response = await fetch(`${url}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(protobufOf(logsOf(...names))),
  });
  await response.arrayBuffer();
  return response.status;
}

for (const compression of ['gzip', 'none']) {
  test(`requests leave as they came, compression ${compression}, over one connection`, async (t) => {
    const sink = await grpcSink(t);
    const { collector, stats } = await start(t, {
      endpoint: sink.endpoint,
      compression,
      headers: { Authorization: 'Bearer t' },
    });
    await send(collector.endpoint, 'a');
    await send(collector.endpoint, 'b');
    await eventually(() => stats()?.sent === 2);
    assert.deepEqual(
      sink.calls.map(({ message }) => message),
      [Buffer.from(protobufOf(logsOf('a'))), Buffer.from(protobufOf(logsOf('b')))],
    );
    assert.equal(sink.sessions.length, 1);
    const { headers } = sink.calls[0] as Call;
    assert.equal(headers[':path'], '/opentelemetry.proto.collector.logs.v1.LogsService/Export');
    assert.equal(headers['content-type'], 'application/grpc+proto');
    assert.equal(headers['grpc-encoding'], compression === 'gzip' ? 'gzip' : undefined);
    assert.equal(headers['grpc-timeout'], '5000m');
    assert.equal(headers.te, 'trailers');
    assert.equal(headers.authorization, 'Bearer t');
  });
}

/** Those that the OTLP specification names, and those that say nothing of the data: somebody may mend it. */
const TRIED_AGAIN = [1, 4, 10, 11, 14, 15, 2, 5, 6, 7, 9, 12, 13, 16, 99];

for (const code of TRIED_AGAIN) {
  test(`${code} is tried again until it is taken`, async (t) => {
    const sink = await grpcSink(t, (stream, index) =>
      index < 2 ? refuse(code)(stream, index) : take(stream),
    );
    const { collector, stats } = await start(t, { endpoint: sink.endpoint });
    await send(collector.endpoint, 'a');
    await eventually(() => stats()?.sent === 1);
    assert.equal(sink.calls.length, 3);
  });
}

for (const code of [3, 8]) {
  test(`${code} is not tried again, and counted with its reason`, async (t) => {
    const sink = await grpcSink(t, refuse(code));
    const { collector, stats, lines } = await start(t, { endpoint: sink.endpoint });
    await send(collector.endpoint, 'a');
    await eventually(() => stats()?.dropped === 1);
    assert.deepEqual(stats()?.dropReasons, { [`grpc_${code}`]: 1 });
    assert.equal(sink.calls.length, 1);
    assert.match(lines.join('\n'), new RegExp(`127.0.0.1:${sink.port} answered [^\n]*${code}`));
  });
}

for (const code of [7, 16]) {
  test(`${code} is given up after max_elapsed_time, and counted`, async (t) => {
    const sink = await grpcSink(t, refuse(code));
    const retry_on_failure = { ...FAST, max_elapsed_time: '100ms' };
    const { collector, stats, lines } = await start(t, { endpoint: sink.endpoint, retry_on_failure });
    await send(collector.endpoint, 'a');
    await eventually(() => stats()?.dropped === 1);
    assert.deepEqual(stats()?.dropReasons, { gave_up: 1 });
    assert.ok(sink.calls.length > 1);
    assert.match(lines.join('\n'), new RegExp(`127.0.0.1:${sink.port} answered [^\n]*${code}`));
  });
}

test('RESOURCE_EXHAUSTED that says when to come again is waited for', async (t) => {
  const details = { 'grpc-status-details-bin': retryDetails({ code: 8, message: '', afterMs: 300 }) };
  const sink = await grpcSink(t, (stream, index) =>
    index === 0 ? refuse(8, details)(stream, 0) : take(stream),
  );
  const { collector, stats } = await start(t, { endpoint: sink.endpoint });
  const startedMs = performance.now();
  await send(collector.endpoint, 'a');
  await eventually(() => stats()?.sent === 1);
  assert.ok(performance.now() - startedMs > 200);
});

test('what is too large goes in halves', async (t) => {
  const sink = await grpcSink(t, (stream) =>
    (sink.calls.at(-1)?.message.length ?? 0) > 100 ? refuse(8)(stream, 0) : take(stream),
  );
  const { collector, stats } = await start(t, { endpoint: sink.endpoint });
  await send(collector.endpoint, 'a'.repeat(40), 'b'.repeat(40));
  await eventually(() => stats()?.sent === 2);
  assert.equal(sink.calls.length, 3);
});

test('a partial success is not tried again, and what it refused is counted', async (t) => {
  const partial = { partialSuccess: { rejectedLogRecords: '1', errorMessage: 'no' } };
  const sink = await grpcSink(t, (stream) => take(stream, encodeProtobuf(RESPONSE.logs, partial)));
  const { collector, stats } = await start(t, { endpoint: sink.endpoint });
  await send(collector.endpoint, 'a', 'b');
  await eventually(() => stats()?.sent === 1);
  assert.deepEqual([stats()?.dropped, stats()?.dropReasons], [1, { partial_success: 1 }]);
  assert.equal(sink.calls.length, 1);
});

test('a status of HTTP, or none at all, is read as gRPC says', async (t) => {
  const sink = await grpcSink(t, (stream, index) => {
    if (index === 0) stream.respond({ ':status': 503 }, { endStream: true });
    else if (index === 1) stream.close(2);
    else if (index === 2) stream.respond(OK, { endStream: true });
    else take(stream);
  });
  const { collector, stats } = await start(t, { endpoint: sink.endpoint });
  await send(collector.endpoint, 'a');
  await eventually(() => stats()?.sent === 1);
  assert.equal(sink.calls.length, 4);
});

test('after GOAWAY, and after a server that went away and came back, another connection is opened', async (t) => {
  const sink = await grpcSink(t);
  const { collector, stats } = await start(t, { endpoint: sink.endpoint });
  await send(collector.endpoint, 'a');
  await eventually(() => stats()?.sent === 1);
  sink.sessions[0]?.close();
  await send(collector.endpoint, 'b');
  await eventually(() => stats()?.sent === 2);
  assert.equal(sink.sessions.length, 2);
  sink.close();
  await send(collector.endpoint, 'c');
  await eventually(() => (stats()?.queued ?? 0) === 1);
  const again = await grpcSink(t, undefined, sink.port);
  await eventually(() => stats()?.sent === 3);
  assert.equal(again.calls.length, 1);
});

test('GOAWAY while a call is under way lets it end', async (t) => {
  const gate = deferred();
  const sink = await grpcSink(
    t,
    (stream, index) => void (index === 0 ? gate.promise : Promise.resolve()).then(() => take(stream)),
  );
  const { collector, stats } = await start(t, {
    endpoint: sink.endpoint,
    sending_queue: { num_consumers: 2 },
  });
  await send(collector.endpoint, 'a');
  await eventually(() => sink.calls.length === 1);
  sink.sessions[0]?.goaway();
  await send(collector.endpoint, 'b');
  await eventually(() => stats()?.sent === 1);
  gate.resolve();
  await eventually(() => stats()?.sent === 2);
  assert.equal(sink.calls.length, 2);
});

test('no answer in time is tried again', async (t) => {
  const sink = await grpcSink(t, (stream, index) => {
    if (index > 0) take(stream);
  });
  const { collector, stats, lines } = await start(t, { endpoint: sink.endpoint, timeout: '100ms' });
  await send(collector.endpoint, 'a');
  await eventually(() => stats()?.sent === 1);
  assert.match(lines.join('\n'), /did not answer: no answer in time/);
  assert.equal(sink.calls[0]?.headers['grpc-timeout'], '100m');
});

test('without a queue the sender is told what the server said', async (t) => {
  const codes = [14, 3, 16, 0];
  const sink = await grpcSink(t, (stream, index) => {
    const code = codes[index] ?? 0;
    if (code === 0) take(stream);
    else refuse(code)(stream, index);
  });
  const { collector } = await start(t, {
    endpoint: sink.endpoint,
    sending_queue: { enabled: false },
    retry_on_failure: { enabled: false },
  });
  const statuses: number[] = [];
  for (const name of ['a', 'b', 'c', 'd']) statuses.push(await send(collector.endpoint, name));
  assert.deepEqual(statuses, [503, 400, 503, 200]);
});

test('a socket in the file system is an endpoint', async (t) => {
  const socket = path.join(tempDir(t), 'a.sock');
  const sink = await grpcSink(t, undefined, 0, socket);
  const { collector, stats } = await start(t, { endpoint: `unix://${socket}` });
  await send(collector.endpoint, 'a');
  await eventually(() => stats()?.sent === 1);
  assert.equal(sink.calls.length, 1);
});

test('from one collector to the next, over TLS with certificates on both sides', async (t) => {
  const dir = tempDir(t);
  const cert_file = path.join(dir, 'cert.pem');
  const key_file = path.join(dir, 'key.pem');
  const file = path.join(dir, 'a.jsonl');
  writeFileSync(cert_file, LOCALHOST_CERT);
  writeFileSync(key_file, LOCALHOST_KEY);
  const tls = { cert_file, key_file };
  const port = await freePort();
  const next = await startCollector({
    config: {
      receivers: {
        otlp: {
          protocols: { grpc: { endpoint: `localhost:${port}`, tls: { ...tls, client_ca_file: cert_file } } },
        },
      },
      exporters: { file: { path: file } },
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['file'] } } },
    },
    write: () => {},
  });
  t.after(() => next.stop({ timeoutMs: 100 }));
  // Without a scheme TLS is the rule.
  const right = await start(t, { endpoint: `localhost:${port}`, tls: { ...tls, ca_file: cert_file } });
  await send(right.collector.endpoint, 'a');
  await eventually(() => right.stats()?.sent === 1);
  assert.deepEqual(namesInFile(file), ['a']);
  const distrusting = await start(t, { endpoint: `localhost:${port}`, tls });
  await send(distrusting.collector.endpoint, 'b');
  await eventually(() => distrusting.lines.some((line) => /SELF_SIGNED_CERT/.test(line)));
  assert.match(distrusting.lines.join('\n'), /its certificate is signed by nobody/);
  const careless = await start(t, {
    endpoint: `localhost:${port}`,
    tls: { ...tls, insecure_skip_verify: true },
  });
  await send(careless.collector.endpoint, 'c');
  await eventually(() => careless.stats()?.sent === 1);
  const plain = await start(t, { endpoint: `localhost:${port}`, tls: { insecure: true } });
  await send(plain.collector.endpoint, 'd');
  await eventually(() => plain.lines.some((line) => /delivery fails/.test(line)));
  assert.deepEqual(namesInFile(file), ['a', 'c']);
});
