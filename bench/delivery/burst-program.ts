import { CONTENDERS, type ContenderName, startContender } from '../contenders/contenders.ts';
import { closeAndCount, deliver } from '../process/deliver.ts';
import { finish, readJob } from '../process/program.ts';
import type { Workplace } from '../process/run-program.ts';
import { startStopwatch } from '../process/stopwatch.ts';

/** Part two: how many events of one synchronous loop arrive. */
export interface BurstJob {
  readonly contender: ContenderName;
  readonly sinkUrl: string;
  readonly count: number;
}

export interface Burst {
  readonly arrived: number;
  readonly duplicates: number;
  readonly wallMs: number;
}

const { contender: name, sinkUrl, count, directory } = readJob<BurstJob & Workplace>();
const contender = await startContender(name, sinkUrl, directory);
const delivery = { contender, arrival: CONTENDERS[name].arrival, sinkUrl, directory };

const elapsed = startStopwatch();
for (let seq = 0; seq < count; seq++) contender.log(seq);
const { wallMs } = await deliver(delivery, count, elapsed);

const { unique, duplicates } = await closeAndCount(delivery, count);
const result: Burst = { arrived: unique, duplicates, wallMs };
finish(result);
