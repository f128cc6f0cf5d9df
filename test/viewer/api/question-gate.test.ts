import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { QuestionGate, type Questions } from '../../../src/viewer/api/question-gate.ts';
import type { EventStore } from '../../../src/viewer/store/event-store.ts';
import { openStore } from '../../../src/viewer/store/threads/open-store.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { events, viewerUnderTest } from './viewer-under-test.ts';

const ALL = { where: undefined, range: {} };

test('what a client that hangs up had asked is not asked of the store', async (t) => {
  const store = await openStore({ directory: tempDir(t) });
  t.after(() => store.close());
  let asked = 0;
  const hold = Promise.withResolvers<void>();
  const slow: Questions = {
    ...store,
    count: async (query) => {
      asked++;
      await hold.promise;
      return store.count(query);
    },
  };
  const gate = new QuestionGate(slow);
  const [staying, leaving] = [new AbortController(), new AbortController()];
  const kept = [0, 1, 2, 3].map(() => gate.questions(staying.signal).count(ALL));
  const left = [0, 1].map(() => gate.questions(leaving.signal).count(ALL));
  leaving.abort();
  for (const one of left) await assert.rejects(one, { name: 'AbortError' });
  assert.equal(asked, 2, 'two are worked on at once');
  hold.resolve();
  assert.deepEqual(
    (await Promise.all(kept)).map(({ value }) => value),
    [0, 0, 0, 0],
  );
  assert.equal(asked, 4);
  await assert.rejects(gate.questions(leaving.signal).count(ALL), { name: 'AbortError' });
  assert.equal((await gate.questions(staying.signal).count(ALL)).value, 0, 'no place is lost');
});

test('more than can wait are told to come again, and the viewer goes on', async (t) => {
  const { ask, store } = await viewerUnderTest(t);
  await store.ingest(events(Array.from({ length: 2000 }, (_, at) => ({ name: `n${at}`, user: `u${at}` }))));
  const path = '/api/groups?by=user.id&stat=distinct:name&top=1000';
  const answers = await Promise.all(Array.from({ length: 300 }, () => ask(path)));
  const refused = answers.filter(({ status }) => status === 503);
  assert.ok(refused.length > 0);
  for (const { headers, json } of refused)
    assert.deepEqual([headers['retry-after'], json.error.code], ['1', 'BUSY']);
  const answered = answers.filter(({ status }) => status === 200);
  assert.ok(answered.length >= 66, `${answered.length} answered`);
  assert.equal(answered.length + refused.length, 300);
  assert.equal((await ask('/api/status')).json.rows, 2000);
});

test('what is worked on for a client that hangs up is ended, and its place is free', async (t) => {
  const store = await openStore({ directory: tempDir(t) });
  t.after(() => store.close());
  const signals: AbortSignal[] = [];
  const endless: EventStore = Object.assign(Object.create(store), {
    count: async (_: unknown, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      await once(signal, 'abort');
      return { value: 0, complete: false, scanned: { rows: 0, of: 1, tookMs: 1 } };
    },
  });
  const { url, ask, errors } = await viewerUnderTest(t, { store: endless });
  // Comparing counts both sides: two questions, which take both places.
  const leaving = request(`${url}/api/compare?left=a&right=b`).on('error', () => {});
  leaving.end();
  while (signals.length < 2) await setImmediate();
  const next = ask('/api/status');
  leaving.destroy();
  assert.equal((await next).status, 200);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, true],
  );
  assert.deepEqual(errors, []);
});
