// Logs numbered events, says on its output what is durable, and ends only by being killed.

import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads';
import { numbered } from '../../harness/numbered.ts';
import { seeded } from '../../harness/seeded.ts';
import { openLogger } from './open-logger.ts';
import type { WriterPlan } from './plan.ts';

const plan: WriterPlan = workerData ?? JSON.parse(process.argv[2] ?? '');
const thread = isMainThread ? 0 : threadId;
const who = `${plan.who}.${thread}`;
const random = seeded(plan.seed, thread);
let count = 0;

// At once, and in one piece: nothing of it is lost when we are killed.
const say = (...words: (string | number)[]): void => void writeSync(1, `${words.join(' ')}\n`);

function burst(): void {
  const size = 1 + random.below(random.chance(0.1) ? 300 : 30);
  for (let left = size; left > 0; left--) {
    count++;
    // Its span takes the same way.
    if (plan.scopes && random.chance(0.05)) events.track('kill.scope', numbered(who, count)).end();
    else events.log(`kill.event_${count % 7}`, numbered(who, count));
  }
}

/** Waits for something, or not. */
async function next(): Promise<void> {
  const upTo = count;
  if (random.chance(0.5)) {
    await events.durable();
    say('durable', who, upTo);
    parentPort?.postMessage('durable');
  } else if (random.chance(0.1)) await events.flush({ timeoutMs: 1 + random.below(20) });
  else await sleep(random.below(4));
}

const events = openLogger(plan, who, random);
const workers: Worker[] = [];
if (isMainThread) {
  say('opened');
  // Whoever is killed keeps no compiled code for the next one.
  flushCompileCache();
  for (let left = plan.workers; left > 0; left--) {
    workers.push(new Worker(new URL(import.meta.url), { workerData: plan }));
  }
}
// Whoever is to be terminated does not end by itself.
for (let left = plan.terminate && !isMainThread ? Number.POSITIVE_INFINITY : plan.bursts; left > 0; left--) {
  burst();
  await next();
}
if (plan.terminate) {
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  await Promise.all(workers.map((worker) => worker.terminate()));
}
if (plan.closeTimeoutMs !== undefined) {
  if (isMainThread) say('closing');
  const upTo = count;
  await events.close({ timeoutMs: plan.closeTimeoutMs });
  say('durable', who, upTo);
  say('closed', who);
}
// Until the signal.
setInterval(() => {}, 60_000);
