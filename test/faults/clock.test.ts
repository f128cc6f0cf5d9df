// The wall clock of living processes is moved.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../../src/index.ts';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import { reportCounts } from '../harness/fault-counts.ts';
import { assertBalanced } from '../harness/ledger.ts';
import type { Asked, Verdict } from '../harness/otlp-sink.ts';
import { pidNamespace } from '../harness/pid-namespace.ts';
import { wallClock } from '../harness/wall-clock.ts';
import type { ClockPlan, WriterPlan } from './children/plan.ts';
import { Estate } from './estate.ts';

/** A process that logs a little, and then waits for its end. */
const IDLE: Omit<WriterPlan, keyof Estate['common']> = {
  who: 'living',
  seed: 1,
  workers: 0,
  scopes: false,
  bursts: 10,
  closeTimeoutMs: undefined,
};

/** Takes 1 to 50; the rest has to wait for the next process. */
function upTo50({ from, records }: Asked): Verdict {
  const late = records.some((record) => Number(readEvent(record).data.n) > 50);
  return late && from !== 'heir' ? { status: 503 } : 'take';
}

/** When the owners of sub-directories have last been heard of, in epoch milliseconds. */
function heartbeatsIn({ common }: Estate): number[] {
  return readdirSync(common.spool).map(
    (name) => statSync(path.join(common.spool, name, 'heartbeat')).mtimeMs,
  );
}

// Each waits for something that happens every 5 s.
suite('the clock is moved', { concurrency: true }, () => {
  for (const backAgain of [false, true]) {
    const what = backAgain ? 'for a moment' : 'for good';
    test(`back an hour ${what}: ids stay unique and sorted, times never go back, nothing counts as too old`, async (t) => {
      const clock = wallClock(t);
      if (clock === undefined) return;
      await using estate = await Estate.open(t, 'os');
      estate.sink.judge = upTo50;
      const plan: Omit<ClockPlan, keyof Estate['common']> = {
        who: 'app',
        seed: 1,
        maxAgeMs: 60_000,
        backAgain,
      };
      const { lines } = await estate.run('clock-app.ts', plan, { env: clock.env });
      const { ids, stats } = JSON.parse(lines.at(-1) ?? '') as { ids: string[]; stats: Ledger };
      assert.deepEqual(ids, [...new Set(ids)].sort());
      assertBalanced(stats);
      assert.deepEqual([stats.total.acked, stats.total.pending, stats.total.dropped], [50, 100, {}]);
      reportCounts(t, await estate.settle({ env: clock.env }));
      const records = estate.sink.records;
      assert.deepEqual(
        records.map((record) => readEvent(record).id),
        ids,
      );
      const times = records.map(({ timeUnixNano }) => timeUnixNano);
      assert.deepEqual(times, times.toSorted());
    });
  }

  test('back an hour: a process of another namespace does not take over from one that lives', async (t) => {
    const [clock, namespace] = [wallClock(t), await pidNamespace(t)];
    if (clock === undefined || namespace === undefined) return;
    await using estate = await Estate.open(t, 'os');
    await estate.sink.goAway();
    const outside = { env: clock.env, wrapper: namespace.withPid(100) };
    const comesToNothing = async (): Promise<void> => {
      const { lines } = await estate.run('heir.ts', { who: 'early', seed: 1 }, outside);
      assert.equal(JSON.parse(lines[0] ?? '').stats.adopted, 0);
    };
    let [kill, hasLogged] = [() => {}, () => {}];
    const logged = new Promise<void>((resolve) => {
      hasLogged = resolve;
    });
    const living = estate.run('writer.ts', IDLE, {
      env: clock.env,
      onLine(line, end) {
        kill = end;
        if (line.startsWith('durable')) hasLogged();
      },
    });
    await logged;
    clock.set(-3600);
    assert.ok(Math.max(...heartbeatsIn(estate)) > clock.now() + 3_500_000, 'an hour ahead');
    await comesToNothing();
    while (Math.max(...heartbeatsIn(estate)) > clock.now()) await sleep(50);
    await comesToNothing();
    kill();
    await living;
    const counts = await estate.settle({ env: clock.env });
    assert.ok((counts.adopted ?? 0) >= (counts.acknowledged ?? 0));
    reportCounts(t, counts);
  });

  test('on an hour, while a process sleeps: one of another namespace takes over from it; it wakes, and nothing is lost', async (t) => {
    const [clock, namespace] = [wallClock(t), await pidNamespace(t)];
    if (clock === undefined || namespace === undefined) return;
    await using estate = await Estate.open(t, 'os');
    estate.sink.judge = ({ from }) => (from === 'living.0' ? { status: 503 } : 'take');
    const outside = { env: clock.env, wrapper: namespace.withPid(100) };
    let signal = (_: NodeJS.Signals): void => {};
    let said = 0;
    let hasLogged = (): void => {};
    const logged = (count: number): Promise<void> => {
      said = -count;
      return new Promise((resolve) => {
        hasLogged = resolve;
      });
    };
    const firstEvents = logged(10);
    const living = estate.run('writer.ts', { ...IDLE, bursts: 100_000 } as WriterPlan, {
      env: clock.env,
      onLine(line, end) {
        signal = end;
        if (line.startsWith('durable') && ++said === 0) hasLogged();
      },
    });
    await firstEvents;
    signal('SIGSTOP');
    clock.set(3600);
    const { lines } = await estate.run('heir.ts', { who: 'early', seed: 1 }, outside);
    assert.ok(JSON.parse(lines[0] ?? '').stats.adopted > 0);
    const moreEvents = logged(10);
    signal('SIGCONT');
    await moreEvents;
    signal('SIGKILL');
    await living;
    estate.allowance = { robbed: true };
    reportCounts(t, await estate.settle({ env: clock.env }));
  });
});
