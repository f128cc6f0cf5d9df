// Delivers what others left in the directory, logs nothing, says what its ledger says, and ends cleanly.
import { seeded } from '../../harness/seeded.ts';
import { openLogger } from './open-logger.ts';
import type { SpoolPlan } from './plan.ts';

const plan = JSON.parse(process.argv[2] ?? '') as SpoolPlan;
const events = openLogger(plan, plan.who, seeded(plan.seed), {
  flushIntervalMs: 0,
  flushBatchSize: 500,
  failures: 0,
});
const flushed = await events.flush({ timeoutMs: 60_000 });
const stats = events.stats();
const closed = await events.close();
console.log(JSON.stringify({ flushed, stats, closed }));
