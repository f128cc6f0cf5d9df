import { startContender } from '../contenders/contenders.ts';
import { logInBursts } from '../process/log-in-bursts.ts';
import { finish, reachStage, readJob } from '../process/program.ts';
import type { Workplace } from '../process/run-program.ts';
import { startStopwatch } from '../process/stopwatch.ts';

/** The stock SDK sends what is in its queue; the sink's window tells how fast. */
export interface SdkQueueJob {
  readonly sinkUrl: string;
  readonly warmUp: number;
  readonly count: number;
}

const { sinkUrl, warmUp, count, directory } = readJob<SdkQueueJob & Workplace>();
const contender = await startContender('OTel SDK, protobuf', sinkUrl, directory);

await logInBursts(contender.log, 0, warmUp);
await contender.flush();

await reachStage('warm');
// In one go: the SDK cannot send before the loop ends, so all of it is in the queue when the first request comes.
for (let seq = warmUp; seq < warmUp + count; seq++) contender.log(seq);
const elapsed = startStopwatch();
await contender.flush();
const { cpuUs, wallMs } = elapsed();
await contender.close();
finish({ cpuUs, wallMs });
