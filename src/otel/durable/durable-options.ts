import type { Agent } from 'node:http';
import { OtelEventsError } from '../../errors.ts';
import {
  agent,
  type Checks,
  checkOptions,
  filledText,
  flag,
  fn,
  headers,
  oneOf,
  path,
  whole,
} from '../../options.ts';

/** Options of the durable processors; every key is optional. */
export interface DurableProcessorOptions {
  /** OTLP/HTTP base URL. Default `OTEL_EXPORTER_OTLP_*`, else `http://localhost:4318`. */
  readonly endpoint?: string;
  /** Headers of OTLP requests. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Opens the connections of OTLP requests, such as through a proxy. Yours to close. Default: as Node.js does. */
  readonly agent?: Agent;
  /** Directory in which records survive a crash. Default: memory. */
  readonly spool?: string;
  /** As the logger's option: `os` by default with `spool`, else `memory`. */
  readonly durability?: 'memory' | 'os' | 'disk';
  /** The most that may wait, in bytes. Default 1 GiB, 64 MiB in memory. */
  readonly maxBytes?: number;
  /** Default `drop-oldest`. */
  readonly onFull?: 'drop-oldest' | 'drop-newest';
  /** Records that have waited longer are dropped and counted, in milliseconds. Default: no limit. */
  readonly maxAgeMs?: number;
  /** Requests in flight. Default 1: only then the order is kept. */
  readonly concurrency?: number;
  /** Longest wait for a batch to fill, in milliseconds. Default `OTEL_BLRP_SCHEDULE_DELAY` (`OTEL_BSP_…`), else 1,000. */
  readonly flushIntervalMs?: number;
  /** Most records in a batch. Default `OTEL_BLRP_MAX_EXPORT_BATCH_SIZE` (`OTEL_BSP_…`), else as many as fit in 1 MiB. */
  readonly flushBatchSize?: number;
  /** The longest that `forceFlush()` and `shutdown()` take, in milliseconds. Default 10,000. */
  readonly flushTimeoutMs?: number;
  /** How long a naturally ending process waits for what is pending, in milliseconds. Default 5,000. */
  readonly exitTimeoutMs?: number;
  /** Whether to flush on SIGTERM, SIGINT, SIGHUP and SIGUSR2. Default false: the pipeline is the app's. */
  readonly handleSignals?: boolean;
  /** Told what went wrong, once per outage or burst. OTel's `diag` is told too; without both, standard error. */
  readonly onError?: (error: OtelEventsError) => void;
}

const CHECKS: Checks<DurableProcessorOptions> = {
  // The URL is looked at where it is used, as those of variables are.
  endpoint: filledText,
  headers,
  agent,
  spool: path,
  durability: oneOf('memory', 'os', 'disk'),
  maxBytes: whole(1024),
  onFull: oneOf('drop-oldest', 'drop-newest'),
  maxAgeMs: whole(1),
  concurrency: whole(1),
  flushIntervalMs: whole(0),
  flushBatchSize: whole(1),
  flushTimeoutMs: whole(0),
  exitTimeoutMs: whole(0),
  handleSignals: flag,
  onError: fn,
};

/**
 * Checks the options of a durable processor; the URL is looked at where it is used.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function checkDurableOptions(options: DurableProcessorOptions): void {
  checkOptions(options, CHECKS);
  const { spool, durability = 'memory' } = options;
  if (spool === undefined && durability !== 'memory') {
    const message = `option durability: '${durability}' needs a directory`;
    throw new OtelEventsError('OPTION_INVALID', message, { fix: 'give the option spool' });
  }
}
