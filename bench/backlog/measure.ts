import { type Failure, interleave } from '../process/interleave.ts';
import { runProgram } from '../process/run-program.ts';
import { about } from '../report/about.ts';
import { type SinkProcess, startSink } from '../sink/start-sink.ts';
import type { Outage, OutageJob } from './outage-program.ts';
import {
  type Backlog,
  type BacklogResults,
  type BacklogSettings,
  type Drained,
  nameOf,
  SDK,
} from './results.ts';
import type { SdkQueueJob } from './sdk-queue-program.ts';

/**
 * Below the ports that the system gives away: while the sink is down nobody may get its port, least of all the
 * contender, whose attempts to reach a port of that range can end up connected to themselves.
 */
const PORT = 20_000 + (process.pid % 10_000);

/** Backlogs above this are measured once. */
const MOST_REPEATED = 1_000_000;

/** Measures all backlogs, one process after the other. */
export async function measure(settings: BacklogSettings): Promise<BacklogResults> {
  const { counts, rounds } = settings;
  const made = about();
  const failures: Failure[] = [];
  const onFailure = (failure: Failure): void => void failures.push(failure);
  const byName = new Map(counts.map((count) => [nameOf(count), count]));
  const repeated = counts.filter((count) => count <= MOST_REPEATED).map(nameOf);
  const once = counts.filter((count) => count > MOST_REPEATED).map(nameOf);
  const part = {
    name: 'backlog',
    measure: (name: string) => measureOne(byName.get(name), settings),
    onFailure,
  };
  const backlogs = {
    ...(await interleave({ ...part, contenders: [...repeated, SDK], rounds })),
    ...(await interleave({ ...part, contenders: once, rounds: 1 })),
  };
  return { about: made, settings, backlogs, failures };
}

/** @param count - of a backlog of ours; `undefined`: the SDK's queue */
async function measureOne(count: number | undefined, settings: BacklogSettings): Promise<Backlog> {
  const sink = await startSink(PORT);
  try {
    return count === undefined ? await sdkQueue(sink, settings) : await outage(sink, count, settings.warmUp);
  } finally {
    await sink.stop();
  }
}

async function outage(sink: SinkProcess, count: number, warmUp: number): Promise<Backlog> {
  const job: OutageJob = { sinkUrl: sink.url, count, warmUp };
  const costs = await runProgram<Outage>('backlog/outage-program.ts', job, (stage) =>
    stage === 'sink down' ? sink.down() : sink.up(),
  );
  return { outage: costs, ...(await drained(sink, count, warmUp)) };
}

async function sdkQueue(sink: SinkProcess, { sdkCount, warmUp }: BacklogSettings): Promise<Backlog> {
  const job: SdkQueueJob = { sinkUrl: sink.url, count: sdkCount, warmUp };
  await runProgram('backlog/sdk-queue-program.ts', job, () => sink.startWindow());
  return drained(sink, sdkCount, warmUp);
}

async function drained(sink: SinkProcess, count: number, warmUp: number): Promise<Drained> {
  const { firstMs, lastMs } = await sink.window();
  const { unique, duplicates, outOfOrder, largestRequest } = await sink.arrived();
  const lost = warmUp + count - unique;
  const eventsPerSecond = ((count - lost) / (lastMs - firstMs)) * 1000;
  return { lost, duplicates, outOfOrder, largestRequest, eventsPerSecond };
}
