import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OtelEventsError, SessionStore, UserSession } from '../../src/index.ts';
import { Sessions } from '../../src/logger/context/sessions.ts';
import { testLogger } from '../../src/testing.ts';

const MINUTE_MS = 60_000;

test('events of a user share a session until 30 minutes without one; then another begins', async () => {
  const events = testLogger({ sessions: {}, projectId: 'p' });
  const start = Date.now() - 120 * MINUTE_MS;
  for (const minutes of [0, 29, 58, 89]) {
    events.log('e', {}, { userId: 'u', timestamp: start + minutes * MINUTE_MS });
  }
  await events.flush();
  const seen = events.emitted.map(({ name, sessionId, previousSessionId }) => ({
    name,
    sessionId,
    previousSessionId,
  }));
  const [first, , , , , second] = seen.map(({ sessionId }) => sessionId);
  assert.ok(first && second && first !== second);
  const inFirst = { sessionId: first, previousSessionId: undefined };
  const inSecond = { sessionId: second, previousSessionId: first };
  assert.deepEqual(seen, [
    { name: 'session.start', ...inFirst },
    { name: 'e', ...inFirst },
    { name: 'e', ...inFirst },
    { name: 'e', ...inFirst },
    { name: 'session.end', ...inFirst },
    { name: 'session.start', ...inSecond },
    { name: 'e', ...inSecond },
  ]);
  const end = events.records[4];
  assert.equal(end?.timeUnixNano, BigInt(start + 58 * MINUTE_MS) * 1_000_000n);
  assert.equal(end?.attributes['user.id'], 'u');
  assert.equal(events.records[5]?.timeUnixNano, BigInt(start + 89 * MINUTE_MS) * 1_000_000n);
});

test('users have sessions of their own; who is nobody has none; a session of the context comes first', async () => {
  const events = testLogger({ sessions: {} });
  events.log('a', {}, { userId: 'one' });
  events.log('b', {}, { userId: 'two' });
  events.log('c');
  events.context({ session_id: 'web', user_id: 'one' }, () => events.log('d'));
  await events.flush();
  const ids = Object.fromEntries(events.emitted.map(({ name, sessionId }) => [name, sessionId]));
  assert.notEqual(ids.a, ids.b);
  assert.deepEqual([ids.c, ids.d], [undefined, 'web']);
  const plain = testLogger();
  plain.log('a', {}, { userId: 'one' });
  await plain.flush();
  assert.deepEqual(
    plain.emitted.map(({ name, sessionId }) => [name, sessionId]),
    [['a', undefined]],
  );
});

test('close ends all sessions, at the time of their last event', async () => {
  const events = testLogger({ sessions: {} });
  events.log('e', {}, { userId: 'u' });
  await sleep(60);
  await events.close();
  const [start, event, end] = events.records;
  assert.deepEqual([start?.eventName, end?.eventName], ['session.start', 'session.end']);
  const apart = Number((end?.timeUnixNano ?? 0n) - (event?.timeUnixNano ?? 0n));
  assert.ok(Math.abs(apart) < 1_000_000, `${apart} ns after the last event`);
  assert.ok((end?.observedTimeUnixNano ?? 0n) - (event?.timeUnixNano ?? 0n) >= 15_000_000n);
  assert.equal(events.stats().total.acked, 3);
});

test('a session that idles ends at the next event of anybody', async () => {
  const events = testLogger({ sessions: { timeoutMs: 10 } });
  events.log('e', {}, { userId: 'idle' });
  await sleep(60);
  events.log('e', {}, { userId: 'other' });
  await events.flush();
  const seen = events.emitted.map(({ name, userId }) => `${name} ${userId}`);
  assert.deepEqual(seen, [
    'session.start idle',
    'e idle',
    'session.end idle',
    'session.start other',
    'e other',
  ]);
});

test('nothing of the request that happens to notice is in another user’s session.end', async () => {
  const events = testLogger({ sessions: { timeoutMs: 5 }, tags: ['t'] });
  events.log('e', {}, { userId: 'idle' });
  await sleep(60);
  events.context({ user_id: 'other', ip: '10.0.0.7' }, () => events.log('e', {}, { session: { s: 1 } }));
  await events.flush();
  const end = events.records.find(({ eventName }) => eventName === 'session.end');
  assert.deepEqual(Object.keys(end?.attributes ?? {}).sort(), ['log.record.uid', 'session.id', 'user.id']);
});

