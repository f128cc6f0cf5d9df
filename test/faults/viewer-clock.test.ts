// The wall clock goes back and forth while a viewer takes events in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportCounts } from '../harness/fault-counts.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { wallClock } from '../harness/wall-clock.ts';
import { numberedRequest, RECORDS } from '../viewer/store/numbered-request.ts';
import { ALL, ingesting, integrity, openedStore, recordsByRequest } from './viewer-store.ts';

/** Requests that are acknowledged between two moves: more than are on their way. */
const SOME = 20;

test('events come in any order of time: pages are in order all the same', async (t) => {
  const store = await openedStore(t, tempDir(t));
  for (const number of [5, 3, 9, 1, 7]) await store.ingest(numberedRequest(number));
  const { rows } = await store.page(ALL);
  const times = rows.map(({ timeMs }) => timeMs);
  assert.deepEqual(
    times,
    [...times].sort((one, other) => other - one),
  );
  assert.equal(rows.length, 5 * RECORDS);
});

test('the clock of a viewer goes back an hour, and forth a day: each record without a time of its own is kept once, under what the clock showed', async (t) => {
  const clock = wallClock(t);
  if (clock === undefined) return;
  const directory = tempDir(t);
  const startMs = Date.now();
  const { child, acknowledged, until, ended } = await ingesting(directory, 0, 'timeless', clock.env);
  for (const aheadS of [-3600, 86_400, 0]) {
    await until(acknowledged().length + SOME);
    clock.set(aheadS);
  }
  await until(acknowledged().length + SOME);
  child.stdin?.write('\n');
  await ended;
  const store = await openedStore(t, directory);
  const taken = acknowledged();
  const found = await recordsByRequest(store, Math.max(...taken) + 1);
  assert.deepEqual(
    taken.filter((number) => found.get(number) !== RECORDS),
    [],
  );
  assert.equal((await store.count(ALL)).value, taken.length * RECORDS);
  const hours = async (fromH: number, toH: number): Promise<number> => {
    const range = { fromMs: startMs + fromH * 3_600_000, toMs: startMs + toH * 3_600_000 };
    return (await store.count({ where: undefined, range })).value;
  };
  const [back, now, forth] = [await hours(-1.5, -0.5), await hours(-0.5, 0.5), await hours(23.5, 24.5)];
  assert.equal(back + now + forth, taken.length * RECORDS);
  assert.ok(back > 0 && now > 0 && forth > 0, `${back}, ${now}, ${forth}`);
  assert.deepEqual((await store.status()).damaged, []);
  assert.deepEqual(integrity(directory), []);
  reportCounts(t, { 'moves of a clock of a viewer': 3, 'requests acknowledged by viewers': taken.length });
});
