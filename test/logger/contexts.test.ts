import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, context as otelContext, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { OtelEventsError } from '../../src/index.ts';
import { type TestLogger, testLogger } from '../../src/testing.ts';

/** The context of each event, by name. */
async function contextsOf(events: TestLogger): Promise<Record<string, unknown>> {
  await events.flush();
  return Object.fromEntries(events.emitted.map(({ name, context }) => [name, context]));
}

test('contexts merge key by key, inner ones win, and each is left again', async () => {
  const events = testLogger();
  events.enterContext('outer', { user_id: 10938 });
  events.log('first');
  events.context({ user_id: 11111, session_id: '2987lkjdyoioey' }, () => events.log('second'));
  events.log('third');
  events.exitContext('outer');
  events.log('fourth');
  assert.deepEqual(await contextsOf(events), {
    first: { user_id: 10938 },
    second: { user_id: 11111, session_id: '2987lkjdyoioey' },
    third: { user_id: 10938 },
    fourth: {},
  });
});

test('known keys of a context are attributes of their own, as text', async () => {
  const events = testLogger();
  const context = { user_id: 7, session_id: 's', project_id: 'p', ip: '10.0.0.1', agent: 'curl', path: '/a' };
  const more = { host: 'h', referer: 'http://x/', accept_language: 'de', request_id: 'r', other: 1 };
  events.context({ ...context, ...more }, () => events.log('e'));
  await events.flush();
  const { 'log.record.uid': _, ...attributes } = events.records[0]?.attributes ?? {};
  assert.deepEqual(attributes, {
    'user.id': '7',
    'session.id': 's',
    'project.id': 'p',
    'event.context': { ...context, ...more },
    'client.address': '10.0.0.1',
    'user_agent.original': 'curl',
    'url.path': '/a',
    'server.address': 'h',
    'http.request.header.referer': 'http://x/',
    'http.request.header.accept-language': 'de',
    'http.request.id': 'r',
  });
});

test('ids come from the call, the innermost context, outer ones, the child, the logger, in this order', async () => {
  const events = testLogger({ userId: 'logger', projectId: 'logger' });
  const child = events.child({ userId: 'child', context: { a: 1, b: 1 } });
  events.log('1');
  child.log('2');
  events.context({ user_id: 'outer', b: 2 }, () => {
    child.log('3');
    events.context({ user_id: 'inner' }, () => {
      child.log('4');
      child.log('5', {}, { userId: 'call' });
    });
  });
  await events.flush();
  const users = events.emitted.map(({ name, userId, projectId }) => [name, userId, projectId]);
  const expected = ['logger', 'child', 'outer', 'inner', 'call'];
  assert.deepEqual(
    users,
    expected.map((userId, index) => [String(index + 1), userId, 'logger']),
  );
  assert.deepEqual((await contextsOf(events))['3'], { a: 1, b: 2, user_id: 'outer' });
});

test('a context leaves when its callback throws or rejects, and gives back what that returns', async () => {
  const events = testLogger();
  assert.equal(
    events.context({ a: 1 }, () => 42),
    42,
  );
  assert.throws(() => events.context('n', { a: 1 }, () => assert.fail('on purpose')), /on purpose/);
  await assert.rejects(
    events.context('n', { a: 1 }, () => Promise.reject(new Error('later'))),
    /later/,
  );
  assert.deepEqual(events.currentContext(), {});
});

test('one name can be entered twice, and is left from the inside out', () => {
  const events = testLogger();
  events.context({}, () => {
    events.enterContext('n', { n: 1 });
    events.enterContext('other', { other: 1 });
    events.enterContext('n', { n: 2 });
    assert.deepEqual(events.currentContext(), { n: 2, other: 1 });
    events.exitContext('n');
    assert.deepEqual(events.currentContext(), { n: 1, other: 1 });
    // From below: what lies above stays.
    events.exitContext('n');
    assert.deepEqual(events.currentContext(), { other: 1 });
    assert.throws(
      () => events.exitContext('n'),
      (error: OtelEventsError) => error.code === 'CONTEXT_NOT_ENTERED' && error.message.includes("'n'"),
    );
  });
});

