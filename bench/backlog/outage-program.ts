import { start } from '../contenders/otel-events.ts';
import { logInBursts } from '../process/log-in-bursts.ts';
import { finish, reachStage, readJob } from '../process/program.ts';
import type { Workplace } from '../process/run-program.ts';
import { type Elapsed, startStopwatch } from '../process/stopwatch.ts';
import { watchMemory } from '../process/watch-memory.ts';

/** Events logged at level `os` while the sink is down, and delivered when it is back. */
export interface OutageJob {
  readonly sinkUrl: string;
  /** Events of a first outage, which is not measured. */
  readonly warmUp: number;
  readonly count: number;
}

/** What the second outage has cost. */
export interface Outage {
  /** Until all events were durable. */
  readonly append: Elapsed;
  /** From the sink's return until all was acknowledged; the wait for the next attempt is in `wallMs`. */
  readonly drain: Elapsed;
  /** The most resident memory above that after the warm-up. */
  readonly grownDownMiB: number;
  readonly grownDrainingMiB: number;
  /** All resident memory of the process at its most, the warm-up included. */
  readonly peakMiB: number;
}

/** Far more than an event takes in the spool: nothing is dropped for want of room. */
const MAX_BYTES_AN_EVENT = 1024;
const DEFAULT_MAX_BYTES = 1024 ** 3;

const { sinkUrl, warmUp, count, directory } = readJob<OutageJob & Workplace>();
const maxBytes = Math.max(DEFAULT_MAX_BYTES, (warmUp + count) * MAX_BYTES_AN_EVENT);
const contender = start(sinkUrl, directory, { durability: 'os', maxBytes });

await outage(0, warmUp);
const result = await outage(warmUp, warmUp + count);
await contender.close();
finish(result);

async function outage(from: number, to: number): Promise<Outage> {
  await reachStage('sink down');
  const memory = watchMemory();
  const appending = startStopwatch();
  await logInBursts(contender.log, from, to);
  await contender.durable();
  const append = appending();
  const grownDownMiB = memory.grownMiB();
  await reachStage('sink up');
  const draining = startStopwatch();
  await contender.flush();
  const drain = draining();
  const grownDrainingMiB = memory.grownMiB();
  memory.stop();
  return { append, drain, grownDownMiB, grownDrainingMiB, peakMiB: memory.peakMiB() };
}
