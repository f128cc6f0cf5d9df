import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OtelEventsError } from '../../src/errors.ts';
import { testLogger } from '../../src/testing.ts';

test('200 concurrent scopes keep their sessions and spans apart, across awaits and timers', async () => {
  const events = testLogger();
  await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      events.track('outer', { index }, { session: { index } }, async () => {
        await sleep(Math.random() * 5);
        await events.track('inner', { index }, { session: { depth: 2 } }, async () => {
          await new Promise<void>((resolve) =>
            setTimeout(() => {
              events.log('leaf', { index });
              resolve();
            }, Math.random() * 5),
          );
        });
      }),
    ),
  );
  await events.flush();
  assert.equal(events.emitted.length, 600);
  const records = new Map(
    events.records.map((record) => [`${record.eventName} ${record.attributes.index}`, record]),
  );
  for (const { name, data, session } of events.emitted) {
    const own = name === 'outer' ? { index: data.index } : { index: data.index, depth: 2 };
    assert.deepEqual(session, own, `${name} ${data.index}`);
    assert.equal(records.get(`${name} ${data.index}`)?.traceId, records.get(`outer ${data.index}`)?.traceId);
  }
  assert.equal(new Set(events.records.map(({ traceId }) => traceId)).size, 200);
  for (let index = 0; index < 200; index++) {
    assert.equal(records.get(`leaf ${index}`)?.spanId, records.get(`inner ${index}`)?.spanId);
  }
});

test('an explicit scope leaks nothing into siblings of Promise.all or into its caller', async () => {
  const events = testLogger();
  const work = async (name: string): Promise<void> => {
    await using scope = events.track(name, {}, { session: { name } });
    await sleep(2);
    events.log('ambient', { by: name });
    scope.log('own', { by: name });
    await sleep(1);
  };
  await Promise.all([work('a'), work('b')]);
  events.log('caller');
  await events.flush();
  for (const { name, data, session } of events.emitted) {
    if (name === 'ambient' || name === 'caller') assert.deepEqual(session, {}, name);
    if (name === 'own') assert.deepEqual(session, { name: data.by });
  }
  const ambient = events.records.filter(({ eventName }) => eventName === 'ambient' || eventName === 'caller');
  assert.deepEqual(
    ambient.map(({ traceId }) => traceId),
    [undefined, undefined, undefined],
  );
});

test('using ends a scope once, and run makes it ambient for a while', async () => {
  const events = testLogger();
  {
    using scope = events.track('explicit', { a: 1 });
    const answer = scope.run(() => {
      events.log('inside');
      return 7;
    });
    assert.equal(answer, 7);
    const child = scope.track('child');
    child.end();
    scope.track('callback', (inner) => inner.log('leaf'));
    scope.end();
  }
  await events.flush();
  const spans = Object.fromEntries(events.records.map((record) => [record.eventName, record]));
  assert.deepEqual(
    events.emitted.map(({ name }) => name),
    ['inside', 'child', 'leaf', 'callback', 'explicit'],
  );
  assert.equal(spans.inside?.spanId, spans.explicit?.spanId);
  assert.equal(spans.child?.traceId, spans.explicit?.traceId);
  assert.notEqual(spans.child?.spanId, spans.explicit?.spanId);
  assert.equal(spans.leaf?.spanId, spans.callback?.spanId);
});

test('fail marks an explicit scope, and what comes after its end is ignored with one warning', async () => {
  const warnings: string[] = [];
  const events = testLogger({ logLevel: 'none', onError: (error) => warnings.push(error.message) });
  const scope = events.track('job');
  scope.fail(new Error('bad'));
  scope.end();
  scope.add({ late: 1 });
  scope.add({ late: 2 });
  scope.end();
  await events.flush();
  assert.equal(events.emitted.length, 1);
  assert.equal(events.emitted[0]?.error?.message, 'bad');
  assert.deepEqual(events.emitted[0]?.data, {});
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /add\(\) of a scope that has ended/);
});

