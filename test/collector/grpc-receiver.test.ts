import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { GrpcReceiver, type GrpcReceiverOptions } from '../../src/collector/grpc/grpc-receiver.ts';
import { Intake, type IntakeOptions } from '../../src/collector/intake.ts';
import { OtelEventsError } from '../../src/errors.ts';
import { frameOf } from '../../src/otlp/grpc/frame.ts';
import type { Batch } from '../../src/otlp/wire/batch.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { type CallAnswer, call, callRaw, openSession } from './grpc-call.ts';
import { deferred, eventually, logsOf, namesIn, protobufOf } from './samples.ts';

const MIB = 1024 * 1024;

type Options = Partial<Omit<GrpcReceiverOptions, 'intake'> & IntakeOptions>;

async function setUp(t: TestContext, options: Options = {}) {
  const batches: Batch[] = [];
  const take = async (batch: Batch) => void batches.push(batch);
  const { maxMessageBytes = MIB, consume = { logs: take, traces: take }, ...others } = options;
  const intake = new Intake({ consume, maxHeldBytes: options.maxHeldBytes ?? 8 * maxMessageBytes });
  const address = { host: 'localhost', port: 0 };
  const receiver = new GrpcReceiver({ address, maxMessageBytes, intake, ...others });
  t.after(() => receiver.stop(0));
  return { receiver, intake, url: await receiver.start(), batches };
}

const namesOf = (batches: readonly Batch[]): string[] =>
  batches.flatMap((batch) => namesIn(JSON.stringify(OtlpRequest.of(batch).decoded())));

const request = protobufOf(logsOf('a', 'b'));

test('a call is answered with an empty message and status 0 when exporters have the data', async (t) => {
  const gate = deferred();
  const { url, intake } = await setUp(t, { consume: { logs: () => gate.promise } });
  const session = openSession(t, url);
  let isAnswered = false;
  const answer = call(session, request).finally(() => {
    isAnswered = true;
  });
  await call(session, new Uint8Array());
  assert.equal(isAnswered, false);
  gate.resolve();
  const { status, headers, body, trailersOnly } = await answer;
  assert.deepEqual([status, body, trailersOnly], ['0', Buffer.alloc(5), false]);
  assert.deepEqual([headers[':status'], headers['content-type']], [200, 'application/grpc']);
  assert.deepEqual(intake.stats().accepted, { logs: 2, traces: 0, metrics: 0 });
});

test('a message is taken packed with zstd and snappy', async (t) => {
  const { url, batches } = await setUp(t);
  const session = openSession(t, url);
  assert.equal((await call(session, zstdCompressSync(request), { 'grpc-encoding': 'zstd' })).status, '0');
  // A block that is one literal, with its length in the byte behind the tag.
  const { length } = request;
  const snappy = Buffer.concat([Buffer.from([length, 60 << 2, length - 1]), request]);
  assert.equal((await call(session, snappy, { 'grpc-encoding': 'snappy' })).status, '0');
  assert.deepEqual(namesOf(batches), ['a', 'b', 'a', 'b']);
});

test('a message is taken packed with gzip, and in pieces of a byte', async (t) => {
  const { url, batches } = await setUp(t);
  const session = openSession(t, url);
  assert.equal((await call(session, gzipSync(request), { 'grpc-encoding': 'gzip' })).status, '0');
  // A packed call may hold a message that is not.
  assert.equal((await callRaw(session, frameOf(request), { 'grpc-encoding': 'gzip' })).status, '0');
  const stream = session.request({
    ':method': 'POST',
    ':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    'content-type': 'application/grpc+proto; a=b',
  });
  for (const byte of frameOf(request)) stream.write(Buffer.of(byte));
  stream.resume().end();
  await once(stream, 'end');
  assert.deepEqual(namesOf(batches), ['a', 'b', 'a', 'b', 'a', 'b']);
});

