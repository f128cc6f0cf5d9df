import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Batching } from '../../src/collector/queue/batching.ts';
import { RequestQueue, type RequestQueueOptions } from '../../src/collector/queue/request-queue.ts';
import type { OtelEventsError } from '../../src/errors.ts';
import { decodeProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { otlpTransport } from '../../src/spool/send/otlp-transport.ts';
import { type Answer, httpSink, type SinkRequest } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { batchOf, eventually, logsOf, namesIn } from './samples.ts';

interface Setting {
  readonly batching?: Partial<Batching>;
  readonly queue?: Partial<RequestQueueOptions['queue']>;
  readonly retry?: Partial<RequestQueueOptions['retry']>;
  readonly answer?: Answer;
  readonly encoding?: 'protobuf' | 'json';
  readonly directory?: string;
}

const NEVER = { minSize: 1_000_000, flushTimeoutMs: 3_600_000 };

async function setUp(t: TestContext, setting: Setting) {
  const { answer, encoding = 'protobuf', directory } = setting;
  const sink = await httpSink(answer);
  const errors: OtelEventsError[] = [];
  const dropped: string[] = [];
  const send = otlpTransport({
    url: new URL(`${sink.url}/v1/logs`),
    headers: {},
    compression: 'none',
    encoding,
    timeoutMs: 2_000,
    userAgent: 'test',
  });
  const make = (batching?: Partial<Batching>) =>
    new RequestQueue({
      name: 'otlp_http',
      encoding: batching === undefined ? encoding : 'protobuf',
      ...(batching && {
        batching: new Map([
          ['logs', { sizer: 'items', minSize: 8_192, maxSize: 0, flushTimeoutMs: 200, ...batching }],
        ]),
      }),
      transports: new Map([['logs', send]]),
      onError: (error) => errors.push(error),
      onDelivered: () => {},
      onDropped: (_signal, { count, reason }) => dropped.push(`${count} ${reason}`),
      onFound: () => {},
      onLeft: () => {},
      queue: {
        enabled: true,
        num_consumers: 1,
        queue_size: 100_000,
        sizer: 'requests',
        ...setting.queue,
      },
      retry: { enabled: true, initial_interval: 5, max_interval: 10, max_elapsed_time: 0, ...setting.retry },
      ...(directory && { storage: { directory, fsync: false } }),
    });
  const queue = make(setting.batching ?? {});
  t.after(async () => {
    await queue.close(0);
    await sink.close();
  });
  return { queue, sink, errors, dropped, make };
}

const namesOf = ({ body }: SinkRequest): string[] =>
  namesIn(JSON.stringify(decodeProtobuf(REQUEST.logs, body)));

const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `n${from + index}`);

test('ten thousand requests of one record leave as few, each record once and in order', async (t) => {
  const { queue, sink } = await setUp(t, { batching: { minSize: 2_000 } });
  const names = numbered(10_000);
  for (const name of names) await queue.consume(batchOf(name));
  await queue.close(5_000);
  assert.deepEqual(sink.requests.flatMap(namesOf), names);
  assert.ok(sink.requests.length <= 6, String(sink.requests.length));
  assert.deepEqual(queue.taken(), { sent: 10_000, queued: 0, dropped: 0 });
});

test('a request waits for others until flush_timeout, and no longer', async (t) => {
  const { queue, sink } = await setUp(t, { batching: { flushTimeoutMs: 150 } });
  const startedMs = performance.now();
  await queue.consume(batchOf('a'));
  await queue.consume(batchOf('b'));
  await sink.arrived(1);
  assert.ok(performance.now() - startedMs >= 75, String(performance.now() - startedMs));
  assert.deepEqual(sink.requests.map(namesOf), [['a', 'b']]);
});

