// kill -9 of apps that log through EventLogger, again and again on the same directory. Then one process
// inherits what they left.
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { addCounts, IS_LONG, reportCounts } from '../harness/fault-counts.ts';
import type { Verdict } from '../harness/otlp-sink.ts';
import { runChild } from '../harness/run-child.ts';
import { SEED, type Seeded, seeded } from '../harness/seeded.ts';
import type { DieAt } from './children/die-at.ts';
import type { WriterPlan } from './children/plan.ts';
import { type Counts, Estate } from './estate.ts';

/** Kills at random moments, at each level; and lives of which each call to the file system is the last one. */
const KILLS = IS_LONG ? 500 : 30;
const LAST_CALLS = IS_LONG ? 240 : 12;
/** Some twenty times what it takes: only a hang is longer. */
const TIMEOUT = { timeout: IS_LONG ? 3_600_000 : 300_000 };
/** Directories at work at the same time. */
const LANES = availableParallelism() + 2;
const DIE_AT = path.join(import.meta.dirname, 'children', 'die-at.ts');
/** How many such calls a life has, more or less: it depends on how its batches fall. */
const LIFE_CALLS = 90;

/** When a process is killed: so long after it has said this for the first time. */
interface Moment {
  readonly after: '' | 'opened' | 'durable' | 'closing' | 'closed';
  readonly delayMs: number;
}

const LONGEST_MS = { '': 300, opened: 40, durable: 120, closing: 20, closed: 1 };

function momentFrom(random: Seeded): Moment {
  const dice = random.below(12);
  const after = dice < 1 ? '' : dice < 4 ? 'opened' : dice < 8 ? 'durable' : dice < 11 ? 'closing' : 'closed';
  return { after, delayMs: random.below(LONGEST_MS[after]) };
}

function flaky(random: Seeded): () => Verdict {
  const bad = [
    'swallow',
    'reset',
    { status: 503 },
    { status: 429, headers: { 'retry-after': '0' } },
  ] as const;
  return () => (random.chance(0.7) ? 'take' : random.pick<Verdict>(bad));
}

/** Starts a writer and kills it. */
async function kill(estate: Estate, random: Seeded, who: string): Promise<void> {
  const { after, delayMs } = momentFrom(random);
  const plan: Omit<WriterPlan, keyof Estate['common']> = {
    who,
    seed: random.below(2 ** 31),
    workers: random.pick([0, 0, 0, 0, 1, 2]),
    scopes: random.chance(0.15),
    bursts: after === 'durable' ? 10_000 : 1 + random.below(12),
    closeTimeoutMs: random.pick([0, 30, 2000]),
  };
  let isKilled = false;
  const end = await estate.run('writer.ts', plan, {
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: random.pick(['http/protobuf', 'http/protobuf', 'http/json']) },
    onLine(line, kill) {
      if (isKilled || line.split(' ')[0] !== after) return;
      isKilled = true;
      setTimeout(kill, delayMs);
    },
  });
  assert.equal(end.signal, 'SIGKILL');
}

/** Some kills on one directory, of one process or two that live together, with the sink in some state. */
async function killSome(
  t: TestContext,
  level: 'os' | 'disk',
  random: Seeded,
  kills: number,
): Promise<Counts> {
  await using estate = await Estate.open(t, level, {
    withFile: random.chance(0.4),
    concurrency: random.chance(0.25) ? 3 : 1,
  });
  const { sink } = estate;
  while (estate.kills < kills) {
    const state = random.pick(['alive', 'alive', 'flaky', 'away']);
    sink.judge = state === 'flaky' ? flaky(random) : () => 'take';
    await (state === 'away' ? sink.goAway() : sink.comeBack());
    const together = estate.kills + 1 < kills && random.chance(0.25) ? 2 : 1;
    const names = Array.from({ length: together }, (_, index) => `p${estate.kills + index}`);
    await Promise.all(names.map((who) => kill(estate, random, who)));
  }
  return await estate.settle();
}

/** Runs as many series as it takes, some at the same time. */
async function inLanes(
  total: number,
  series: (index: number, left: number) => Promise<Counts>,
): Promise<Counts> {
  const counts: Counts = {};
  let [started, index] = [0, 0];
  const lane = async (): Promise<void> => {
    while (started < total) {
      const size = Math.min(total - started, 2 + ((index * 5) % 7));
      started += size;
      const number = index++;
      try {
        addCounts(counts, await series(number, size));
      } catch (cause) {
        throw new Error(`in series ${number} of FAULTS_SEED=${SEED}`, { cause });
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return counts;
}

before(async () => {
  const end = await runChild('warm-up.ts', {});
  assert.deepEqual([end.code, end.stderr], [0, '']);
});

for (const [index, level] of (['os', 'disk'] as const).entries()) {
  test(
    `kill -9 at random moments, level ${level}: nothing that durable() acknowledged is missing or corrupt`,
    TIMEOUT,
    async (t) => {
      t.diagnostic(`FAULTS_SEED=${SEED}`);
      const counts = await inLanes(KILLS, (series, kills) =>
        killSome(t, level, seeded(SEED, index, series), kills),
      );
      assert.equal(counts.kills, KILLS);
      reportCounts(t, counts);
    },
  );
}

/** Two lives on one directory, each ended at one of its calls: the second one also takes over from the first. */
async function killAtCalls(t: TestContext, random: Seeded, calls: readonly number[]): Promise<Counts> {
  await using estate = await Estate.open(t, random.pick(['os', 'disk']), {
    withFile: true,
    concurrency: random.pick([1, 3]),
  });
  // With some requests refused, what is settled is not all that was sent before.
  if (random.chance(0.6)) estate.sink.judge = flaky(random);
  const under = path.resolve(estate.common.spool);
  for (const [life, call] of calls.entries()) {
    const dieAt: DieAt = { under, call, torn: random.chance(0.5) };
    const end = await estate.run(
      'life.ts',
      { who: `p${life}`, seed: random.below(2 ** 31) },
      { nodeArgs: ['--import', DIE_AT], env: { DIE_AT: JSON.stringify(dieAt) } },
    );
    assert.ok(end.signal === 'SIGKILL' || end.code === 0);
  }
  return await estate.settle();
}

test(
  'kill -9 at each call that changes the directory, in the middle of writes too: the same',
  TIMEOUT,
  async (t) => {
    t.diagnostic(`FAULTS_SEED=${SEED}`);
    const counts = await inLanes(LAST_CALLS, (series, size) => {
      const random = seeded(SEED, 3, series);
      // Spread evenly over a life, wherever this series begins.
      const calls = Array.from(
        { length: size },
        (_, index) => 1 + ((series * 7 + index * 11 + random.below(7)) % LIFE_CALLS),
      );
      return killAtCalls(t, random, calls);
    });
    reportCounts(t, counts);
  },
);