test('every form of track is told apart', async () => {
  const events = testLogger();
  assert.equal(
    events.track('a', () => 1),
    1,
  );
  assert.equal(
    events.track('b', { n: 1 }, () => 2),
    2,
  );
  assert.equal(
    events.track('c', { n: 1 }, { category: 'x' }, () => 3),
    3,
  );
  assert.equal(
    events.track('d', undefined, undefined, () => 4),
    4,
  );
  events.track('e').end();
  events.track('f', { n: 1 }, { category: 'y' }).end();
  await events.flush();
  assert.deepEqual(
    events.emitted.map(({ name, data, category }) => [name, data.n, category]),
    [
      ['a', undefined, undefined],
      ['b', 1, undefined],
      ['c', 1, 'x'],
      ['d', undefined, undefined],
      ['e', undefined, undefined],
      ['f', 1, 'y'],
    ],
  );
});

test('ids: the call wins over the child, the child over the logger', async () => {
  const events = testLogger({ userId: 'logger', projectId: 'p', session: { a: 1, b: 1 } });
  const child = events.child({ userId: 'child', session: { b: 2 } });
  child.log('by.child');
  child.log('by.call', {}, { userId: 'call', session: { c: 3 } });
  events.log('by.logger');
  await events.flush();
  assert.deepEqual(
    events.emitted.map(({ userId, projectId, session }) => ({ userId, projectId, session })),
    [
      { userId: 'child', projectId: 'p', session: { a: 1, b: 2 } },
      { userId: 'call', projectId: 'p', session: { a: 1, b: 2, c: 3 } },
      { userId: 'logger', projectId: 'p', session: { a: 1, b: 1 } },
    ],
  );
});

test('an event of another logger inside a scope belongs to its trace, not to its session', async () => {
  const one = testLogger({ session: { of: 'one' } });
  const two = testLogger({ session: { of: 'two' } });
  one.track('scope', {}, { session: { secret: true } }, () => two.log('guest'));
  await Promise.all([one.flush(), two.flush()]);
  assert.deepEqual(two.emitted[0]?.session, { of: 'two' });
  assert.equal(two.records[0]?.traceId, one.records[0]?.traceId);
});

test('a getter that throws in scope data does not break the scope', async () => {
  const events = testLogger();
  const hostile = Object.defineProperty({}, 'bad', {
    enumerable: true,
    get() {
      throw new Error('no');
    },
  });
  events.track('scope', hostile, (scope) => scope.add(hostile));
  await events.flush();
  assert.equal(events.emitted.length, 1);
});

test('work that is told of afterwards ends when it is said to have ended, and never before it began', async () => {
  const events = testLogger();
  const startMs = Date.UTC(2026, 0, 1);
  const ends = [
    startMs + 1500,
    new Date(startMs + 1500),
    BigInt(startMs + 1500) * 1_000_000n,
    startMs - 1,
  ] as const;
  for (const timestamp of ends) events.track('import', {}, { timestamp: startMs }).end({ timestamp });
  await events.flush();
  assert.deepEqual(
    events.records.map(({ timeUnixNano, attributes }) => [
      Number(timeUnixNano / 1_000_000n) - startMs,
      attributes['event.duration'],
    ]),
    [
      [1500, 1.5],
      [1500, 1.5],
      [1500, 1.5],
      [0, 0],
    ],
  );
});

test('an end that is no time is said once, and the scope ends now', async () => {
  const errors: OtelEventsError[] = [];
  const events = testLogger({ onError: (error) => void errors.push(error) });
  const beforeMs = Date.now();
  const unreadable = {
    get timestamp(): number {
      throw new Error('no');
    },
  };
  const hostile = new Proxy({}, { get: () => assert.fail('read') });
  events.track('text').end({ timestamp: '2026' as never });
  events.track('hostile').end({ timestamp: hostile as never });
  events.track('unreadable').end(unreadable);
  events.track('null').end(null as never);
  await events.flush();
  assert.deepEqual(
    events.records.map(({ eventName, attributes }) => [eventName, attributes['event.time.given']]),
    [
      ['text', '2026'],
      ['hostile', 'an object'],
      ['unreadable', '[Unreadable]'],
      ['null', undefined],
    ],
  );
  for (const { timeUnixNano } of events.records)
    assert.ok(Number(timeUnixNano / 1_000_000n) >= beforeMs - 10);
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['EVENT_INVALID'],
  );
});
