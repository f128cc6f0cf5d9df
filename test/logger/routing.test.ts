import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { route } from '../../src/exporters/route.ts';
import { EventLogger, type OtelEventsError } from '../../src/index.ts';
import { allowNames, type Processor, sample } from '../../src/processors/index.ts';
import { type MemoryExporter, memoryExporter, startTestCollector, testLogger } from '../../src/testing.ts';
import { assertBalanced } from '../harness/ledger.ts';

const namesIn = ({ events }: MemoryExporter): string[] => events.map(({ name }) => name);

test('processors keep, replace or drop for their route only; routes nest', async () => {
  const [all, paid, masked] = [memoryExporter('all'), memoryExporter('paid'), memoryExporter('masked')];
  const mask: Processor = (event) => ({ ...event, data: { ...event.data, card: '***' } });
  const events = new EventLogger({
    delivery: 'none',
    exporters: [
      all,
      route({
        processors: [allowNames(['order.paid', 'order.sent'])],
        exporters: [paid, route({ processors: [mask, allowNames(['order.paid'])], exporters: [masked] })],
      }),
    ],
  });
  for (const name of ['cart.added', 'order.paid', 'order.sent']) events.log(name, { card: '4242', n: 1 });
  await events.close();
  assert.deepEqual(namesIn(all), ['cart.added', 'order.paid', 'order.sent']);
  assert.deepEqual(namesIn(paid), ['order.paid', 'order.sent']);
  assert.deepEqual(
    masked.events.map(({ name, data }) => [name, data]),
    [['order.paid', { card: '***', n: 1 }]],
  );
  assert.ok([...all.events, ...paid.events].every(({ data }) => data.card === '4242'));
  assert.equal(masked.events[0]?.id, all.events[1]?.id);
  const { sinks, events: rows, total } = events.stats();
  assert.deepEqual([sinks.all?.acked, sinks.paid?.acked, sinks.masked?.acked], [3, 2, 1]);
  assert.deepEqual([sinks.paid?.dropped, sinks.masked?.dropped], [{ filtered: 1 }, { filtered: 2 }]);
  assert.deepEqual([rows['cart.added']?.acked, rows['cart.added']?.dropped], [1, {}]);
  assert.deepEqual([total.dropped, total.pending], [{}, 0]);
  assertBalanced(events.stats());
});

test('what one route changes in place, however deep, no sibling sees, nor the caller', async () => {
  const [before, changed, after] = [
    memoryExporter('before'),
    memoryExporter('changed'),
    memoryExporter('after'),
  ];
  const change: Processor = (event) => {
    event.tags.push('changed');
    event.context.added = true;
    (event.data.list as unknown[]).push(3);
    event.name = 'renamed';
  };
  const exporters = [before, route({ processors: [change], exporters: [changed] }), after];
  const events = new EventLogger({ delivery: 'none', exporters });
  const data = { list: [1, 2] };
  events.context({ a: 1 }, () => events.log('e', data));
  await events.close();
  for (const { events: seen } of [before, after]) {
    assert.deepEqual(
      seen.map(({ name, data, tags, context }) => ({ name, data, tags, context })),
      [{ name: 'e', data: { list: [1, 2] }, tags: [], context: { a: 1 } }],
    );
  }
  const [one] = changed.events;
  assert.deepEqual(
    [one?.name, one?.data, one?.tags, one?.context],
    ['renamed', { list: [1, 2, 3] }, ['changed'], { a: 1, added: true }],
  );
  assert.deepEqual(data, { list: [1, 2] });
  assertBalanced(events.stats());
});

