// Logs more than its disk can hold while nobody takes it, then on while the destination takes everything; then there is
// room again, and it logs what only the disk can keep. Says how that went and ends by kill -9.
import { rmSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { numbered } from '../../harness/numbered.ts';
import { seeded } from '../../harness/seeded.ts';
import { openLogger } from './open-logger.ts';
import type { FullDiskPlan } from './plan.ts';

const plan = JSON.parse(process.argv[2] ?? '') as FullDiskPlan;
const who = `${plan.who}.0`;
const errors: string[] = [];
const events = openLogger(plan, who, seeded(plan.seed), {
  flushIntervalMs: 0,
  flushBatchSize: 500,
  failures: 0,
  onError: ({ code }) => errors.push(code),
});
let count = 0;
const say = (...words: (string | number | boolean)[]): void => void writeSync(1, `${words.join(' ')}\n`);

async function logUpTo(last: number, size: number, pause: () => Promise<unknown>): Promise<void> {
  while (count < last) {
    events.log('full.disk', numbered(who, ++count, size));
    if (count % 5 === 0) await pause();
  }
}

await logUpTo(plan.taken / 2, plan.bytes, () => sleep(1));
say('full', errors.includes('SPOOL_UNWRITABLE'));
await logUpTo(plan.taken, plan.bytes, () => events.flush());
say('taken', events.stats().total.acked);
rmSync(plan.ballast);
await logUpTo(plan.taken + plan.kept, 1000, () => sleep(1));
const isSafe = await Promise.race([events.durable().then(() => true), sleep(15_000, false)]);
if (isSafe) say('durable', who, count);
say('safe', isSafe);
process.kill(process.pid, 'SIGKILL');
