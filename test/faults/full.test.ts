// Destinations that are away for longer than there is room, or time.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { suite, type TestContext, test } from 'node:test';
import { EventLogger, type EventLoggerOptions, type EventRecord } from '../../src/index.ts';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import { reportCounts } from '../harness/fault-counts.ts';
import { assertBalanced } from '../harness/ledger.ts';
import { checkedNumbered } from '../harness/numbered.ts';
import { numberedLog } from '../harness/numbered-log.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';

const LEVELS = ['memory', 'os', 'disk'] as const;
const MAX_BYTES = 64 * 1024;
const UNAVAILABLE = { status: 503 } as const;

interface Watched {
  readonly events: EventLogger;
  readonly errors: string[];
  /** Logs numbered events of some 400 bytes up to this one. */
  readonly logUpTo: (last: number) => void;
}

function watched(t: TestContext, options: EventLoggerOptions): Watched {
  const errors: string[] = [];
  const events = new EventLogger({
    delivery: 'durable',
    flushIntervalMs: 0,
    logLevel: 'none',
    onError: ({ code }) => errors.push(code),
    ...options,
  });
  t.after(() => events.close({ timeoutMs: 0 }));
  return { events, errors, logUpTo: numberedLog(events, 'app', 200) };
}

function atLevel(t: TestContext, level: (typeof LEVELS)[number]): EventLoggerOptions {
  return level === 'memory' ? {} : { spool: tempDir(t), durability: level };
}

const numbersOf = (records: readonly EventRecord[]): number[] =>
  records.map((record) => checkedNumbered(readEvent(record).data).n);

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

for (const level of LEVELS) {
  for (const onFull of ['drop-oldest', 'drop-newest'] as const) {
    test(`more than maxBytes at level ${level}, ${onFull}: what was kept arrives, what was not is counted, both add up`, async (t) => {
      let isAway = true;
      await using sink = await OtlpSink.open(() => (isAway ? UNAVAILABLE : 'take'));
      const place = { ...atLevel(t, level), endpoint: sink.url };
      const { events, errors, logUpTo } = watched(t, {
        ...place,
        onFull,
        maxBytes: MAX_BYTES,
        flushBatchSize: 10,
      });
      for (let last = 50; last <= 1000; last += 50) {
        logUpTo(last);
        await turn();
      }
      assertBalanced(events.stats());
      assert.ok((events.stats().total.dropped.queue_full ?? 0) > 500);
      isAway = false;
      await events.flush();
      const stats = events.stats();
      assertBalanced(stats);
      const { acked, pending, dropped } = stats.total;
      const { queue_full: full = 0 } = dropped;
      assert.deepEqual([acked + full, pending, dropped], [1000, 0, { queue_full: full }]);
      assert.deepEqual(stats.sinks.otlp, stats.total);
      const found = numbersOf(sink.records);
      // What was being sent when it became full is in nobody's way.
      const inFlight = onFull === 'drop-oldest' ? found.filter((n) => n <= 10) : [];
      const kept = acked - inFlight.length;
      const wanted = onFull === 'drop-oldest' ? range(1001 - kept, 1000) : range(1, kept);
      assert.deepEqual(found, [...inFlight, ...wanted]);
      assert.deepEqual(
        errors.filter((code) => code === 'QUEUE_FULL'),
        ['QUEUE_FULL'],
        'once a burst',
      );
      reportCounts(t, { events: 1000, delivered: acked, dropped: full });
    });
  }
}