const two = Buffer.concat([frameOf(request), frameOf(request)]);
const tooLong = Buffer.from([0, 0xff, 0xff, 0xff, 0xff]);
const bomb = gzipSync(Buffer.alloc(2 * MIB));
const grpc = (body: Uint8Array, code: number, message: RegExp, headers = {}) => ({
  body,
  code,
  message,
  headers,
});

const INVALID = {
  'an unknown method': grpc(frameOf(request), 12, /unknown method/, { ':path': '/a.B/Export' }),
  'a name every object has': grpc(frameOf(request), 12, /unknown method/, { ':path': '/constructor' }),
  'a signal without a pipeline': grpc(frameOf(request), 12, /no pipeline takes metrics/, {
    ':path': '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  }),
  'an unknown compression': grpc(frameOf(request), 12, /unsupported grpc-encoding/, {
    'grpc-encoding': 'br',
  }),
  'no message': grpc(new Uint8Array(), 12, /no message/),
  'two messages': grpc(two, 12, /more than one message/),
  'half a header': grpc(Buffer.from([0, 0]), 13, /cut short/),
  'half a message': grpc(frameOf(request).subarray(0, 20), 13, /cut short/),
  'an unknown flag': grpc(Buffer.from([2, 0, 0, 0, 0]), 13, /flag/),
  'a packed message without a compression': grpc(
    frameOf(gzipSync(request), true),
    13,
    /without grpc-encoding/,
  ),
  'a message that is too large': grpc(tooLong, 8, /larger than 1048576 bytes/),
  'a message that is too large when it is inflated': grpc(frameOf(bomb, true), 8, /larger than 1048576/, {
    'grpc-encoding': 'gzip',
  }),
  'what is not gzip': grpc(frameOf(request, true), 3, /not gzip/, { 'grpc-encoding': 'gzip' }),
  'what is not snappy': grpc(frameOf(request, true), 3, /not snappy/, { 'grpc-encoding': 'snappy' }),
  'what is not OTLP': grpc(frameOf(Buffer.from([1, 2, 3])), 3, /not a protobuf ExportLogsServiceRequest/),
  'a malformed time-out': grpc(frameOf(request), 13, /grpc-timeout/, { 'grpc-timeout': '10' }),
};

for (const [name, { body, code, message, headers }] of Object.entries(INVALID)) {
  test(`${name} is refused with ${code}, and counted`, async (t) => {
    const { url, intake, batches } = await setUp(t);
    const session = openSession(t, url);
    const answer = await callRaw(session, body, headers);
    assert.equal(answer.status, String(code), answer.message);
    assert.match(answer.message, message);
    assert.equal(answer.trailersOnly, true);
    assert.equal(
      answer.headers['grpc-accept-encoding'],
      code === 12 ? 'identity,gzip,snappy,zstd' : undefined,
    );
    assert.equal(answer.headers['grpc-status-details-bin'], undefined);
    assert.equal(intake.stats().invalidRequests, 1);
    // The connection is as good as before.
    assert.equal((await call(session, request)).status, '0');
    assert.deepEqual(namesOf(batches), ['a', 'b']);
  });
}

test('what is no call of gRPC gets a status of HTTP', async (t) => {
  const { url, intake } = await setUp(t);
  const session = openSession(t, url);
  const json = { 'content-type': 'application/json' };
  assert.equal((await callRaw(session, Buffer.from('{}'), json)).status, 'http 415');
  assert.equal(
    (await callRaw(session, Buffer.from(''), { 'content-type': 'application/grpcx' })).status,
    'http 415',
  );
  const { status, headers } = await callRaw(session, new Uint8Array(), { ':method': 'PUT' });
  assert.deepEqual([status, headers.allow], ['http 405', 'POST']);
  assert.equal(intake.stats().invalidRequests, 3);
});

/** The bytes of the `RetryInfo` in an answer, in hex: a Duration of seconds (08) and nanoseconds (10). */
function retryIn({ headers }: CallAnswer): string | undefined {
  const details = Buffer.from(String(headers['grpc-status-details-bin']), 'base64');
  const type = 'type.googleapis.com/google.rpc.RetryInfo';
  const end = details.indexOf(type) + type.length;
  // The value of the Any: its tag (12), its length, and the message.
  return end > type.length ? details.toString('hex', end + 2) : undefined;
}

test('what exporters may take later is UNAVAILABLE and says when to come again', async (t) => {
  const consume = () =>
    Promise.reject(new OtelEventsError('QUEUE_FULL', 'full ü%', { retry: { afterMs: 2_500 } }));
  const { url, intake } = await setUp(t, { consume: { logs: consume } });
  const answer = await call(openSession(t, url), request);
  assert.deepEqual([answer.status, answer.message, answer.trailersOnly], ['14', 'full %C3%BC%25', true]);
  assert.equal(retryIn(answer), '0a0808021080cab5ee01');
  assert.deepEqual(intake.stats(), {
    accepted: { logs: 0, traces: 0, metrics: 0 },
    refused: { logs: 2, traces: 0, metrics: 0 },
    invalidRequests: 0,
  });
});

test('what exporters refuse for good is INVALID_ARGUMENT', async (t) => {
  const consume = () => Promise.reject(new OtelEventsError('EXPORT_FAILED', 'never'));
  const { url, intake } = await setUp(t, { consume: { logs: consume } });
  const { status, headers } = await call(openSession(t, url), request);
  assert.deepEqual([status, headers['grpc-status-details-bin']], ['3', undefined]);
  assert.deepEqual([intake.stats().refused.logs, intake.stats().invalidRequests], [2, 0]);
});

test('an error of ours is INTERNAL, says nothing of itself, and is told to the owner', async (t) => {
  const errors: unknown[] = [];
  const bug = new TypeError('a secret');
  const { url, intake } = await setUp(t, {
    consume: { logs: () => Promise.reject(bug) },
    onError: (error) => {
      errors.push(error);
      throw error;
    },
  });
  const session = openSession(t, url);
  const { status, message } = await call(session, request);
  assert.deepEqual([status, message], ['13', 'the request could not be handled']);
  assert.deepEqual(errors, [bug]);
  assert.equal(intake.stats().invalidRequests, 0);
  assert.equal((await call(session, new Uint8Array())).status, '0');
});

test('a call is over when its time is up, also while exporters work', async (t) => {
  const { url } = await setUp(t, { consume: { logs: () => new Promise(() => {}) } });
  const session = openSession(t, url);
  const { status } = await call(session, request, { 'grpc-timeout': '50m' });
  assert.equal(status, '4');
});

test('a message that comes too slowly is not waited for', async (t) => {
  const { url, intake } = await setUp(t, { messageTimeoutMs: 100 });
  const stream = openSession(t, url).request({
    ':method': 'POST',
    ':path': '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    'content-type': 'application/grpc',
  });
  stream.write(frameOf(request).subarray(0, 9));
  const [headers] = await once(stream, 'response');
  assert.equal(headers['grpc-status'], '4');
  await eventually(() => intake.stats().invalidRequests === 1);
});

test('messages of all connections share one memory; beyond it they may come again', async (t) => {
  const gate = deferred();
  const { url, intake } = await setUp(t, { maxHeldBytes: 100_000, consume: { logs: () => gate.promise } });
  const large = protobufOf(logsOf('x'.repeat(60_000)));
  const first = call(openSession(t, url), large);
  await eventually(async () => {
    const second = await call(openSession(t, url), large, { 'grpc-timeout': '200m' });
    return second.status === '14' && retryIn(second) === '0a0408011000';
  });
  gate.resolve();
  assert.equal((await first).status, '0');
  assert.equal((await call(openSession(t, url), large)).status, '0');
  assert.ok(intake.stats().invalidRequests > 0);
});

test('a client of HTTP/1 is told what the port speaks', async (t) => {
  const { url } = await setUp(t);
  const response = await fetch(`${url}/v1/logs`, { method: 'POST', body: '{}' });
  assert.equal(response.status, 400);
  assert.match(await response.text(), /this port speaks gRPC/);
});

test('a connection that says nothing, or half a preface, is closed in time', async (t) => {
  const { url } = await setUp(t, { handshakeTimeoutMs: 100 });
  for (const start of ['', 'PRI * HT', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    t.after(() => socket.destroy());
    socket.on('error', () => {});
    if (start !== '') socket.write(start);
    socket.resume();
    await once(socket, 'close');
  }
});

test('stopping finishes the calls under way, and takes no more', async (t) => {
  const gate = deferred();
  const { url, receiver, batches } = await setUp(t, { consume: { logs: () => gate.promise } });
  const session = openSession(t, url);
  const idle = openSession(t, url);
  const goneAway = Promise.all([once(session, 'goaway'), once(idle, 'goaway')]);
  const answer = call(session, request);
  await call(idle, new Uint8Array());
  const stopped = receiver.stop(5_000);
  await goneAway;
  await assert.rejects(fetch(url));
  gate.resolve();
  assert.equal((await answer).status, '0');
  await stopped;
  assert.equal(batches.length, 0);
});

test('stopping waits no longer than it is told', async (t) => {
  const { url, receiver } = await setUp(t, { consume: { logs: () => new Promise(() => {}) } });
  const answer = call(openSession(t, url), request);
  await eventually(() => true);
  await call(openSession(t, url), new Uint8Array());
  const startedMs = performance.now();
  await receiver.stop(200);
  assert.ok(performance.now() - startedMs < 20_000);
  assert.equal((await answer).status, 'http undefined');
});

test('beyond the most connections the oldest idle one goes, never one with a call', async (t) => {
  const gate = deferred();
  const { url } = await setUp(t, { maxConnections: 2, consume: { logs: () => gate.promise } });
  const busy = openSession(t, url);
  const answer = call(busy, request);
  const idle = openSession(t, url);
  await call(idle, new Uint8Array());
  const goneAway = once(idle, 'goaway');
  const third = openSession(t, url);
  assert.equal((await call(third, new Uint8Array())).status, '0');
  await goneAway;
  gate.resolve();
  assert.equal((await answer).status, '0');
});

test('a connection that opens and resets calls without end is closed; others go on', async (t) => {
  const { url } = await setUp(t);
  const bad = openSession(t, url);
  const closed = new Promise((resolve) => bad.once('close', resolve));
  const flood = setInterval(() => {
    for (let count = 0; count < 500 && !bad.destroyed && !bad.closed; count++) {
      const stream = bad.request({ ':method': 'POST', ':path': '/x', 'content-type': 'application/grpc' });
      stream.on('error', () => {});
      stream.close(8);
    }
  }, 5);
  t.after(() => clearInterval(flood));
  await closed;
  assert.equal((await call(openSession(t, url), request)).status, '0');
});

test('headers without end are refused; others go on', async (t) => {
  const { url, batches } = await setUp(t);
  const bad = openSession(t, url);
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x-${index}`, 'y'.repeat(200)]));
  const answer = await call(bad, request, many).catch(() => ({ status: 'gone' }));
  assert.notEqual(answer.status, '0');
  assert.deepEqual(batches, []);
  assert.equal((await call(openSession(t, url), request)).status, '0');
});

test('connections that are idle or old are told to go', async (t) => {
  const idle = await setUp(t, { maxIdleMs: 50 });
  const session = openSession(t, idle.url);
  await call(session, request);
  await once(session, 'close');
  const old = await setUp(t, { maxAgeMs: 50 });
  await once(openSession(t, old.url), 'goaway');
});
