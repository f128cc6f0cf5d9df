import type { ContenderName } from '../contenders/contenders.ts';
import { type Failure, interleave } from '../process/interleave.ts';
import { runProgram } from '../process/run-program.ts';
import { about } from '../report/about.ts';
import { startSink } from '../sink/start-sink.ts';
import type { Burst, BurstJob } from './burst-program.ts';
import type { Latency, LatencyJob } from './latency-program.ts';
import type { DeliveryResults, DeliverySettings } from './results.ts';
import type { Throughput, ThroughputJob } from './throughput-program.ts';

const OURS = ['otel-events memory', 'otel-events os', 'otel-events disk'] as const;
const PINO = ['pino to a file', 'pino to a file, asynchronous'] as const;

const IN_THROUGHPUT: readonly ContenderName[] = [
  'JSON.stringify alone',
  ...OURS,
  'OTel SDK, JSON',
  'OTel SDK, protobuf',
  ...PINO,
  'posthog-node',
  'segment',
];
const IN_BURST: readonly ContenderName[] = [
  ...OURS,
  'OTel SDK, default queue',
  ...PINO,
  'posthog-node, default queue',
  'segment',
];
const IN_LATENCY: readonly ContenderName[] = [...OURS, 'OTel SDK, protobuf', ...PINO];

const LATENCY_WARM_UP_SECONDS = 2;

/** Measures all parts, one process after the other. */
export async function measure(settings: DeliverySettings): Promise<DeliveryResults> {
  const { count, warmUp, rounds, latencyRounds, latencySeconds } = settings;
  const made = about();
  const failures: Failure[] = [];
  const onFailure = (failure: Failure): void => void failures.push(failure);
  const throughput = await interleave({
    name: 'throughput',
    contenders: IN_THROUGHPUT,
    rounds,
    onFailure,
    measure: (contender) => atSink<Throughput, ThroughputJob>('throughput', { contender, count, warmUp }),
  });
  const burst = await interleave({
    name: 'burst',
    contenders: IN_BURST,
    rounds: 1,
    onFailure,
    measure: (contender) => atSink<Burst, BurstJob>('burst', { contender, count }),
  });
  const latency = await interleave({
    name: 'latency',
    contenders: IN_LATENCY,
    rounds: latencyRounds,
    onFailure,
    measure: (contender) =>
      atSink<Latency, LatencyJob>('latency', {
        contender,
        warmUpSeconds: LATENCY_WARM_UP_SECONDS,
        seconds: latencySeconds,
      }),
  });
  return { about: made, settings, throughput, burst, latency, failures };
}

/** Runs a program beside a sink of its own. */
async function atSink<Result, Job extends { sinkUrl: string }>(
  program: string,
  job: Omit<Job, 'sinkUrl'>,
): Promise<Result> {
  const sink = await startSink();
  try {
    return await runProgram<Result>(`delivery/${program}-program.ts`, { ...job, sinkUrl: sink.url });
  } finally {
    await sink.stop();
  }
}
