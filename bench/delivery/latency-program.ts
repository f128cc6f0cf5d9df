import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { CONTENDERS, type ContenderName, startContender } from '../contenders/contenders.ts';
import { closeAndCount, deliver } from '../process/deliver.ts';
import { finish, readJob } from '../process/program.ts';
import type { Workplace } from '../process/run-program.ts';
import { startStopwatch } from '../process/stopwatch.ts';

/** Part three: what one call costs its caller, and the event loop, at a steady rate. */
export interface LatencyJob {
  readonly contender: ContenderName;
  readonly sinkUrl: string;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface Latency {
  /** Of single calls, in microseconds. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly maxUs: number;
  readonly loopDelayP999Ms: number;
  readonly eventsPerSecond: number;
  readonly cpuUsPerEvent: number;
  readonly lost: number;
}

/** Events a millisecond, logged in one go. */
const BURST = 20;

const { contender: name, sinkUrl, warmUpSeconds, seconds, directory } = readJob<LatencyJob & Workplace>();
const contender = await startContender(name, sinkUrl, directory);
let seq = 0;

await steadily(warmUpSeconds, () => contender.log(seq++));
const warmUp = seq;

const callsUs = new Float64Array(BURST * 1000 * seconds);
const loopDelay = monitorEventLoopDelay({ resolution: 1 });
loopDelay.enable();
const elapsed = startStopwatch();
await steadily(seconds, () => {
  const start = performance.now();
  contender.log(seq);
  callsUs[seq++ - warmUp] = (performance.now() - start) * 1000;
});
const { cpuUs, wallMs } = elapsed();
loopDelay.disable();

const delivery = { contender, arrival: CONTENDERS[name].arrival, sinkUrl, directory };
await deliver(delivery, seq, elapsed);
const { unique } = await closeAndCount(delivery, seq);

const count = seq - warmUp;
const sorted = callsUs.subarray(0, count).sort();
const at = (share: number): number => sorted[Math.min(count - 1, Math.floor(count * share))] as number;
const result: Latency = {
  p50Us: at(0.5),
  p99Us: at(0.99),
  p999Us: at(0.999),
  maxUs: at(1),
  loopDelayP999Ms: loopDelay.percentile(99.9) / 1e6,
  eventsPerSecond: (count / wallMs) * 1000,
  cpuUsPerEvent: cpuUs / count,
  lost: seq - unique,
};
finish(result);

/** `BURST` calls for every millisecond that has passed; timers come late, so one turn may owe several bursts. */
async function steadily(forSeconds: number, call: () => void): Promise<void> {
  const start = performance.now();
  for (let sent = 0; sent < forSeconds * 1000; ) {
    const due = Math.min(Math.floor(performance.now() - start), forSeconds * 1000);
    for (; sent < due; sent++) {
      for (let index = 0; index < BURST; index++) call();
      await setImmediate();
    }
    await setTimeout(1);
  }
}
