import { EventLogger, type EventLoggerOptions } from '../../../src/index.ts';
import { fileSink } from '../../harness/file-sink.ts';
import type { Seeded } from '../../harness/seeded.ts';
import type { SpoolPlan } from './plan.ts';

/** What loggers on one directory may differ in. */
export interface Manner
  extends Pick<EventLoggerOptions, 'flushIntervalMs' | 'flushBatchSize' | 'maxAgeMs' | 'onError'> {
  readonly token?: string | undefined;
  /** How often the second sink fails, 0 to 1. */
  readonly failures: number;
}

/** The logger of one thread, as all processes on the directory make it. */
export function openLogger(plan: SpoolPlan, from: string, random: Seeded, manner?: Manner): EventLogger {
  const { spool, endpoint, level, concurrency, file } = plan;
  const { failures, token, ...options } = manner ?? mannerFrom(random);
  return new EventLogger({
    delivery: 'durable',
    spool,
    durability: level,
    concurrency,
    endpoint,
    // So that the sink can tell who sends.
    headers: { 'x-from': from, ...(token === undefined ? {} : { authorization: token }) },
    exporters: file === undefined ? [] : [fileSink(file, from, random, failures)],
    ...options,
    logLevel: 'none',
  });
}

function mannerFrom(random: Seeded): Manner {
  return { flushIntervalMs: random.below(20), flushBatchSize: 1 + random.below(200), failures: 0.05 };
}