test('the logger’s own processors are in front of everything, the way over OpenTelemetry and spans included', async () => {
  await using collector = await startTestCollector();
  const memory = memoryExporter();
  const events = new EventLogger({
    endpoint: collector.endpoint,
    exporters: [memory],
    processors: [
      ({ name }) => (name === 'noise' ? null : undefined),
      (event) => ({ data: { ...event.data, password: '***' }, context: {} }),
    ],
  });
  events.log('noise');
  events.context({ ip: '10.0.0.9' }, () => {
    events.log('login', { password: 'hunter2' });
    events.track('work', { password: 'hunter2' }, () => {});
  });
  await events.close();
  for (const list of [collector.events, memory.events]) {
    assert.deepEqual(
      list.map(({ name, data, context }) => [name, data, context]),
      [
        ['login', { password: '***' }, {}],
        ['work', { password: '***' }, {}],
      ],
    );
  }
  assert.equal(events.stats().spans.acked, 1);
  assert.deepEqual(events.stats().total.dropped, { filtered: 1 });
  assertBalanced(events.stats());
});

test('a span shows of its event what processors leave, and before they ran nothing of it', async () => {
  const spans = new InMemorySpanExporter();
  const started: object[] = [];
  const tracerProvider = new TracerProvider({
    spanProcessors: [
      {
        onStart: (span) => void started.push({ ...span.attributes }),
        onEnd: () => {},
        forceFlush: async () => {},
        shutdown: async () => {},
      },
      new SimpleSpanProcessor({ exporter: spans }),
    ],
  });
  const drop: Processor = ({ name }) => (name === 'dropped' ? null : undefined);
  const mask: Processor = () => ({ data: { kept: 1 }, userId: undefined });
  const events = testLogger({ tracerProvider, processors: [drop, mask] });
  for (const name of ['kept', 'dropped']) {
    const call = (): void =>
      events.track(name, { secret: 1 }, { userId: 'u', session: { secret: 1 } }, () => {});
    events.context({ ip: '10.0.0.9' }, call);
  }
  const shown = spans
    .getFinishedSpans()
    .map(({ name, attributes }) => [name, Object.keys(attributes).sort()]);
  const times = ['event.duration', 'event.end', 'event.start'];
  const own = ['client.address', 'event.context', 'event.session', 'kept', 'log.record.uid'];
  assert.deepEqual(shown, [
    ['kept', [...own, ...times].sort()],
    ['dropped', [...times, 'log.record.uid']],
  ]);
  assert.deepEqual(
    started.map((attributes) => Object.keys(attributes)),
    [['log.record.uid'], ['log.record.uid']],
  );
  await events.close();
});

test('sampling is counted as sampled, for the sinks it is for', async () => {
  const [all, some] = [memoryExporter('all'), memoryExporter('some')];
  const exporters = [all, route({ processors: [sample(0.5)], exporters: [some] })];
  const events = new EventLogger({ delivery: 'none', exporters });
  for (let n = 0; n < 1000; n++) events.log('e', { n });
  await events.close();
  const { sinks, total } = events.stats();
  assert.equal(total.acked, 1000);
  assert.equal((sinks.some?.acked ?? 0) + (sinks.some?.sampled ?? 0), 1000);
  assert.equal(some.events.length, sinks.some?.acked);
  assert.ok(Math.abs(some.events.length - 500) < 100, `kept ${some.events.length}`);
  assertBalanced(events.stats());
  const none = testLogger({ processors: [sample(0)] });
  none.log('e');
  await none.close();
  assert.deepEqual([none.stats().total.sampled, none.stats().total.emitted, none.emitted.length], [1, 1, 0]);
});

