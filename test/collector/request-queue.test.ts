import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { RequestQueue, type RequestQueueOptions } from '../../src/collector/queue/request-queue.ts';
import type { OtelEventsError } from '../../src/errors.ts';
import type { BatchExporter } from '../../src/exporters/batch-exporter.ts';
import type { Signal } from '../../src/otlp/wire/batch.ts';
import { decodeProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { REQUEST, RESPONSE } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { otlpTransport } from '../../src/spool/send/otlp-transport.ts';
import { freePort } from '../harness/free-port.ts';
import { type Answer, type HttpSink, httpSink, type SinkRequest } from '../harness/http-sink.ts';
import { batchOf, deferred, logsOf, namesIn } from './samples.ts';

interface Setup {
  readonly exporter: BatchExporter;
  readonly sink: HttpSink;
  readonly errors: OtelEventsError[];
}

interface Overrides {
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly compression?: 'gzip' | 'none';
  readonly encoding?: 'protobuf' | 'json';
  readonly queue?: Partial<RequestQueueOptions['queue']>;
  readonly retry?: Partial<RequestQueueOptions['retry']>;
}

async function setUp(t: TestContext, answer?: Answer, overrides: Overrides = {}): Promise<Setup> {
  const sink = await httpSink(answer);
  const errors: OtelEventsError[] = [];
  const { url = sink.url, headers = {}, compression = 'none', encoding = 'protobuf' } = overrides;
  const wayFor = (signal: Signal) =>
    otlpTransport({
      url: new URL(`${url}/v1/${signal}`),
      headers,
      compression,
      encoding,
      timeoutMs: 2_000,
      userAgent: 'test',
    });
  const exporter = new RequestQueue({
    name: 'otlp_http',
    encoding,
    transports: new Map((['logs', 'traces'] as const).map((signal) => [signal, wayFor(signal)])),
    onError: (error) => errors.push(error),
    onDelivered: () => {},
    onDropped: () => {},
    onFound: () => {},
    onLeft: () => {},
    queue: { enabled: true, num_consumers: 1, queue_size: 1000, sizer: 'requests', ...overrides.queue },
    retry: {
      enabled: true,
      initial_interval: 5,
      max_interval: 10,
      max_elapsed_time: 0,
      ...overrides.retry,
    },
  });
  t.after(async () => {
    await exporter.close(0);
    await sink.close();
  });
  return { exporter, sink, errors };
}

const namesOf = ({ body }: SinkRequest): string[] =>
  namesIn(JSON.stringify(decodeProtobuf(REQUEST.logs, body)));

const status =
  (...codes: readonly number[]): Answer =>
  (_request, response, index) => {
    response.statusCode = codes[Math.min(index, codes.length - 1)] ?? 200;
    response.end();
  };

test('protobuf leaves as it came, byte for byte, to the path of its signal', async (t) => {
  const { exporter, sink } = await setUp(t, undefined, { headers: { 'x-key': 'secret' } });
  const batch = batchOf('a');
  await exporter.consume(batch);
  await sink.arrived(1);
  const [request] = sink.requests;
  assert.equal(request?.path, '/v1/logs');
  assert.deepEqual(request?.body, Buffer.from(batch.bytes));
  assert.equal(request?.headers['content-type'], 'application/x-protobuf');
  assert.equal(request?.headers['x-key'], 'secret');
});

test('JSON is turned into protobuf, and protobuf into JSON, as the encoding asks', async (t) => {
  const json = Buffer.from(JSON.stringify(logsOf('a')));
  const proto = await setUp(t);
  await proto.exporter.consume(OtlpRequest.read('logs', 'json', json));
  await proto.sink.arrived(1);
  assert.deepEqual(namesOf(proto.sink.requests[0] as SinkRequest), ['a']);

  const asJson = await setUp(t, undefined, { encoding: 'json' });
  await asJson.exporter.consume(batchOf('b'));
  await asJson.sink.arrived(1);
  assert.deepEqual(namesIn(String(asJson.sink.requests[0]?.body)), ['b']);
  assert.equal(asJson.sink.requests[0]?.headers['content-type'], 'application/json');
});

test('gzip compresses the body', async (t) => {
  const { exporter, sink } = await setUp(t, undefined, { compression: 'gzip' });
  const batch = batchOf('a');
  await exporter.consume(batch);
  await sink.arrived(1);
  assert.equal(sink.requests[0]?.headers['content-encoding'], 'gzip');
  assert.deepEqual(gunzipSync(sink.requests[0]?.body ?? ''), Buffer.from(batch.bytes));
});

for (const code of [429, 502, 503, 504]) {
  test(`${code} is tried again until it works, in order`, async (t) => {
    const { exporter, sink, errors } = await setUp(t, status(code, code, 200));
    await Promise.all(['a', 'b'].map((name) => exporter.consume(batchOf(name))));
    await sink.arrived(4);
    await exporter.close(1_000);
    assert.deepEqual(
      sink.requests.map((request) => namesOf(request).join()),
      ['a', 'a', 'a', 'b'],
    );
    assert.deepEqual(exporter.taken?.(), { sent: 2, queued: 0, dropped: 0 });
    assert.deepEqual(
      errors.map(({ message }) => message),
      [`${sink.url}/v1/logs answered ${code}`],
    );
  });
}

for (const code of [301, 401, 404, 500, 501]) {
  test(`${code} says nothing about the data: they are kept until somebody has mended it`, async (t) => {
    const { exporter, sink, errors } = await setUp(t, status(code, 200));
    await exporter.consume(batchOf('a', 'b'));
    await sink.arrived(2);
    await exporter.close(1_000);
    assert.deepEqual(sink.requests.map(namesOf), [
      ['a', 'b'],
      ['a', 'b'],
    ]);
    assert.deepEqual(exporter.taken?.(), { sent: 2, queued: 0, dropped: 0 });
    assert.equal(errors[0]?.reason, `http_${code}`);
  });
}

/** Refuses each request that holds one of `names`. */
const refuses =
  (code: number, ...names: readonly string[]): Answer =>
  (request, response) => {
    response.statusCode = namesOf(request).some((name) => names.includes(name)) ? code : 200;
    response.end();
  };

const arrivedIn = ({ requests }: HttpSink, ...refused: readonly string[]): string[] =>
  requests.map(namesOf).flatMap((names) => (names.some((name) => refused.includes(name)) ? [] : names));

for (const code of [400, 413, 422]) {
  test(`${code}: a request is taken apart, and only what is refused is lost`, async (t) => {
    const { exporter, sink, errors } = await setUp(t, refuses(code, 'e'));
    await exporter.consume(batchOf(...'abcdefgh'));
    await exporter.consume(batchOf('i'));
    while (exporter.taken?.().queued !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(arrivedIn(sink, 'e').sort(), [...'abcdfghi']);
    assert.deepEqual(exporter.taken?.(), { sent: 8, queued: 0, dropped: 1 });
    assert.equal(errors[0]?.reason, `http_${code}`);
  });
}

test('many bad records cost themselves, and a small limit costs nothing', async (t) => {
  const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
  const bad = names.filter((_, index) => index % 30 === 7);
  const invalid = await setUp(t, refuses(400, ...bad));
  await invalid.exporter.consume(batchOf(...names));
  while (invalid.exporter.taken?.().queued !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(invalid.exporter.taken?.(), { sent: 290, queued: 0, dropped: 10 });
  const small = await setUp(t, (request, response) => {
    response.statusCode = namesOf(request).length > 3 ? 413 : 200;
    response.end();
  });
  await small.exporter.consume(batchOf(...names));
  while (small.exporter.taken?.().queued !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(small.exporter.taken?.(), { sent: 300, queued: 0, dropped: 0 });
});

test('a request that can never fit is refused for good', async (t) => {
  const { exporter } = await setUp(t, undefined, { queue: { sizer: 'items', queue_size: 2 } });
  const error = await exporter.consume(batchOf('a', 'b', 'c')).catch((cause) => cause);
  assert.deepEqual([error.code, error.reason, error.retry], ['EXPORT_FAILED', 'too_large', undefined]);
});

test('a destination that refuses everything is not asked without end', async (t) => {
  const { exporter, sink } = await setUp(t, status(400));
  const names = Array.from({ length: 500 }, (_, index) => `n${index}`);
  await exporter.consume(batchOf(...names));
  while (exporter.taken?.().queued !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(exporter.taken?.(), { sent: 0, queued: 0, dropped: 500 });
  assert.ok(sink.requests.length < 100, `${sink.requests.length} requests`);
});

test('a part that may pass is tried again, and what arrived is not sent twice', async (t) => {
  let refusals = 0;
  const { exporter, sink } = await setUp(t, (request, response) => {
    const names = namesOf(request);
    const isAway = names.join('') === 'cd' && refusals++ < 2;
    response.statusCode = names.length > 2 ? 413 : isAway ? 503 : 200;
    response.end();
  });
  await exporter.consume(batchOf(...'abcd'));
  while (exporter.taken?.().queued !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(
    sink.requests.map((request) => namesOf(request).join('')),
    ['abcd', 'ab', 'cd', 'cd', 'cd'],
  );
  assert.deepEqual(exporter.taken?.(), { sent: 4, queued: 0, dropped: 0 });
});

test('a server that is not there yet is tried until it is', async (t) => {
  const port = await freePort();
  const { exporter, errors } = await setUp(t, undefined, { url: `http://127.0.0.1:${port}` });
  await exporter.consume(batchOf('a'));
  while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.match(errors[0]?.message ?? '', /did not answer: ECONNREFUSED/);
  const late = await httpSink(undefined, port);
  t.after(() => late.close());
  await late.arrived(1);
  assert.deepEqual(namesOf(late.requests[0] as SinkRequest), ['a']);
});

test('Retry-After is waited for', async (t) => {
  const { exporter, sink } = await setUp(t, (_request, response, index) => {
    if (index === 0) response.writeHead(503, { 'retry-after': '1' });
    response.end();
  });
  const startedMs = performance.now();
  await exporter.consume(batchOf('a'));
  await sink.arrived(2);
  assert.ok(performance.now() - startedMs > 800);
});

test('max_elapsed_time ends the retries: the batch is dropped, the next one is sent', async (t) => {
  const { exporter, sink, errors } = await setUp(
    t,
    (request, response) => {
      response.statusCode = namesOf(request).includes('a') ? 503 : 200;
      response.end();
    },
    { retry: { max_elapsed_time: 1_000 } },
  );
  await exporter.consume(batchOf('a'));
  await exporter.consume(batchOf('b'));
  while (exporter.taken?.().sent !== 1) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(exporter.taken?.(), { sent: 1, queued: 0, dropped: 1 });
  assert.ok(sink.requests.length > 2, `${sink.requests.length} requests`);
  assert.deepEqual(
    errors.map(({ reason }) => reason),
    ['http_503', 'gave_up'],
  );
});

test('a Retry-After beyond max_elapsed_time is not waited for', async (t) => {
  const { exporter, errors } = await setUp(
    t,
    (_request, response) => {
      response.writeHead(503, { 'retry-after': '99999999999' });
      response.end();
    },
    { retry: { max_elapsed_time: 60_000 } },
  );
  await exporter.consume(batchOf('a'));
  while (errors.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(errors[0]?.reason, 'gave_up');
});

test('without retry_on_failure every failure is final', async (t) => {
  const { exporter, sink } = await setUp(t, status(503), { retry: { enabled: false } });
  await exporter.consume(batchOf('a'));
  await sink.arrived(1);
  await exporter.close(1_000);
  assert.equal(sink.requests.length, 1);
  assert.deepEqual(exporter.taken?.(), { sent: 0, queued: 0, dropped: 1 });
});

for (const encoding of ['protobuf', 'json'] as const) {
  test(`a partial success in ${encoding} is counted and not tried again`, async (t) => {
    const answer = { partialSuccess: { rejectedLogRecords: '2', errorMessage: 'bad ones' } };
    const { exporter, sink, errors } = await setUp(
      t,
      (_request, response) => {
        response.end(encoding === 'json' ? JSON.stringify(answer) : encodeProtobuf(RESPONSE.logs, answer));
      },
      { encoding },
    );
    await exporter.consume(batchOf('a', 'b', 'c'));
    await sink.arrived(1);
    await exporter.close(1_000);
    assert.deepEqual(exporter.taken?.(), { sent: 1, queued: 0, dropped: 2 });
    assert.deepEqual(
      errors.map(({ code }) => code),
      ['EXPORT_PARTIAL'],
    );
    assert.match(errors[0]?.message ?? '', /2 of 3 refused: bad ones$/);
  });
}

test('a 200 with garbage is a success', async (t) => {
  const { exporter, sink } = await setUp(t, (_request, response) => void response.end('<html>'));
  await exporter.consume(batchOf('a'));
  await sink.arrived(1);
  await exporter.close(1_000);
  assert.deepEqual(exporter.taken?.(), { sent: 1, queued: 0, dropped: 0 });
});

const QUEUES: readonly [RequestQueueOptions['queue']['sizer'], number][] = [
  ['requests', 2],
  ['items', 4],
  ['bytes', 2 * batchOf('a', 'b').bytes.byteLength],
];

for (const [sizer, size] of QUEUES) {
  test(`a queue full of ${sizer} refuses the next batch and keeps the others`, async (t) => {
    const gate = deferred();
    const { exporter, sink } = await setUp(
      t,
      (_request, response) => void gate.promise.then(() => response.end()),
      {
        queue: { sizer, queue_size: size },
      },
    );
    await exporter.consume(batchOf('a', 'b'));
    await exporter.consume(batchOf('c', 'd'));
    await assert.rejects(exporter.consume(batchOf('e', 'f')), { code: 'QUEUE_FULL', retry: {} });
    assert.deepEqual(exporter.taken?.(), { sent: 0, queued: 4, dropped: 0 });
    gate.resolve();
    await sink.arrived(2);
    await exporter.close(1_000);
    assert.deepEqual(sink.requests.flatMap(namesOf), ['a', 'b', 'c', 'd']);
    assert.deepEqual(exporter.taken?.(), { sent: 4, queued: 0, dropped: 0 });
  });
}

test('a queue that does not count bytes is bounded in bytes all the same', async (t) => {
  const { exporter } = await setUp(t, status(503), {
    retry: { initial_interval: 60_000, max_interval: 60_000 },
  });
  const batch = { ...batchOf('a'), bytes: Buffer.alloc(64 * 1024 * 1024) };
  for (let count = 0; count < 4; count++) await exporter.consume(batch);
  await assert.rejects(exporter.consume(batch), { code: 'QUEUE_FULL' });
  assert.equal(exporter.taken?.().queued, 4);
});

test('a Retry-After of years does not become no wait at all', async (t) => {
  const { exporter, sink } = await setUp(t, (_request, response) => {
    response.writeHead(503, { 'retry-after': '99999999999' });
    response.end();
  });
  await exporter.consume(batchOf('a'));
  await sink.arrived(1);
  // Closing cuts the wait short once.
  await exporter.close(100);
  assert.ok(sink.requests.length <= 2, String(sink.requests.length));
});

test('without a queue a batch is taken when it is delivered, and refused when it is not', async (t) => {
  const { exporter } = await setUp(t, status(200, 400), { queue: { enabled: false } });
  await exporter.consume(batchOf('a'));
  assert.deepEqual(exporter.taken?.(), { sent: 1, queued: 0, dropped: 0 });
  await assert.rejects(exporter.consume(batchOf('b')), { code: 'EXPORT_FAILED', reason: 'http_400' });
  assert.deepEqual(exporter.taken?.(), { sent: 1, queued: 0, dropped: 0 });
});

for (const [code, isForGood] of [
  [400, true],
  [413, true],
  [422, true],
  [401, false],
  [404, false],
  [500, false],
  [503, false],
] as const) {
  test(`without a queue and without retries, ${code} is ${isForGood ? 'a refusal for good' : 'no reason to give the data up'}`, async (t) => {
    const overrides = { queue: { enabled: false }, retry: { enabled: false } };
    const { exporter } = await setUp(t, status(code), overrides);
    const error = await exporter.consume(batchOf('a')).catch((cause) => cause);
    assert.deepEqual(
      [error.code, error.reason, error.retry !== undefined],
      ['EXPORT_FAILED', `http_${code}`, !isForGood],
    );
  });
}

test('a place is reserved, and let go or taken', async (t) => {
  const { exporter, sink } = await setUp(t, undefined, { queue: { queue_size: 1 } });
  exporter.reserve?.(batchOf('a')).letGo();
  const place = exporter.reserve?.(batchOf('b'));
  assert.throws(() => exporter.reserve?.(batchOf('c')), { code: 'QUEUE_FULL', retry: {} });
  assert.equal(sink.requests.length, 0);
  assert.equal(place?.take(), true);
  await exporter.close(1_000);
  assert.deepEqual(sink.requests.flatMap(namesOf), ['b']);
});

test('close drains for as long as it may, then counts what is left as dropped', async (t) => {
  const { exporter, errors } = await setUp(t, status(503));
  await exporter.consume(batchOf('a', 'b'));
  await exporter.close(50);
  assert.deepEqual(exporter.taken?.(), { sent: 0, queued: 0, dropped: 2 });
  assert.match(errors.at(-1)?.message ?? '', /not delivered before close/);
  await assert.rejects(exporter.consume(batchOf('c')), { code: 'QUEUE_FULL' });
});

test('traces go on while logs are stuck', async (t) => {
  const { exporter, sink } = await setUp(t, (request, response) => {
    response.statusCode = request.path === '/v1/logs' ? 503 : 200;
    response.end();
  });
  await exporter.consume(batchOf('a'));
  const spans = { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'b' }] }] }] };
  await exporter.consume(OtlpRequest.read('traces', 'json', Buffer.from(JSON.stringify(spans))));
  while (!sink.requests.some(({ path }) => path === '/v1/traces'))
    await sink.arrived(sink.requests.length + 1);
});
