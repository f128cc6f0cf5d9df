// What a test of an app fakes is the app's time: events are delivered in the real one.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { EventLogger } from '../../src/index.ts';
import { testLogger } from '../../src/testing.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';

const APIS = ['setTimeout', 'setInterval', 'setImmediate', 'Date'] as const;
const LONG_AGO = Date.UTC(2020, 0, 1);

function fake(t: TestContext): void {
  t.mock.timers.enable({ apis: [...APIS], now: LONG_AGO });
}

test('with faked timers flush() of a test logger resolves, and an event has the faked time', async (t) => {
  fake(t);
  const events = testLogger();
  events.log('in the past');
  t.mock.timers.tick(1000);
  events.log('a second later');
  await events.flush();
  assert.deepEqual(
    events.emitted.map(({ name, time }) => [name, time.getTime()]),
    [
      ['in the past', LONG_AGO],
      ['a second later', LONG_AGO + 1000],
    ],
  );
  await events.close();
});

test('with faked timers events are sent, refused ones again, and flush() and close() resolve', async (t) => {
  await using sink = await OtlpSink.open(({ index }) => (index === 0 ? { status: 503 } : 'take'));
  fake(t);
  const events = new EventLogger({ endpoint: sink.url, logLevel: 'none' });
  events.log('first');
  const { acked } = await events.flush();
  events.log('last');
  await events.close();
  assert.equal(acked, 1);
  assert.deepEqual(
    sink.records.map(({ eventName, timeUnixNano }) => [eventName, timeUnixNano]),
    ['first', 'last'].map((name) => [name, BigInt(LONG_AGO) * 1_000_000n]),
  );
});

test('with faked timers a destination that hangs does not hang close()', async (t) => {
  await using sink = await OtlpSink.open(() => ({ status: 503 }));
  fake(t);
  const events = new EventLogger({ endpoint: sink.url, logLevel: 'none' });
  events.log('first');
  const { pending, dropped } = await events.close({ timeoutMs: 300 });
  assert.deepEqual([pending, dropped], [0, 1]);
});

test('when the fakes are gone events have the time of the machine again', async (t) => {
  const events = testLogger();
  fake(t);
  events.log('faked');
  t.mock.timers.reset();
  events.log('real');
  await events.flush();
  const times = events.emitted.map(({ time }) => time.getTime());
  assert.equal(times[0], LONG_AGO);
  assert.ok(Math.abs((times[1] ?? 0) - Date.now()) < 5000, `${times[1]}`);
});