test('a processor that fails is passed over, counted, and said once', async () => {
  const errors: OtelEventsError[] = [];
  const rejected: unknown[] = [];
  const onRejection = (reason: unknown): void => void rejected.push(reason);
  process.on('unhandledRejection', onRejection);
  const throws: Processor = () => assert.fail('on purpose, with a secret');
  const isAsync = (async () => assert.fail('later')) as unknown as Processor;
  const returnsText = (() => 'text') as unknown as Processor;
  const events = testLogger({
    onError: (error) => errors.push(error),
    logLevel: 'none',
    processors: [throws, isAsync, returnsText, (event) => ({ data: { ...event.data, last: true } })],
  });
  for (let n = 0; n < 10; n++) events.log('e', { n });
  await events.flush();
  await sleep(5);
  process.off('unhandledRejection', onRejection);
  assert.deepEqual(
    events.emitted.map(({ data }) => data),
    Array.from({ length: 10 }, (_, n) => ({ n, last: true })),
  );
  assert.deepEqual(events.stats().failures, { throws: 10, isAsync: 10, returnsText: 10 });
  assert.deepEqual(
    errors.map(({ code, message }) => [code, /secret/.test(message)]),
    Array(3).fill(['PROCESSOR_FAILED', false]),
  );
  assert.deepEqual(rejected, []);
});

test('a call chooses its exporters, with and without routes', async () => {
  await using collector = await startTestCollector();
  const [a, b] = [memoryExporter('a'), memoryExporter('b')];
  for (const exporters of [
    [a, b],
    [a, route({ exporters: [b], processors: [] })],
  ]) {
    const events = new EventLogger({ endpoint: collector.endpoint, exporters });
    events.log('to a', {}, { exporters: ['a'] });
    events.log('to b and otlp', {}, { exporters: ['otlp', 'b'] });
    events.log('to all');
    await events.close();
    assert.deepEqual(
      collector.events.slice(-2).map(({ name }) => name),
      ['to b and otlp', 'to all'],
    );
    assert.deepEqual(namesIn(a).slice(-2), ['to a', 'to all']);
    assert.deepEqual(namesIn(b).slice(-2), ['to b and otlp', 'to all']);
    assert.deepEqual([events.stats().total.emitted, events.stats().total.acked], [3, 3]);
    assertBalanced(events.stats());
  }
  assert.equal(collector.events.length, 4);
});

test('an event for an exporter that is not there is counted, and said once', async () => {
  for (const processors of [[], [() => undefined]]) {
    const errors: OtelEventsError[] = [];
    const options = { onError: (error: OtelEventsError) => errors.push(error), logLevel: 'none' } as const;
    const events = testLogger({ ...options, processors });
    events.log('e', {}, { exporters: ['nowhere'] });
    events.log('e', {}, { exporters: ['nowhere'] });
    events.log('e', {}, { exporters: ['nowhere', 'memory'] });
    events.log('e', {}, { exporters: 'memory' as never });
    await events.close();
    assert.equal(events.emitted.length, 2);
    assert.deepEqual(events.stats().total.dropped, { no_sink: 2 });
    assert.deepEqual(
      errors.filter(({ message }) => message.includes("'nowhere'")).map(({ code }) => code),
      ['EVENT_UNROUTED'],
    );
    assertBalanced(events.stats());
  }
});

test('each record of a route waits for its own sinks', async () => {
  const memory = memoryExporter();
  const failing = { name: 'failing', send: () => Promise.reject(new Error('away')) };
  const exporters = [memory, route({ processors: [() => ({ data: { changed: 1 } })], exporters: [failing] })];
  const events = new EventLogger({ delivery: 'none', exporters, logLevel: 'none' });
  events.log('e', { n: 1 });
  await events.flush({ timeoutMs: 50 });
  const { sinks } = events.stats();
  assert.deepEqual([sinks.memory?.acked, sinks.failing?.pending], [1, 1]);
  assertBalanced(events.stats());
  await events.close({ timeoutMs: 10 });
});

test('bad routes are errors at construction', () => {
  const bad = [
    () => route({ exporters: [] }),
    () => route({ exporters: [memoryExporter()], processors: ['x' as never] }),
    () => new EventLogger({ exporters: [memoryExporter('a'), route({ exporters: [memoryExporter('a')] })] }),
    () => new EventLogger({ processors: [{} as never] }),
  ];
  for (const make of bad) {
    assert.throws(make, (error: OtelEventsError) => error.code === 'OPTION_INVALID', String(make));
  }
});
