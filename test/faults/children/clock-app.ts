// Logs 1 to 50, which are delivered, moves its clock back an hour, logs 51 to 100, moves it where it was or not,
// logs 101 to 150, and waits until its spool has looked for what is too old. Says its ids and its ledger.
import { writeFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { numbered } from '../../harness/numbered.ts';
import { seeded } from '../../harness/seeded.ts';
import { openLogger } from './open-logger.ts';
import type { ClockPlan } from './plan.ts';

/** The spool looks every 5 s. */
const LOOK_MS = 5500;

const plan = JSON.parse(process.argv[2] ?? '') as ClockPlan;
const who = `${plan.who}.0`;
const events = openLogger(plan, who, seeded(plan.seed), {
  flushIntervalMs: 0,
  flushBatchSize: 10,
  failures: 0,
  maxAgeMs: plan.maxAgeMs,
});
const ids: string[] = [];
let count = 0;

function setClock(aheadS: number): void {
  const bytes = new Uint8Array(BigInt64Array.of(BigInt(aheadS)).buffer);
  writeFileSync(process.env.WALL_CLOCK ?? '', bytes, { flag: 'r+' });
}

async function log(more: number): Promise<void> {
  for (const last = count + more; count < last; ) ids.push(events.log('clock', numbered(who, ++count)));
  await events.durable();
  writeSync(1, `durable ${who} ${count}\n`);
}

await log(50);
await events.flush();
setClock(-3600);
await log(50);
setClock(plan.backAgain ? 0 : -3600);
await log(50);
await sleep(LOOK_MS);
writeSync(1, `${JSON.stringify({ ids, stats: events.stats() })}\n`);
process.kill(process.pid, 'SIGKILL');