test('a clock far ahead begins one session, and does not keep the next from it', () => {
  const sessions = new Sessions({}, (cause) => assert.fail(String(cause)));
  const now = 1_000_000_000;
  const id = (timeMs: number): string => sessions.visit('u', timeMs, now).session.id;
  const first = id(now);
  const ahead = id(now + 31 * MINUTE_MS);
  assert.notEqual(first, ahead);
  assert.equal(id(now), ahead);
  assert.equal(id(now - 90 * MINUTE_MS), ahead);
  const later = now + 40 * MINUTE_MS;
  assert.notEqual(sessions.visit('u', later, later).session.id, ahead);
});

test('memory holds 10,000 users; the one that was quiet longest ends', () => {
  const sessions = new Sessions({}, (cause) => assert.fail(String(cause)));
  for (let user = 0; user < 10_000; user++) sessions.visit(`u${user}`, user, user);
  sessions.visit('u0', 10_000, 10_000);
  const { ended } = sessions.visit('new', 10_001, 10_001);
  assert.deepEqual(
    ended.map(({ userId }) => userId),
    ['u1'],
  );
  assert.equal(sessions.close(10_002).length, 10_000);
});

test('a store carries sessions to the next process, and load brings them in ahead', async () => {
  const kept = new Map<string, UserSession>();
  const loaded: string[] = [];
  const store: SessionStore = {
    get: (userId) => kept.get(userId),
    set: (userId, session) => kept.set(userId, session),
    load: async (userId) => {
      loaded.push(userId);
      return { id: 'from elsewhere', previousId: 'older', lastMs: Date.now() - 1000 };
    },
  };
  const one = testLogger({ sessions: { store } });
  one.log('e', {}, { userId: 'u' });
  await one.close();
  assert.ok(
    one.emitted.every(({ name }) => name !== 'session.end'),
    'it goes on elsewhere',
  );
  const other = testLogger({ sessions: { store } });
  other.log('e', {}, { userId: 'u' });
  await other.sessions.load('v');
  await other.sessions.load('u');
  other.log('e', {}, { userId: 'v' });
  await other.close();
  const [, first] = one.emitted;
  assert.deepEqual(
    other.emitted.map(({ name, sessionId, previousSessionId }) => [name, sessionId, previousSessionId]),
    [
      ['e', first?.sessionId, undefined],
      ['e', 'from elsewhere', 'older'],
    ],
  );
  assert.deepEqual(loaded, ['v']);
});

test('a store that throws, rejects or holds rubbish costs no event', async () => {
  const errors: OtelEventsError[] = [];
  const bad: SessionStore = {
    get: () => assert.fail('on purpose'),
    set: () => Promise.reject(new Error('later')),
    load: () => Promise.reject(new Error('later')),
  };
  const rubbish = { get: () => ({ id: 7 }) as never, set: () => {} };
  for (const store of [bad, rubbish]) {
    const events = testLogger({
      sessions: { store, timeoutMs: 1 },
      onError: (error) => errors.push(error),
      logLevel: 'none',
    });
    await events.sessions.load('u');
    events.log('e', {}, { userId: 'u' });
    await events.flush();
    assert.deepEqual(
      events.emitted.map(({ name }) => name),
      ['session.start', 'e'],
    );
    await events.close();
  }
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['SESSION_STORE_FAILED'],
  );
});

test('a scope is in the session of its start', async () => {
  const events = testLogger({ sessions: {} });
  events.track('work', {}, { userId: 'u' }, () => {});
  await events.flush();
  const [start, scope] = events.emitted;
  assert.deepEqual([start?.name, scope?.name, scope?.sessionId], ['session.start', 'work', start?.sessionId]);
});

test('session options are checked', () => {
  for (const sessions of [{ timeoutMs: 0 }, { store: {} }, { timeout: 1 }, 'x']) {
    assert.throws(
      () => testLogger({ sessions: sessions as never }),
      (error: OtelEventsError) => error.code === 'OPTION_INVALID',
    );
  }
});