for (const [sizer, minSize] of [
  ['items', 4],
  ['bytes', 2 * batchOf('a', 'b').bytes.length],
] as const) {
  test(`${sizer}: what reaches min_size leaves at once`, async (t) => {
    const { queue, sink } = await setUp(t, { batching: { ...NEVER, sizer, minSize } });
    await queue.consume(batchOf('a', 'b'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(sink.requests.length, 0);
    await queue.consume(batchOf('c', 'd'));
    await sink.arrived(1);
    assert.deepEqual(sink.requests.map(namesOf), [['a', 'b', 'c', 'd']]);
  });
}

test('items: nothing that leaves is larger than max_size, and a request that is larger is taken apart', async (t) => {
  const { queue, sink } = await setUp(t, { batching: { ...NEVER, maxSize: 4 } });
  for (const names of [['a', 'b', 'c'], ['d'], ['e', 'f'], numbered(10), ['g']])
    await queue.consume(batchOf(...names));
  await queue.close(5_000);
  assert.deepEqual(sink.requests.map(namesOf), [
    ['a', 'b', 'c', 'd'],
    ['e', 'f'],
    numbered(4),
    numbered(4, 4),
    numbered(2, 8),
    ['g'],
  ]);
  assert.deepEqual(queue.taken(), { sent: 17, queued: 0, dropped: 0 });
});

test('bytes: nothing that leaves is larger than max_size, unless one item is', async (t) => {
  const maxSize = batchOf('x'.repeat(20), 'y'.repeat(20)).bytes.length;
  const { queue, sink } = await setUp(t, { batching: { ...NEVER, sizer: 'bytes', maxSize } });
  await queue.consume(batchOf(...numbered(20)));
  await queue.consume(batchOf('z'.repeat(500), 'last'));
  await queue.close(5_000);
  assert.deepEqual(sink.requests.flatMap(namesOf), [...numbered(20), 'z'.repeat(500), 'last']);
  const large = sink.requests.filter(({ body }) => body.length > maxSize);
  assert.deepEqual(large.map(namesOf), [['z'.repeat(500)]]);
});

test('what fills half of the queue does not wait for more', async (t) => {
  const { queue, sink } = await setUp(t, { batching: NEVER, queue: { queue_size: 6 } });
  for (const name of ['a', 'b', 'c']) await queue.consume(batchOf(name));
  await sink.arrived(1);
  assert.deepEqual(sink.requests.map(namesOf), [['a', 'b', 'c']]);
});

test('one bad record costs itself, not the requests that it was joined with', async (t) => {
  const { queue, sink, dropped } = await setUp(t, {
    batching: NEVER,
    answer: (request, response) =>
      void response.writeHead(namesOf(request).includes('bad') ? 400 : 200).end(),
  });
  await queue.consume(batchOf('a', 'b'));
  await queue.consume(batchOf('c', 'bad', 'd'));
  await queue.consume(batchOf('e'));
  await queue.close(5_000);
  const taken = sink.requests.map(namesOf).filter((names) => !names.includes('bad'));
  assert.deepEqual(taken.flat(), ['a', 'b', 'c', 'd', 'e']);
  assert.deepEqual(dropped, ['1 http_400']);
  assert.deepEqual(queue.taken(), { sent: 5, queued: 0, dropped: 1 });
});

test('what is joined and too large is halved', async (t) => {
  const { queue, sink } = await setUp(t, {
    batching: NEVER,
    answer: (request, response) => void response.writeHead(namesOf(request).length > 2 ? 413 : 200).end(),
  });
  for (const name of ['a', 'b', 'c', 'd']) await queue.consume(batchOf(name));
  await queue.close(5_000);
  const taken = sink.requests.map(namesOf).filter((names) => names.length <= 2);
  assert.deepEqual(taken.flat(), ['a', 'b', 'c', 'd']);
});

test('requests stay in the queue until what they were joined into is delivered', async (t) => {
  const directory = tempDir(t);
  let isOpen = false;
  const { queue, sink, make } = await setUp(t, {
    directory,
    batching: { flushTimeoutMs: 5 },
    answer: (_request, response) => void response.writeHead(isOpen ? 200 : 503).end(),
  });
  await queue.consume(batchOf('a'));
  await queue.consume(batchOf('b'));
  await sink.arrived(1);
  assert.equal(queue.taken().queued, 2);
  await queue.close(0);
  isOpen = true;
  const next = make({ flushTimeoutMs: 5 });
  t.after(() => next.close(0));
  await eventually(() => next.taken().sent === 2);
  assert.deepEqual(namesOf(sink.requests.at(-1) as SinkRequest), ['a', 'b']);
});

test('JSON is joined too, and what an earlier configuration left as JSON leaves one by one', async (t) => {
  const directory = tempDir(t);
  let isOpen = false;
  const { queue, sink, make } = await setUp(t, {
    directory,
    encoding: 'json',
    answer: (_request, response) => void response.writeHead(isOpen ? 200 : 503).end(),
  });
  await queue.close(0);
  const before = make();
  const json = (name: string) => OtlpRequest.read('logs', 'json', Buffer.from(JSON.stringify(logsOf(name))));
  for (const name of ['a', 'b']) await before.consume(json(name));
  await before.close(0);
  isOpen = true;
  const sent = sink.requests.length;
  const next = make({ flushTimeoutMs: 5 });
  t.after(() => next.close(0));
  for (const name of ['c', 'd']) await next.consume(json(name));
  await eventually(() => next.taken().sent === 4);
  // What was on its way when the queue was closed may come twice.
  const bodies = new Set(sink.requests.slice(sent).map(({ body }) => namesIn(String(body)).join()));
  assert.deepEqual([...bodies].toSorted(), ['a', 'b', 'c,d']);
});

test('who waits for the result is told of the request that it was joined into', async (t) => {
  let status = 200;
  const { queue, sink } = await setUp(t, {
    queue: { enabled: false },
    retry: { enabled: false },
    batching: { minSize: 3, flushTimeoutMs: 3_600_000 },
    answer: (_request, response) => void response.writeHead(status).end(),
  });
  const all = () => Promise.allSettled(['a', 'b', 'c'].map((name) => queue.consume(batchOf(name))));
  assert.deepEqual(
    (await all()).map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'fulfilled'],
  );
  assert.equal(sink.requests.length, 1);
  status = 401;
  const refused = await all();
  assert.deepEqual(
    refused.map((answer) => answer.status === 'rejected' && answer.reason.reason),
    ['http_401', 'http_401', 'http_401'],
  );
});
