import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import type { OtelEventsError } from '../../src/index.ts';
import { EventView } from '../../src/processors/event-view.ts';
import { allowNames, matchNames, type Processor, sample } from '../../src/processors/index.ts';
import { runRoute } from '../../src/processors/run-route.ts';
import { cpuClock } from '../harness/cpu-clock.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';

const passes = (processor: Processor, name: string): boolean =>
  processor(new EventView({ ...PLAIN_EVENT, name })) === undefined;

test('allowNames lets through its names only', () => {
  const processor = allowNames(new Set(['a', 'b.c']));
  assert.deepEqual(
    ['a', 'b.c', 'b', 'A'].map((name) => passes(processor, name)),
    [true, true, false, false],
  );
});

test('matchNames goes by patterns: allowed, unless blocked', () => {
  const processor = matchNames({ allow: ['^cart\\.', /ORDER/i], block: [/secret/g] });
  const names = ['cart.added', 'my.order', 'xcart.added', 'cart.secret', 'cart.secret'];
  assert.deepEqual(
    names.map((name) => passes(processor, name)),
    [true, true, false, false, false],
  );
  assert.equal(passes(matchNames({ block: ['^a$'] }), 'b'), true);
});

test('a bad pattern, ratio or list is an error at construction', () => {
  const bad = [
    () => matchNames({ allow: ['('] }),
    () => matchNames({}),
    () => matchNames({ block: 'x' as never }),
    () => matchNames({ allow: [7 as never] }),
    () => sample(1.1),
    () => sample(Number.NaN),
    () => allowNames([]),
    () => allowNames('abc'),
  ];
  for (const make of bad) {
    assert.throws(make, (error: OtelEventsError) => error.code === 'OPTION_INVALID', String(make));
  }
});

test('a pattern that backtracks without end is stopped, once for each name', () => {
  const processor = matchNames({ block: [/^(a+)+$/] });
  const clock = cpuClock();
  for (let turn = 0; turn < 100; turn++) {
    assert.throws(() => passes(processor, `${'a'.repeat(60)}!`), /takes more than 50 ms/);
  }
  assert.ok(clock() < 2000, `took ${clock()} ms`);
  assert.equal(passes(processor, 'b'), true);
});

test('a name for which the time is over while the machine does something else is looked at once more', (t) => {
  const late = (): never => {
    throw Object.assign(new Error('timed out'), { code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' });
  };
  t.mock.method(vm.Script.prototype, 'runInContext', late, { times: 1 });
  const processor = matchNames({ block: [/^a/] });
  assert.equal(passes(processor, 'b'), true);
});

test('sample keeps a share, the same for the same key', () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `01a2019f-2da5-7000-8031-${index}`);
  const kept = (ratio: number): string[] => {
    const processor = sample(ratio, { by: ({ userId }) => userId });
    return keys.filter((userId) => processor(new EventView({ ...PLAIN_EVENT, userId })) !== null);
  };
  const tenth = kept(0.1);
  assert.ok(Math.abs(tenth.length - 2000) < 200, `kept ${tenth.length}`);
  assert.deepEqual(tenth, kept(0.1));
  const half = new Set(kept(0.5));
  assert.ok(tenth.every((key) => half.has(key)));
  assert.deepEqual([kept(0).length, kept(1).length], [0, 20_000]);
  assert.equal(sample(0, { by: () => undefined })(new EventView(PLAIN_EVENT)), undefined);
});

test('a view is the event itself until it is touched, and never changes what it was made from', () => {
  const inner = { deep: [1, { x: 1 }] };
  const event = { ...PLAIN_EVENT, data: { inner, when: new Date(0) }, tags: ['a'], session: { s: 1 } };
  const untouched = new EventView(event);
  assert.equal(untouched.name, event.name);
  assert.equal(EventView.resultOf(untouched), event);
  const view = new EventView(event);
  (view.data.inner as typeof inner).deep.push(2);
  view.tags.push('b');
  view.session = { s: 2 };
  view.name = 'other';
  view.timestamp = 1500.25;
  const { data, tags, session, name, time } = EventView.resultOf(view);
  assert.deepEqual(data, { inner: { deep: [1, { x: 1 }, 2] }, when: new Date(0) });
  assert.deepEqual(
    { tags, session, name, time },
    { tags: ['a', 'b'], session: { s: 2 }, name: 'other', time: [1, 500_250_000] },
  );
  assert.deepEqual([inner.deep.length, event.tags.length, event.session], [2, 1, { s: 1 }]);
});

