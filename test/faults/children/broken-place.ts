// Logs while its directory fails: 1 to 50 before, 51 to 100 are delivered meanwhile, 101 to 150 stay pending.
// Says how that went and ends by kill -9.
import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { numbered } from '../../harness/numbered.ts';
import { seeded } from '../../harness/seeded.ts';
import { openLogger } from './open-logger.ts';
import type { BrokenPlacePlan } from './plan.ts';

const plan = JSON.parse(process.argv[2] ?? '') as BrokenPlacePlan;
const who = `${plan.who}.0`;
const errors: string[] = [];
const events = openLogger(plan, who, seeded(plan.seed), {
  flushIntervalMs: 0,
  flushBatchSize: 500,
  failures: 0,
  onError: ({ code, message }) => errors.push(`${code} ${/: (E\w+)/.exec(message)?.[1] ?? ''}`.trim()),
});
let count = 0;

const say = (...words: (string | number | boolean)[]): void => void writeSync(1, `${words.join(' ')}\n`);
const shell = (command: string): void => void execFileSync('sh', ['-c', command], { stdio: 'pipe' });

function logUpTo(last: number): void {
  while (count < last) events.log('broken.place', numbered(who, ++count, 1000));
}

async function isSafe(): Promise<boolean> {
  return Promise.race([events.durable().then(() => true), sleep(plan.waitMs, false)]);
}

if (plan.fromStart) shell(plan.breaks);
logUpTo(50);
if (!plan.fromStart) {
  await events.durable();
  say('durable', who, count);
  await events.flush();
  shell(plan.breaks);
}
logUpTo(100);
await events.flush();
say('delivered', events.stats().total.acked);
logUpTo(150);
say('safe', await isSafe());
shell(plan.mends);
await events.durable();
say('durable', who, count);
say('errors', JSON.stringify(errors));
process.kill(process.pid, 'SIGKILL');
