// What the stock pipeline does when the collector misbehaves: every event is accounted for.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { EventLogger, type EventLoggerOptions, type OtelEventsError } from '../../src/index.ts';
import { freePort } from '../harness/free-port.ts';
import { httpSink } from '../harness/http-sink.ts';
import { logRecordsOf } from '../harness/otlp-json.ts';

beforeEach(() => {
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '10000';
  delete process.env.OTEL_BLRP_MAX_QUEUE_SIZE;
});

function watched(options: EventLoggerOptions): { events: EventLogger; errors: OtelEventsError[] } {
  const errors: OtelEventsError[] = [];
  const onError = (error: OtelEventsError): void => void errors.push(error);
  return { events: new EventLogger({ delivery: 'sdk', logLevel: 'none', onError, ...options }), errors };
}

test('no collector: log() is not slowed, one warning, what is given up counts as dropped(export_failed)', async () => {
  // The SDK tries again until this time is over.
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '1000';
  const { events, errors } = watched({
    endpoint: `http://127.0.0.1:${await freePort()}`,
    flushIntervalMs: 1,
  });
  events.log('warm.up');
  const start = performance.now();
  for (let count = 0; count < 2000; count++) events.log('tick', { count });
  const perEventMs = (performance.now() - start) / 2000;
  assert.ok(perEventMs < 5, `${perEventMs} ms an event`);
  assert.deepEqual(await events.flush(), {
    acked: 0,
    pending: 0,
    rejected: 0,
    dropped: 2001,
  });
  assert.deepEqual(events.stats().total.dropped, { export_failed: 2001 });
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['EXPORT_FAILED'],
  );
  assert.match(errors[0]?.message ?? '', /ECONNREFUSED.*count as dropped/);
  await events.close();
});

test('each outage is reported once, and events flow again after it', async () => {
  let healthy = false;
  await using sink = await httpSink((_, response) => {
    response.statusCode = healthy ? 200 : 500;
    response.end();
  });
  const { events, errors } = watched({ endpoint: sink.url });
  for (const state of [false, false, true, false, true]) {
    healthy = state;
    events.log('x', { state });
    await events.flush();
  }
  const { acked, dropped } = events.stats().total;
  assert.deepEqual({ acked, dropped }, { acked: 2, dropped: { export_failed: 3 } });
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['EXPORT_FAILED', 'EXPORT_FAILED'],
  );
  await events.close();
});

test('data that the collector refuses count as rejected, with the status', async () => {
  await using sink = await httpSink((_, response) => {
    response.statusCode = 400;
    response.end();
  });
  const { events } = watched({ endpoint: sink.url });
  events.log('x');
  assert.deepEqual(await events.close(), {
    acked: 0,
    pending: 0,
    rejected: 1,
    dropped: 0,
  });
  assert.deepEqual(events.stats().total.rejected, { http_400: 1 });
});

test('a partial success counts what was refused; it is not sent again', async () => {
  for (const protocol of ['http/json', 'http/protobuf']) {
    process.env.OTEL_EXPORTER_OTLP_PROTOCOL = protocol;
    await using sink = await httpSink((_, response) => {
      if (protocol === 'http/json') {
        response.end('{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"no"}}');
      } else {
        response.end(Buffer.from([0x0a, 0x02, 0x08, 0x02]));
      }
    });
    const { events, errors } = watched({ endpoint: sink.url });
    for (let count = 0; count < 5; count++) events.log('x');
    assert.deepEqual(await events.close(), { acked: 3, pending: 0, rejected: 2, dropped: 0 }, protocol);
    assert.deepEqual(events.stats().total.rejected, { partial_success: 2 });
    assert.equal(sink.requests.filter(({ path }) => path === '/v1/logs').length, 1);
    assert.equal(errors[0]?.code, 'EXPORT_PARTIAL');
  }
});

test('concurrent flushes all wait for what they cover', async () => {
  await using sink = await httpSink((_, response) => setTimeout(() => response.end(), 20));
  const { events } = watched({ endpoint: sink.url });
  for (let count = 0; count < 1500; count++) events.log('x');
  const [first, second] = await Promise.all([events.flush(), events.flush()]);
  assert.equal(first.acked, 1500);
  assert.equal(second.acked, 1500);
  events.log('y');
  const [third, fourth] = await Promise.all([events.flush(), events.flush()]);
  assert.deepEqual([third.acked, fourth.acked], [1501, 1501]);
  await events.close();
});

test('a flush during a failing export does not stop the pipeline for good', async () => {
  let healthy = false;
  await using sink = await httpSink((_, response) => {
    response.statusCode = healthy ? 200 : 500;
    setTimeout(() => response.end(), 20);
  });
  const { events } = watched({ endpoint: sink.url, flushIntervalMs: 1 });
  for (let count = 0; count < 600; count++) events.log('x');
  await sink.arrived(1);
  await events.flush();
  healthy = true;
  for (let count = 0; count < 600; count++) events.log('y');
  await events.flush();
  assert.equal(events.stats().events.y?.acked, 600);
  await events.close();
});

