import { CONTENDERS, type ContenderName, startContender } from '../contenders/contenders.ts';
import { closeAndCount, deliver } from '../process/deliver.ts';
import { logInBursts } from '../process/log-in-bursts.ts';
import { finish, readJob } from '../process/program.ts';
import type { Workplace } from '../process/run-program.ts';
import { startStopwatch } from '../process/stopwatch.ts';

/** Part one: what it costs until all is delivered. */
export interface ThroughputJob {
  readonly contender: ContenderName;
  readonly sinkUrl: string;
  readonly warmUp: number;
  readonly count: number;
  /** The checkout that the contender is taken from; default this one. */
  readonly root?: string;
}

export interface Throughput {
  readonly cpuUs: number;
  readonly wallMs: number;
  readonly lost: number;
  readonly duplicates: number;
  /** Of bodies as sent, or of the file; 0 for who delivers nowhere. */
  readonly bytesAnEvent: number;
}

const { contender: name, sinkUrl, warmUp, count, root, directory } = readJob<ThroughputJob & Workplace>();
const contender = await startContender(name, sinkUrl, directory, root);
const delivery = { contender, arrival: CONTENDERS[name].arrival, sinkUrl, directory };
const total = warmUp + count;

await logInBursts(contender.log, 0, warmUp);
await deliver(delivery, warmUp, startStopwatch());

const elapsed = startStopwatch();
await logInBursts(contender.log, warmUp, total);
const { cpuUs, wallMs } = await deliver(delivery, total, elapsed);

const { unique, duplicates, bytes } = await closeAndCount(delivery, total);
const result: Throughput = { cpuUs, wallMs, lost: total - unique, duplicates, bytesAnEvent: bytes / total };
finish(result);