test('written as JSON a view is whole; spread into a new event it may lack what is copied, which then stays', () => {
  const view = new EventView({ ...PLAIN_EVENT, data: { a: 1 }, tags: ['t'], context: { c: 1 } });
  const { data, tags, context, name, id } = JSON.parse(JSON.stringify(view));
  assert.deepEqual(
    [data, tags, context, name, id],
    [{ a: 1 }, ['t'], { c: 1 }, 'test.event', PLAIN_EVENT.id],
  );
  const { sinks } = runRoute(
    { ...PLAIN_EVENT, data: { a: 1 }, tags: ['t'] },
    { processors: [(event) => ({ ...event, id: 'other', name: 'new' })], to: ['x'] },
    undefined,
    assert.fail,
  );
  const [[event] = []] = sinks;
  assert.deepEqual(
    [event?.name, event?.data, event?.tags, event?.id],
    ['new', { a: 1 }, ['t'], PLAIN_EVENT.id],
  );
});

test('a view holds what cannot be read as text: cycles, getters that throw, polluting keys', () => {
  const data: Record<string, unknown> = JSON.parse('{"__proto__": {"polluted": 1}}');
  data.self = data;
  Object.defineProperty(data, 'bad', { enumerable: true, get: () => assert.fail('on purpose') });
  const view = new EventView({ ...PLAIN_EVENT, data });
  const copy = view.data;
  assert.equal(copy.self, '[Circular]');
  assert.equal(copy.bad, '[Unreadable]');
  assert.deepEqual(Object.keys(copy), ['__proto__', 'self', 'bad']);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

test('a view is plain: classes, maps and URLs are there as they will be emitted', () => {
  class Point {
    readonly x = 1;
  }
  const data = { point: new Point(), map: new Map([['a', new Set([1])]]), url: new URL('https://a.org/') };
  const view = new EventView({ ...PLAIN_EVENT, data, session: new URL('https://b.org/') as never });
  assert.deepEqual(view.data, { point: { x: 1 }, map: { a: [1] }, url: 'https://a.org/' });
  assert.deepEqual(view.session, { value: 'https://b.org/' });
});

test('what cannot become text is left out of an event, which keeps what processors have changed', () => {
  const bad = { toString: () => assert.fail('on purpose') };
  const view = new EventView({ ...PLAIN_EVENT, userId: 'u', data: { card: 1 } });
  Object.assign(view, { name: bad, userId: bad, message: bad, timestamp: Symbol('t'), data: { card: '*' } });
  const { name, userId, message, time, data } = EventView.resultOf(view);
  const expected = { name: 'test.event', userId: undefined, message: undefined, time: PLAIN_EVENT.time };
  assert.deepEqual({ name, userId, message, time, data }, { ...expected, data: { card: '*' } });
});

test('values of the wrong type in a view become what an event holds', () => {
  const view = new EventView({ ...PLAIN_EVENT, name: 'n' });
  const wrong = { data: 7, tags: 'x', session: null, name: '', severity: 99, timestamp: 'soon', userId: 5 };
  Object.assign(view, wrong);
  const { data, tags, session, name, severity, time, userId } = EventView.resultOf(view);
  assert.deepEqual(
    { data, tags, session, name, severity, time, userId },
    {
      data: { value: 7 },
      tags: [],
      session: {},
      name: 'n',
      severity: 9,
      time: PLAIN_EVENT.time,
      userId: '5',
    },
  );
});
