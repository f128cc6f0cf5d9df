// A short life in which everything happens to a spool: it takes over what is there, fills segments, delivers,
// removes segments, leaves something pending, and closes. Says on its output what is durable.
import { writeSync } from 'node:fs';
import { numbered } from '../../harness/numbered.ts';
import { seeded } from '../../harness/seeded.ts';
import { openLogger } from './open-logger.ts';
import type { SpoolPlan } from './plan.ts';

const MIB = 1024 * 1024;

const plan = JSON.parse(process.argv[2] ?? '') as SpoolPlan;
const who = `${plan.who}.0`;
const events = openLogger(plan, who, seeded(plan.seed), {
  flushIntervalMs: 0,
  flushBatchSize: 3,
  failures: 0,
});
let count = 0;

function burst(size: number, bytes?: number): void {
  for (let left = size; left > 0; left--) events.log('life', numbered(who, ++count, bytes));
}

async function durable(): Promise<void> {
  const upTo = count;
  await events.durable();
  writeSync(1, `durable ${who} ${upTo}\n`);
}

burst(20);
await durable();
await events.flush({ timeoutMs: 500 });
// Two segments of 8 MiB, and blocks of 1 MiB that fill up within a turn.
for (let round = 0; round < 3; round++) {
  burst(3, 1.5 * MIB);
  await durable();
}
await events.flush({ timeoutMs: 500 });
burst(20);
await durable();
burst(5);
const upTo = count;
await events.close({ timeoutMs: plan.seed % 2 === 0 ? 0 : 2000 });
writeSync(1, `durable ${who} ${upTo}\n`);
