import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Intake, type IntakeOptions } from '../../src/collector/intake.ts';
import { Receiver, type ReceiverOptions } from '../../src/collector/receiver.ts';
import { OtelEventsError } from '../../src/errors.ts';
import type { Batch } from '../../src/otlp/wire/batch.ts';
import { decodeProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { STATUS } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { deferred, eventually, logsOf, namesIn, protobufOf } from './samples.ts';

interface Setup {
  readonly receiver: Receiver;
  readonly intake: Intake;
  readonly url: string;
  readonly batches: Batch[];
}

const MIB = 1024 * 1024;
const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

type Options = Partial<Omit<ReceiverOptions, 'intake'> & Pick<IntakeOptions, 'consume'>>;

async function setUp(t: TestContext, options: Options = {}): Promise<Setup> {
  const batches: Batch[] = [];
  const take = async (batch: Batch) => void batches.push(batch);
  const { maxBodyBytes = MIB, consume = { logs: take, traces: take }, ...others } = options;
  const intake = new Intake({ consume, maxHeldBytes: 8 * maxBodyBytes });
  const receiver = new Receiver({
    address: { host: 'localhost', port: 0 },
    maxBodyBytes,
    intake,
    ...others,
  });
  t.after(() => receiver.stop(0));
  return { receiver, intake, url: await receiver.start(), batches };
}

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: Buffer;
  readonly headers: Headers;
}

async function post(
  url: string,
  body: string | Uint8Array,
  headers: Record<string, string>,
): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body: Buffer.from(body), headers });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: Buffer.from(await response.arrayBuffer()),
    headers: response.headers,
  };
}

const namesOf = (batches: readonly Batch[]): string[] =>
  batches.flatMap((batch) => namesIn(JSON.stringify(OtlpRequest.of(batch).decoded())));

/** A connection on which the bytes of a request can be sent one after the other. */
async function rawConnection(t: TestContext, url: string): Promise<{ socket: Socket; answer: () => string }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, answer: () => text };
}

const head = (length: number, ...more: string[]): string =>
  [
    `POST /v1/logs HTTP/1.1`,
    'host: a',
    `content-type: ${PROTOBUF}`,
    `content-length: ${length}`,
    ...more,
    '',
    '',
  ].join('\r\n');

test('protobuf is taken as it is and answered in protobuf', async (t) => {
  const { url, batches, intake } = await setUp(t);
  const body = protobufOf(logsOf('a', 'b'));
  const answer = await post(`${url}/v1/logs`, body, { 'content-type': PROTOBUF });
  assert.deepEqual([answer.status, answer.type, answer.body.length], [200, PROTOBUF, 0]);
  assert.deepEqual(
    batches.map(({ signal, encoding, count }) => ({ signal, encoding, count })),
    [{ signal: 'logs', encoding: 'protobuf', count: 2 }],
  );
  assert.deepEqual(batches[0]?.bytes, Buffer.from(body));
  assert.deepEqual(intake.stats().accepted, { logs: 2, traces: 0, metrics: 0 });
});

test('JSON is taken and answered in JSON', async (t) => {
  const { url, batches } = await setUp(t);
  const answer = await post(`${url}/v1/logs`, JSON.stringify(logsOf('a')), {
    'content-type': 'Application/JSON; charset=utf-8',
  });
  assert.deepEqual([answer.status, answer.type, String(answer.body)], [200, JSON_TYPE, '{}']);
  assert.deepEqual(namesOf(batches), ['a']);
});

test('gzip is inflated, in both encodings', async (t) => {
  const { url, batches } = await setUp(t);
  const headers = { 'content-encoding': 'gzip' };
  await post(`${url}/v1/logs`, gzipSync(protobufOf(logsOf('a'))), { ...headers, 'content-type': PROTOBUF });
  await post(`${url}/v1/logs`, gzipSync(JSON.stringify(logsOf('b'))), {
    ...headers,
    'content-type': JSON_TYPE,
  });
  assert.deepEqual(namesOf(batches), ['a', 'b']);
});

test('spans are taken at /v1/traces', async (t) => {
  const { url, batches, intake } = await setUp(t);
  const spans = { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'a' }, { name: 'b' }] }] }] };
  await post(`${url}/v1/traces`, JSON.stringify(spans), { 'content-type': JSON_TYPE });
  assert.deepEqual(
    batches.map(({ signal, count }) => [signal, count]),
    [['traces', 2]],
  );
  assert.deepEqual(intake.stats().accepted, { logs: 0, traces: 2, metrics: 0 });
});