test('three sinks of which one is down for ever: it alone drops, the others get everything, the next process goes on', async (t) => {
  await using sink = await OtlpSink.open();
  const [spool, taken] = [tempDir(t), [] as number[]];
  const healthy = async function healthy(records: readonly EventRecord[]): Promise<void> {
    taken.push(...numbersOf(records));
  };
  const revived: number[] = [];
  let isDown = true;
  const down = async function down(records: readonly EventRecord[]): Promise<void> {
    if (isDown) throw new Error('down for ever');
    revived.push(...numbersOf(records));
  };
  const options = { spool, endpoint: sink.url, maxBytes: MAX_BYTES, exporters: [healthy, down] };
  const first = watched(t, options);
  for (let last = 20; last <= 5000; last += 20) {
    first.logUpTo(last);
    await turn();
    // As fast as the others are: `maxBytes` bounds them too.
    await sink.until(({ taken }) => taken.reduce((sum, { records }) => sum + records.length, 0) > last - 60);
  }
  const totals = await first.events.close({ timeoutMs: 1000 });
  const { sinks, total } = first.events.stats();
  assertBalanced(first.events.stats());
  assert.deepEqual([sinks.otlp?.acked, sinks.healthy?.acked], [5000, 5000]);
  assert.deepEqual([numbersOf(sink.records), taken], [range(1, 5000), range(1, 5000)]);
  const { dropped: lost = {}, pending = 0, acked } = sinks.down ?? {};
  assert.deepEqual([acked, lost, pending], [0, { queue_full: 5000 - pending }, totals.pending]);
  assert.ok(pending > 50 && pending < 300, `${pending} pending`);
  assert.deepEqual([total.dropped, total.acked], [lost, 0], 'an event is lost if one of its sinks loses it');
  isDown = false;
  const second = watched(t, options);
  const { acked: inherited } = await second.events.flush();
  const found = second.events.stats();
  assertBalanced(found);
  assert.deepEqual([found.adopted, found.sinks.down?.acked, found.total.pending], [inherited, inherited, 0]);
  // A cursor is one position: what was dropped behind the batch that was being sent lies before it and comes,
  // as long as its file is there.
  assert.ok(inherited >= pending);
  assert.deepEqual(revived.slice(20 - pending), range(5021 - pending, 5000));
  assert.equal(new Set(revived).size, inherited, 'nothing twice');
  assert.deepEqual([sink.records.length, taken.length], [5000, 5000], 'nobody else hears of it again');
  await second.events.close();
  assert.deepEqual(readdirSync(spool), []);
  reportCounts(t, { events: 5000, delivered: 10_000 + inherited, dropped: 5000 - pending });
});

// The spool looks every 5 s: all of them at once.
suite('maxAgeMs', { concurrency: true }, () => {
  for (const level of LEVELS) {
    test(`maxAgeMs at level ${level}: what has waited too long is dropped and counted, but for what is being sent`, async (t) => {
      let isAway = true;
      await using sink = await OtlpSink.open(() => (isAway ? UNAVAILABLE : 'take'));
      const place = { ...atLevel(t, level), endpoint: sink.url };
      const { events, logUpTo } = watched(t, { ...place, maxAgeMs: 2000, flushBatchSize: 10 });
      logUpTo(30);
      await sink.until(({ asked }) => asked > 0);
      while (events.stats().total.pending > 10) await new Promise((resolve) => setTimeout(resolve, 100));
      assert.deepEqual(events.stats().total.dropped, { expired: 20 });
      logUpTo(40);
      isAway = false;
      assert.deepEqual(await events.flush(), {
        acked: 20,
        pending: 0,
        rejected: 0,
        dropped: 20,
      });
      assert.deepEqual(numbersOf(sink.records), [...range(1, 10), ...range(31, 40)]);
      assertBalanced(events.stats());
      reportCounts(t, { delivered: 20, dropped: 20 });
    });
  }

  test('maxAgeMs holds for what an earlier process left', async (t) => {
    const spool = tempDir(t);
    await using sink = await OtlpSink.open();
    await sink.goAway();
    const first = watched(t, { spool, endpoint: sink.url });
    first.logUpTo(30);
    assert.equal((await first.events.close({ timeoutMs: 0 })).pending, 30);
    await sink.comeBack();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { events } = watched(t, { spool, endpoint: sink.url, maxAgeMs: 1 });
    assert.deepEqual(await events.flush(), {
      acked: 0,
      pending: 0,
      rejected: 0,
      dropped: 30,
    });
    const stats = events.stats();
    assertBalanced(stats);
    assert.deepEqual([stats.adopted, stats.total.dropped, sink.asked], [30, { expired: 30 }, 0]);
    await events.close();
    assert.deepEqual(readdirSync(spool), []);
    reportCounts(t, { adopted: 30, dropped: 30 });
  });
});