test('1,000 interleaved requests never see each other, whichever way they enter', async () => {
  const events = testLogger();
  const request = async (id: number): Promise<void> => {
    await sleep(Math.random() * 5);
    await events.context('request', { id }, async () => {
      const signIn = async (): Promise<void> => {
        await sleep(Math.random() * 5);
        events.enterContext('user', { user_id: `u${id}` });
      };
      await signIn();
      events.log('in request', { id });
      await sleep(Math.random() * 5);
      events.exitContext('user');
      events.log('signed out', { id });
    });
    events.enterContext('bare', { bare: id });
    await sleep(Math.random() * 5);
    events.log('bare', { id });
    events.exitContext('bare');
    await sleep(Math.random() * 5);
    events.log('after', { id });
  };
  await Promise.all(Array.from({ length: 1000 }, (_, id) => request(id)));
  events.log('outside', { id: -1 });
  await events.flush();
  assert.equal(events.emitted.length, 4001);
  for (const { name, data, context } of events.emitted) {
    const { id } = data;
    const expected: Record<string, object> = {
      'in request': { id, user_id: `u${id}` },
      'signed out': { id },
      bare: { bare: id },
      after: {},
      outside: {},
    };
    assert.deepEqual(context, expected[name], `${name} ${id}`);
  }
});

test('contexts belong to a logger and its children: another logger does not see them', () => {
  const [one, other] = [testLogger(), testLogger()];
  one.context({ a: 1 }, () => {
    assert.deepEqual(one.child().currentContext(), { a: 1 });
    assert.deepEqual(other.currentContext(), {});
    other.context({ b: 1 }, () => assert.deepEqual(one.currentContext(), { a: 1 }));
  });
});

test('what an event was given stays: contexts are copied when they are entered', async () => {
  const events = testLogger();
  const fields = { a: 1 };
  events.context(fields, () => {
    fields.a = 2;
    const copy = events.currentContext();
    copy.a = 3;
    events.log('e');
  });
  assert.deepEqual(await contextsOf(events), { e: { a: 1 } });
});

test('hostile contexts cost nothing but themselves, and pollute nothing', async () => {
  const errors: OtelEventsError[] = [];
  const events = testLogger({ onError: (error) => errors.push(error), logLevel: 'none' });
  const cyclic: Record<string, unknown> = { a: 1 };
  cyclic.self = cyclic;
  const polluting = JSON.parse(
    '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
  );
  const throwing = Object.defineProperty({}, 'bad', {
    enumerable: true,
    get: () => assert.fail('on purpose'),
  });
  events.context(cyclic, () => events.log('cyclic'));
  events.context(polluting, () => events.log('polluting'));
  events.context(throwing, () => events.log('throwing'));
  events.context({ agent: 'x'.repeat(1_000_000), ip: 'a\r\nset-cookie: b' }, () => events.log('huge'));
  for (const bad of [null, 'text', [1], 7]) events.context(bad as never, () => events.log('bad'));
  const contexts = await contextsOf(events);
  assert.deepEqual(contexts.cyclic, { a: 1, self: { a: 1, self: '[Circular]' } });
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.deepEqual(JSON.parse(JSON.stringify(contexts.polluting)), JSON.parse(JSON.stringify(polluting)));
  assert.deepEqual([contexts.throwing, contexts.bad], [{}, {}]);
  const huge = events.records.find(({ eventName }) => eventName === 'huge')?.attributes ?? {};
  assert.equal(String(huge['user_agent.original']).length, 4096);
  assert.equal(String((huge['event.context'] as { agent: string }).agent).length, 1_000_000);
  assert.equal(events.stats().total.emitted, 8);
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['EVENT_INVALID'],
  );
});

/** A context manager as apps register one. */
function withContextManager(t: TestContext): void {
  const storage = new AsyncLocalStorage<Context>();
  otelContext.setGlobalContextManager({
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (context, fn, thisArg, ...args) => storage.run(context, () => fn.apply(thisArg as never, args)),
    bind: (_, target) => target,
    enable() {
      return this;
    },
    disable() {
      return this;
    },
  });
  t.after(() => otelContext.disable());
}

test('baggage on the list comes into events and goes on to what is called; other baggage does neither', async (t) => {
  withContextManager(t);
  const events = testLogger({ baggage: ['tenant', 'plan'] });
  const baggage = propagation.createBaggage({ tenant: { value: 'acme' }, secret: { value: 'x' } });
  otelContext.with(propagation.setBaggage(ROOT_CONTEXT, baggage), () => {
    events.log('outer');
    events.context({ plan: 'pro', private: 1 }, () => {
      events.log('inner');
      const sent = propagation.getActiveBaggage()?.getAllEntries() ?? [];
      assert.deepEqual(
        sent.map(([key, { value }]) => [key, value]),
        [
          ['tenant', 'acme'],
          ['secret', 'x'],
          ['plan', 'pro'],
        ],
      );
    });
  });
  assert.deepEqual(await contextsOf(events), {
    outer: { tenant: 'acme' },
    inner: { tenant: 'acme', plan: 'pro', private: 1 },
  });
});
