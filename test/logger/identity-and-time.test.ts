import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toEpochTime } from '../../src/epoch-time.ts';
import { epochNow, toEpochMs } from '../../src/logger/clock.ts';
import { eventId } from '../../src/logger/event-id.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('ids are UUIDv7 that carry their time, differ, and sort as they were made', () => {
  const now = Date.now();
  const ids = Array.from({ length: 20_000 }, (_, index) => eventId(now + Math.floor(index / 9000)));
  for (const id of ids) assert.match(id, UUID_V7);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids, [...ids].sort());
  const ms = Number.parseInt((ids[0] ?? '').replaceAll('-', '').slice(0, 12), 16);
  assert.equal(ms, now);
});

test('ids keep their order when the time steps back', () => {
  const later = eventId(Date.now() + 60_000);
  assert.ok(eventId(Date.now()) > later);
});

test('time is that of the wall clock, in steps below a microsecond, and never goes back', () => {
  const before = Date.now();
  const times = Array.from({ length: 10_000 }, () => epochNow());
  const after = Date.now();
  assert.ok(toEpochMs(times[0] ?? [0, 0]) > before - 10);
  assert.ok(toEpochMs(times.at(-1) ?? [0, 0]) < after + 10);
  for (const [index, [seconds, nanos]] of times.entries()) {
    assert.ok(Number.isInteger(seconds) && Number.isInteger(nanos) && nanos >= 0 && nanos < 1e9);
    const [lastSeconds, lastNanos] = times[index - 1] ?? [0, 0];
    assert.ok(seconds > lastSeconds || (seconds === lastSeconds && nanos >= lastNanos));
  }
  assert.ok(new Set(times.map(([, nanos]) => nanos % 1000)).size > 100, 'finer than a microsecond');
});

test('a wall clock set back is not followed; one set forward is', async (t) => {
  const real = Date.now();
  const wall = t.mock.method(Date, 'now');
  const [start] = [toEpochMs(epochNow())];
  wall.mock.mockImplementation(() => real - 3_600_000);
  await new Promise((resolve) => setTimeout(resolve, 3));
  const back = toEpochMs(epochNow());
  assert.ok(back >= start && back < start + 60_000, 'an hour back');
  wall.mock.mockImplementation(() => real + 3_600_000);
  await new Promise((resolve) => setTimeout(resolve, 3));
  const forward = toEpochMs(epochNow());
  assert.ok(Math.abs(forward - (real + 3_600_000)) < 60_000, 'an hour forward');
});

test('a given time is a date, epoch milliseconds or epoch nanoseconds; all else is none', () => {
  assert.deepEqual(toEpochTime(new Date(1500)), [1, 500_000_000]);
  assert.deepEqual(toEpochTime(1500.25), [1, 500_250_000]);
  assert.deepEqual(toEpochTime(1_000_000_001n), [1, 1]);
  assert.deepEqual(toEpochTime(0), [0, 0]);
  for (const wrong of [
    new Date(Number.NaN),
    Number.NaN,
    -1,
    -1n,
    'now',
    null,
    {},
    Number.POSITIVE_INFINITY,
    1.7e18,
    1.7e15,
    Date.UTC(2555, 0, 1),
    18_446_744_073_709_551_616n,
    1n << 100_000n,
  ]) {
    assert.equal(toEpochTime(wrong), undefined, String(wrong).slice(0, 100));
  }
});