test('flush gives up at its time-out and says what is pending', async () => {
  await using sink = await httpSink((_, response) => setTimeout(() => response.end(), 300));
  const { events } = watched({ endpoint: sink.url });
  events.log('x');
  assert.deepEqual(await events.flush({ timeoutMs: 30 }), {
    acked: 0,
    pending: 1,
    rejected: 0,
    dropped: 0,
  });
  assert.deepEqual(await events.flush(), {
    acked: 1,
    pending: 0,
    rejected: 0,
    dropped: 0,
  });
  await events.close();
});

test('what close gives up on counts as dropped(closed), and a late answer changes nothing', async () => {
  await using sink = await httpSink((_, response) => setTimeout(() => response.end(), 200));
  const { events, errors } = watched({ endpoint: sink.url });
  events.log('x');
  assert.deepEqual(await events.close({ timeoutMs: 30 }), {
    acked: 0,
    pending: 0,
    rejected: 0,
    dropped: 1,
  });
  await sink.arrived(1);
  await new Promise((resolve) => setTimeout(resolve, 250));
  assert.deepEqual(events.stats().total.dropped, { closed: 1 });
  assert.match(errors[0]?.message ?? '', /1 event was not delivered before close/);
});

test('events after close are counted and warned about once', async () => {
  await using sink = await httpSink();
  const { events, errors } = watched({ endpoint: sink.url });
  await events.close();
  events.log('late');
  events.track('later', () => {});
  assert.deepEqual(
    await events.close(),
    { acked: 0, pending: 0, rejected: 0, dropped: 0 },
    'close is idempotent',
  );
  assert.deepEqual(events.stats().total.dropped, { closed: 2 });
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['EVENT_AFTER_CLOSE'],
  );
  assert.equal(sink.requests.length, 0);
});

test('a queue that is full drops new events, counted, with one report a burst', async () => {
  process.env.OTEL_BLRP_MAX_QUEUE_SIZE = '10';
  await using sink = await httpSink();
  const { events, errors } = watched({ endpoint: sink.url });
  for (let count = 0; count < 25; count++) events.log('x');
  const totals = await events.close();
  assert.deepEqual(totals, { acked: 10, pending: 0, rejected: 0, dropped: 15 });
  assert.deepEqual(events.stats().total.dropped, { queue_full: 15 });
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['QUEUE_FULL'],
  );
});

test('large events are sent in requests that a collector accepts', async () => {
  await using sink = await httpSink();
  const { events } = watched({ endpoint: sink.url });
  for (let count = 0; count < 20; count++) events.log('large', { count, text: 'x'.repeat(3_000_000) });
  await events.close({ timeoutMs: 60_000 });
  const sizes = sink.requests.map(({ body }) => body.length);
  assert.ok(Math.max(...sizes) < 20 * 1024 * 1024, String(sizes));
  assert.deepEqual(
    logRecordsOf(sink.requests).map(({ attributes }) => attributes.count),
    Array.from({ length: 20 }, (_, index) => index),
  );
});

test('no value of any kind loses the batch it is in', async () => {
  await using sink = await httpSink();
  const { events } = watched({ endpoint: sink.url });
  events.log('nan', {
    a: Number.NaN,
    b: [Number.POSITIVE_INFINITY],
    big: 2n ** 80n,
    whole: 1e308,
    date: new Date(),
  });
  events.log('plain');
  assert.equal((await events.close()).acked, 2);
  const bodies = sink.requests.map(({ body }) => String(body)).join();
  assert.doesNotMatch(bodies, /Value":null|Value":[\d.]+e/, 'what collectors answer with 400');
});

test('an event too large for the collector is refused alone; its neighbours arrive', async () => {
  for (const protocol of ['http/json', 'http/protobuf']) {
    process.env.OTEL_EXPORTER_OTLP_PROTOCOL = protocol;
    await using sink = await httpSink(({ body }, response) => {
      response.statusCode = body.length > 1024 * 1024 ? 413 : 200;
      response.end();
    });
    const { events, errors } = watched({ endpoint: sink.url, flushIntervalMs: 60_000 });
    for (let n = 0; n < 9; n++) events.log('small', { n });
    // As JSON six times as long.
    events.log('large', { text: '\u0000'.repeat(2 * 1024 * 1024) });
    for (let n = 9; n < 20; n++) events.log('small', { n });
    const { acked, rejected } = await events.flush({ timeoutMs: 60_000 });
    assert.deepEqual([acked, rejected], [20, 1], protocol);
    assert.deepEqual(events.stats().total.rejected, { http_413: 1 });
    assert.deepEqual(
      errors.map(({ code }) => code),
      ['EXPORT_FAILED'],
    );
    await events.close();
  }
});
