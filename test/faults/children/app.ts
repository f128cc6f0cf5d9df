// Logs some events and closes. Says what its ledger and its reports are.
import { writeSync } from 'node:fs';
import { numbered } from '../../harness/numbered.ts';
import { seeded } from '../../harness/seeded.ts';
import { openLogger } from './open-logger.ts';
import type { AppPlan } from './plan.ts';

const plan = JSON.parse(process.argv[2] ?? '') as AppPlan;
const who = `${plan.who}.0`;
const errors: string[] = [];
const events = openLogger(plan, who, seeded(plan.seed), {
  flushIntervalMs: 0,
  flushBatchSize: plan.batch,
  failures: 0,
  token: plan.token,
  onError: ({ code, message }) => errors.push(`${code} ${/\d{3} \(/.exec(message)?.[0] ?? ''}`),
});
for (let n = 1; n <= plan.events; n++) events.log('app', numbered(who, n));
await events.close({ timeoutMs: plan.closeTimeoutMs });
writeSync(1, `durable ${who} ${plan.events}\n`);
writeSync(1, `${JSON.stringify({ stats: events.stats(), errors })}\n`);
