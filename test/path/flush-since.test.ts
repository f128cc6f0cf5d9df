// What flush() answers for what was emitted since the last one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLogger, OtelEventsError } from '../../src/index.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';

const NONE = { acked: 0, pending: 0, rejected: 0, dropped: 0 };

function logSome(events: EventLogger, count: number): void {
  for (let number = 0; number < count; number++) events.log('a', { number });
}

for (const where of ['memory', 'files'] as const) {
  test(`in ${where} since counts what was emitted after the last flush ended, and the totals count all`, async (t) => {
    await using sink = await OtlpSink.open();
    const spool = where === 'files' ? { spool: tempDir(t) } : {};
    const events = new EventLogger({ endpoint: sink.url, ...spool });
    t.after(() => events.close());
    logSome(events, 3);
    const first = await events.flush();
    assert.deepEqual(
      [first, first.since],
      [
        { ...NONE, acked: 3 },
        { ...NONE, acked: 3 },
      ],
    );
    logSome(events, 2);
    const second = await events.flush();
    assert.deepEqual(
      [second, second.since],
      [
        { ...NONE, acked: 5 },
        { ...NONE, acked: 2 },
      ],
    );
    assert.deepEqual((await events.flush()).since, NONE);
  });
}

test('what was pending at the end of a flush is not counted by the next one, whatever becomes of it', async (t) => {
  await using sink = await OtlpSink.open(() => ({ status: 503 }));
  const events = new EventLogger({ endpoint: sink.url, onError: () => {} });
  t.after(() => events.close());
  logSome(events, 3);
  const first = await events.flush({ timeoutMs: 100 });
  assert.deepEqual(
    [first, first.since],
    [
      { ...NONE, pending: 3 },
      { ...NONE, pending: 3 },
    ],
  );
  sink.judge = () => 'take';
  logSome(events, 2);
  const second = await events.flush();
  assert.deepEqual(
    [second, second.since],
    [
      { ...NONE, acked: 5 },
      { ...NONE, acked: 2 },
    ],
  );
});

test('since tells what was refused and what processors left out, as the totals do', async (t) => {
  const refuses = {
    name: 'strict',
    send: async () => {
      throw new OtelEventsError('EXPORT_FAILED', 'no', { reason: 'strict' });
    },
  };
  const events = new EventLogger({
    delivery: 'none',
    exporters: [refuses],
    processors: [(event) => (event.name === 'left.out' ? null : undefined)],
    onError: () => {},
  });
  t.after(() => events.close());
  for (let round = 1; round <= 2; round++) {
    events.log('a');
    events.log('left.out');
    events.log('left.out');
    const result = await events.flush();
    assert.deepEqual(result.since, { ...NONE, rejected: 1, dropped: 2 });
    assert.deepEqual(result, { ...NONE, rejected: round, dropped: 2 * round });
  }
});

test('an event for two destinations is counted once, in the period in which it was emitted', async (t) => {
  await using sink = await OtlpSink.open();
  const other = { name: 'other', send: async () => {} };
  const events = new EventLogger({ endpoint: sink.url, exporters: [other] });
  t.after(() => events.close());
  logSome(events, 4);
  await events.flush();
  logSome(events, 2);
  const result = await events.flush();
  assert.deepEqual(
    [result, result.since],
    [
      { ...NONE, acked: 6 },
      { ...NONE, acked: 2 },
    ],
  );
});

test('what an earlier process left is in the totals, and not in since', async (t) => {
  await using sink = await OtlpSink.open();
  const spool = tempDir(t);
  const options = { endpoint: sink.url, spool, onError: () => {} };
  await sink.goAway();
  const first = new EventLogger(options);
  logSome(first, 3);
  await first.close({ timeoutMs: 100 });
  await sink.comeBack();
  const second = new EventLogger(options);
  t.after(() => second.close());
  logSome(second, 2);
  const result = await second.flush();
  assert.deepEqual(
    [result, result.since],
    [
      { ...NONE, acked: 5 },
      { ...NONE, acked: 2 },
    ],
  );
});

test('close() answers since too, from the last flush on', async (t) => {
  await using sink = await OtlpSink.open();
  const events = new EventLogger({ endpoint: sink.url });
  t.after(() => events.close());
  logSome(events, 3);
  await events.flush();
  logSome(events, 1);
  const result = await events.close();
  assert.deepEqual(
    [result, result.since],
    [
      { ...NONE, acked: 4 },
      { ...NONE, acked: 1 },
    ],
  );
});

for (const delivery of ['sdk', 'none'] as const) {
  test(`since holds with delivery '${delivery}' as well`, async (t) => {
    await using sink = await OtlpSink.open();
    const events = new EventLogger({ endpoint: sink.url, delivery, onError: () => {} });
    t.after(() => events.close());
    const column = delivery === 'sdk' ? 'acked' : 'dropped';
    logSome(events, 3);
    await events.flush();
    logSome(events, 2);
    const result = await events.flush();
    assert.deepEqual(
      [result, result.since],
      [
        { ...NONE, [column]: 5 },
        { ...NONE, [column]: 2 },
      ],
    );
  });
}