test('a request without records is a success and goes nowhere', async (t) => {
  const { url, batches } = await setUp(t);
  const requests = [
    [PROTOBUF, ''],
    [JSON_TYPE, '{}'],
    [JSON_TYPE, '{"resourceLogs":[{}]}'],
  ] as const;
  for (const [type, body] of requests) {
    assert.equal((await post(`${url}/v1/logs`, body, { 'content-type': type })).status, 200);
  }
  assert.deepEqual(batches, []);
});

const REFUSED: readonly [string, string, string | Uint8Array, Record<string, string>, number, number][] = [
  ['malformed protobuf', '/v1/logs', Buffer.from([0x0a, 0x05]), { 'content-type': PROTOBUF }, 400, 3],
  [
    'a protobuf field of the wrong type',
    '/v1/logs',
    Buffer.from([0x08, 0x01]),
    { 'content-type': PROTOBUF },
    400,
    3,
  ],
  ['malformed JSON', '/v1/logs', '{"resourceLogs":', { 'content-type': JSON_TYPE }, 400, 3],
  ['an empty JSON body', '/v1/logs', '', { 'content-type': JSON_TYPE }, 400, 3],
  ['what is not gzip', '/v1/logs', 'plain', { 'content-type': PROTOBUF, 'content-encoding': 'gzip' }, 400, 3],
  [
    'gzip that is cut off',
    '/v1/logs',
    gzipSync('x'.repeat(999)).subarray(0, 15),
    { 'content-type': PROTOBUF, 'content-encoding': 'gzip' },
    400,
    3,
  ],
  ['another compression', '/v1/logs', 'x', { 'content-type': PROTOBUF, 'content-encoding': 'br' }, 400, 3],
  ['another content type', '/v1/logs', 'x', { 'content-type': 'text/plain' }, 415, 3],
  ['no content type', '/v1/logs', new Uint8Array(3), { 'content-type': '' }, 415, 3],
  ['an unknown path', '/v1/metrics', '{}', { 'content-type': JSON_TYPE }, 404, 5],
  ['a body that is too large', '/v1/logs', new Uint8Array(MIB + 1), { 'content-type': PROTOBUF }, 413, 8],
  [
    'a body that is too large once inflated',
    '/v1/logs',
    gzipSync(new Uint8Array(MIB + 1)),
    { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' },
    413,
    8,
  ],
];

for (const [name, path, body, headers, status, code] of REFUSED) {
  test(`refused with ${status} and a Status in the request's encoding: ${name}`, async (t) => {
    const { url, batches, intake } = await setUp(t);
    const answer = await post(`${url}${path}`, body, headers);
    const type = headers['content-type'] === PROTOBUF ? PROTOBUF : JSON_TYPE;
    const decoded = type === PROTOBUF ? decodeProtobuf(STATUS, answer.body) : JSON.parse(String(answer.body));
    assert.deepEqual([answer.status, answer.type, decoded.code], [status, type, code]);
    assert.ok(String(decoded.message).length > 5);
    assert.deepEqual(batches, []);
    assert.equal(intake.stats().invalidRequests, 1);
  });
}

test('other methods are refused with 405, and told which one there is', async (t) => {
  const { url } = await setUp(t);
  for (const method of ['GET', 'PUT', 'OPTIONS', 'DELETE']) {
    const response = await fetch(`${url}/v1/logs`, { method });
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST']);
  }
});

test('a signal without a pipeline is not found', async (t) => {
  const { url } = await setUp(t, { consume: { logs: async () => {} } });
  assert.equal((await post(`${url}/v1/traces`, '{}', { 'content-type': JSON_TYPE })).status, 404);
});

test('when no exporter takes a batch the answer is 503, and the items count as refused', async (t) => {
  const consume = () =>
    Promise.reject(new OtelEventsError('EXPORT_FAILED', 'no exporter took the logs', { retry: {} }));
  const { url, intake } = await setUp(t, { consume: { logs: consume } });
  const answer = await post(`${url}/v1/logs`, protobufOf(logsOf('a', 'b')), { 'content-type': PROTOBUF });
  assert.equal(answer.status, 503);
  assert.deepEqual(decodeProtobuf(STATUS, answer.body), { code: 14, message: 'no exporter took the logs' });
  assert.deepEqual(intake.stats(), {
    accepted: { logs: 0, traces: 0, metrics: 0 },
    refused: { logs: 2, traces: 0, metrics: 0 },
    invalidRequests: 0,
  });
});

test('an error of our own is answered with 500, and told to us and not to the sender', async (t) => {
  const errors: unknown[] = [];
  const bug = new TypeError('undefined is not a function');
  const consume = () => Promise.reject(bug);
  const { url } = await setUp(t, { consume: { logs: consume }, onError: (error) => errors.push(error) });
  const answer = await post(`${url}/v1/logs`, JSON.stringify(logsOf('a')), { 'content-type': JSON_TYPE });
  assert.equal(answer.status, 500);
  assert.deepEqual(JSON.parse(String(answer.body)), {
    code: 13,
    message: 'the request could not be handled',
  });
  assert.deepEqual(errors, [bug]);
});

test('after a refused body the connection goes on', async (t) => {
  const { url, batches } = await setUp(t);
  const { socket, answer } = await rawConnection(t, url);
  const body = Buffer.from(protobufOf(logsOf('a')));
  socket.write(head(2 * MIB));
  await eventually(() => answer().includes('413'));
  socket.write(Buffer.alloc(2 * MIB));
  socket.write(Buffer.concat([Buffer.from(head(body.length)), body]));
  await eventually(() => answer().includes('200 OK'));
  assert.deepEqual(namesOf(batches), ['a']);
});

/** A gzip stream that goes on and on, and never has any output: empty stored blocks. */
const ENDLESS = Buffer.concat([
  Buffer.from('1f8b0800000000000003', 'hex'),
  ...Array<Buffer>(400_000).fill(Buffer.from('000000ffff', 'hex')),
]);

const UNBOUNDED: readonly [string, Buffer, readonly string[]][] = [
  ['plain', Buffer.alloc(2 * MIB), []],
  ['gzip that inflates to too much', gzipSync(Buffer.alloc(2 * MIB)), ['content-encoding: gzip']],
  ['gzip that inflates to nothing', ENDLESS, ['content-encoding: gzip']],
];

for (const [name, body, more] of UNBOUNDED) {
  test(`a body without a length is bounded too, and the connection goes on: ${name}`, async (t) => {
    const { url, batches } = await setUp(t);
    const { socket, answer } = await rawConnection(t, url);
    const next = Buffer.from(protobufOf(logsOf('a')));
    socket.write(head(0, 'transfer-encoding: chunked', ...more).replace('content-length: 0\r\n', ''));
    for (let at = 0; at < body.length; at += 60_000) {
      const chunk = body.subarray(at, at + 60_000);
      socket.write(
        Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]),
      );
    }
    socket.write('0\r\n\r\n');
    await eventually(() => answer().includes('413'));
    socket.write(Buffer.concat([Buffer.from(head(next.length)), next]));
    await eventually(() => answer().includes('200 OK'));
    assert.deepEqual(namesOf(batches), ['a']);
  });
}

