import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { EventLogger, type OtelEventsError } from '../../src/index.ts';
import { defineEvent } from '../../src/schema/index.ts';
import { memoryExporter, testLogger } from '../../src/testing.ts';

const throws = (): never => {
  throw new Error('on purpose');
};

function revoked(target: object = {}): never {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy as never;
}

/** Throws at whatever is done with it. */
const hostile = new Proxy({}, { get: throws, has: throws, ownKeys: throws, getPrototypeOf: throws }) as never;

const GLOBAL = Symbol.for('opentelemetry.js.api.1');
const globals = globalThis as { [key: symbol]: unknown };

afterEach(() => {
  delete globals[GLOBAL];
});

const DONE = defineEvent('done', {
  version: 1,
  schema: { type: 'object', properties: { n: { type: 'number' } } },
});

const CALLS: Readonly<Record<string, (events: EventLogger, bad: never) => unknown>> = {
  'as a name': (events, bad) => events.log(bad as string),
  'as data': (events, bad) => events.log('e', bad),
  'as options': (events, bad) => events.log('e', {}, bad),
  'as an option': (events, bad) =>
    events.log(
      'e',
      {},
      { tags: bad, session: bad, message: bad, userId: bad, severity: bad, timestamp: bad },
    ),
  'among tags': (events, bad) => events.log('e', {}, { tags: [bad], exporters: ['memory', bad] }),
  'as a traceparent': (events, bad) => events.log('e', {}, { traceparent: bad }),
  'as a context': (events, bad) => events.context(bad, bad, () => events.log('e')),
  'as options of a scope': (events, bad) => events.track('e', {}, bad, () => {}),
  'as what a scope is about': (events, bad) => events.track(bad, bad, { kind: bad, links: bad }, () => {}),
  'as what a scope adds': (events, bad) => events.track('e', (scope) => scope.add(bad)),
  'as what a scope gives back': (events, bad) => void events.track('e', () => bad),
  'as what a scope failed of': (events, bad) => events.track('e', (scope) => scope.fail(bad)),
  'as options of a defined event': (events, bad) => events.log(DONE, { n: 1 }, bad),
  'as a call of a model': (events, bad) => events.trackLlm(bad),
  'in a call of a model': (events, bad) =>
    events.trackLlm({ model: bad, input: [bad], output: bad, error: bad, latency: bad, tags: bad } as never),
  'as a judgement': (events, bad) => events.feedback(bad),
  'in a judgement': (events, bad) => events.feedback({ of: bad, name: bad, value: bad } as never),
  'as data of a defined event': (events, bad) => events.track(DONE, bad, () => {}),
};

for (const [kind, make] of [
  ['a revoked proxy', () => revoked()],
  ['a revoked proxy of a list', () => revoked([])],
  ['an object that throws', () => hostile],
] as const) {
  for (const [place, call] of Object.entries(CALLS)) {
    test(`${kind} ${place} throws at nobody, and the event is counted`, async () => {
      const events = testLogger({ logLevel: 'none', redact: { paths: ['secret'] } });
      call(events, make());
      await events.close();
      const { emitted, pending } = events.stats().total;
      assert.deepEqual([emitted, pending], [1, 0]);
    });
  }
}

test('a logger whose options cannot be read is not made, with a code', () => {
  const events = testLogger();
  for (const bad of [revoked(), hostile, { session: hostile }, { tags: revoked([]) }, { context: hostile }]) {
    assert.throws(() => events.child(bad), { code: 'OPTION_INVALID' });
    assert.throws(() => new EventLogger(bad), { code: /^OPTION_/ });
  }
});

test('options beside one that cannot be read are used', async () => {
  const errors: string[] = [];
  const onError = ({ message }: OtelEventsError): void => void errors.push(message);
  const events = testLogger({ logLevel: 'none', onError });
  const options = { category: 'c', tags: ['t'], userId: hostile, session: { a: 1, b: hostile } };
  for (let index = 0; index < 2; index++) events.log('e', { n: 1 }, options);
  await events.flush();
  const [event] = events.emitted;
  assert.deepEqual(
    [event?.category, event?.tags, event?.session, event?.data, event?.userId],
    ['c', ['t'], { a: 1, b: '[Unreadable]' }, { n: 1 }, undefined],
  );
  assert.deepEqual(errors.length, 2, errors.join());
});

test('an event for one exporter goes to no other because another option cannot be read', async () => {
  const [one, other] = [memoryExporter('one'), memoryExporter('other')];
  const events = new EventLogger({ delivery: 'none', logLevel: 'none', exporters: [one, other] });
  events.log('e', {}, { exporters: ['one'], tags: [hostile] });
  await events.close();
  assert.deepEqual([one.events.length, other.events.length], [1, 0]);
});

test('what a scope is about need be no plain object', async () => {
  const events = testLogger();
  events.track('map', new Map([['a', 1]]), (scope) => scope.add(new URL('https://example.com/')));
  events.track('bad', { a: 1, b: hostile, get c() { return throws(); } }, () => {}); // biome-ignore format: short
  await events.flush();
  assert.deepEqual(
    events.emitted.map(({ data }) => data),
    [
      { a: 1, value: 'https://example.com/' },
      { a: 1, b: '[Unreadable]', c: '[Unreadable]' },
    ],
  );
});

test("a context manager, a span or a meter of the app's that throws reaches nobody, and a scope runs once", async () => {
  const events = testLogger({ logLevel: 'none', baggage: ['user_id'] });
  let runs = 0;
  globals[GLOBAL] = { version: '1.9.0', context: { active: throws, with: throws }, metrics: hostile };
  events.log('e');
  events.track('t', () => runs++);
  events.context({ user_id: 'u' }, () => events.log('e'));
  const span = { spanContext: throws, isRecording: throws };
  const active = { getValue: () => span, setValue: throws, deleteValue: throws };
  globals[GLOBAL] = {
    version: '1.9.0',
    context: { active: () => active, with: (_: unknown, fn: () => void) => fn() },
  };
  events.log('e');
  events.track('t', () => runs++);
  await events.close();
  assert.deepEqual([runs, events.stats().total.acked], [2, 5]);
});

test('names of options that there are not are said up to a bound, and shown up to a length', () => {
  const errors: string[] = [];
  const onError = ({ message }: OtelEventsError): void => void errors.push(message);
  const events = testLogger({ logLevel: 'none', onError });
  for (let index = 0; index < 5_000; index++) events.log('e', {}, { [`o${index}`]: 1 } as never);
  assert.equal(errors.length, 1_000);
  const other = testLogger({ logLevel: 'none', onError });
  other.log('e', {}, { ['x'.repeat(1_000_000)]: 1 } as never);
  assert.ok(Number(errors.at(-1)?.length) < 500);
});