test('a gzip bomb is stopped while it inflates', async (t) => {
  const { url } = await setUp(t, { maxBodyBytes: 20 * MIB });
  // 2 GiB: gzip allows one member after the other.
  const bomb = Buffer.concat(Array<Buffer>(128).fill(gzipSync(Buffer.alloc(16 * MIB))));
  assert.ok(bomb.length < 3 * MIB, `${bomb.length} bytes`);
  const before = process.memoryUsage().rss;
  const headers = { 'content-type': PROTOBUF, 'content-encoding': 'gzip' };
  const answers = await Promise.all(Array.from({ length: 4 }, () => post(`${url}/v1/logs`, bomb, headers)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [413, 413, 413, 413],
  );
  const grown = (process.memoryUsage().rss - before) / MIB;
  // Inflated to the end, the four would take 8 GiB.
  assert.ok(grown < 400, `${grown} MiB`);
});

test('100 requests at once are all taken', async (t) => {
  const { url, batches } = await setUp(t);
  const names = Array.from({ length: 100 }, (_, index) => `n${index}`);
  const answers = await Promise.all(
    names.map((name, index) =>
      index % 2 === 0
        ? post(`${url}/v1/logs`, protobufOf(logsOf(name)), { 'content-type': PROTOBUF })
        : post(`${url}/v1/logs`, gzipSync(JSON.stringify(logsOf(name))), {
            'content-type': JSON_TYPE,
            'content-encoding': 'gzip',
          }),
    ),
  );
  assert.ok(answers.every(({ status }) => status === 200));
  assert.deepEqual(namesOf(batches).sort(), names.sort());
});

test('bodies that are too many at once are refused, until their senders go away', async (t) => {
  const { url, batches } = await setUp(t, { maxBodyBytes: 100_000 });
  const senders = await Promise.all(Array.from({ length: 8 }, () => rawConnection(t, url)));
  const half = Buffer.alloc(99_990);
  // The last bytes never come.
  for (const { socket } of senders) socket.write(Buffer.concat([Buffer.from(head(half.length + 5)), half]));
  const name200 = 'a'.repeat(200);
  const send = () => post(`${url}/v1/logs`, protobufOf(logsOf(name200)), { 'content-type': PROTOBUF });
  const answers: Answer[] = [];
  await eventually(async () => {
    answers.unshift(await send());
    return answers[0]?.status === 503;
  });
  assert.equal(answers[0]?.headers.get('retry-after'), '1');

  for (const { socket } of senders) socket.destroy();
  await eventually(async () => (await send()).status === 200);
  assert.equal(namesOf(batches).at(-1), name200);
});

test('inflated bodies that are too many at once are refused, until the exporters have them', async (t) => {
  const gate = deferred();
  let held = 0;
  const consume = () => (held++ < 7 ? gate.promise : Promise.resolve());
  const { url } = await setUp(t, { maxBodyBytes: 100_000, consume: { logs: consume } });
  const large = gzipSync(JSON.stringify(logsOf('a')).padEnd(99_990));
  const headers = { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' };
  const answers = Array.from({ length: 7 }, () => post(`${url}/v1/logs`, large, headers));
  await eventually(() => held === 7);
  // What came over the network counts too until it is inflated: there is room for less than eight.
  assert.equal((await post(`${url}/v1/logs`, large, headers)).status, 503);
  gate.resolve();
  assert.ok((await Promise.all(answers)).every(({ status }) => status === 200));
  assert.equal((await post(`${url}/v1/logs`, large, headers)).status, 200);
});

const SLOW: readonly [string, string, Partial<ReceiverOptions>][] = [
  ['headers', 'POST /v1/logs HTTP/1.1\r\n', { headersTimeoutMs: 1_000 }],
  ['body', `${head(100)}x`, { headersTimeoutMs: 1_000, requestTimeoutMs: 2_000 }],
];

for (const [what, text, options] of SLOW) {
  test(`a sender that is slow with its ${what} is cut off, others are not`, async (t) => {
    const { url, batches } = await setUp(t, options);
    const { socket, answer } = await rawConnection(t, url);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(text);
    assert.equal(
      (await post(`${url}/v1/logs`, protobufOf(logsOf('a')), { 'content-type': PROTOBUF })).status,
      200,
    );
    const startedMs = performance.now();
    await closed;
    assert.ok(performance.now() - startedMs < 30_000);
    if (what === 'headers') assert.match(answer(), /^HTTP\/1.1 408 /);
    assert.deepEqual(namesOf(batches), ['a']);
  });
}

test('what is not HTTP is answered with 400 and harms nobody', async (t) => {
  const { url } = await setUp(t);
  const { socket, answer } = await rawConnection(t, url);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x0d, 0x0a]));
  await closed;
  assert.match(answer(), /^HTTP\/1.1 400 /);
  assert.equal((await post(`${url}/v1/logs`, '', { 'content-type': PROTOBUF })).status, 200);
});

test('stop finishes the request under way and closes its connection', async (t) => {
  const gate = deferred();
  const started = deferred();
  const { url, receiver } = await setUp(t, {
    consume: {
      logs: () => {
        started.resolve();
        return gate.promise;
      },
    },
  });
  const answer = post(`${url}/v1/logs`, protobufOf(logsOf('a')), { 'content-type': PROTOBUF });
  await started.promise;
  const stopped = receiver.stop(5_000);
  await assert.rejects(post(`${url}/v1/logs`, '', { 'content-type': PROTOBUF }));
  gate.resolve();
  assert.deepEqual([(await answer).status, (await answer).headers.get('connection')], [200, 'close']);
  await stopped;
});

test('stop does not wait for ever', async (t) => {
  const { url, receiver } = await setUp(t, { consume: { logs: () => new Promise(() => {}) } });
  const answer = post(`${url}/v1/logs`, protobufOf(logsOf('a')), { 'content-type': PROTOBUF });
  const idle = await rawConnection(t, url);
  idle.socket.write(head(100));
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([receiver.stop(50), assert.rejects(answer)]);
});
