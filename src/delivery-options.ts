import type { Agent } from 'node:http';
import { OtelEventsError } from './errors.ts';
import { agent, type Checks, flag, fn, headers, httpUrl, oneOf, path, whole } from './options.ts';

/** How records wait and leave: the options that loggers and durable processors share. Every key is optional. */
export interface DeliveryOptions {
  /** OTLP/HTTP base URL. Default `OTEL_EXPORTER_OTLP_ENDPOINT`, else `http://localhost:4318`. */
  readonly endpoint?: string;
  /** Headers of OTLP requests. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Opens the connections of OTLP requests, such as through a proxy. Yours to close. Default: as Node.js opens its own. */
  readonly agent?: Agent;
  /** Directory in which records survive a crash, and wait for their destination. Default: memory. */
  readonly spool?: string;
  /**
   * How safe a record is once taken: `memory` (default without `spool`) survives an outage of the
   * destination, `os` (default with `spool`) also the end of the process, `disk` also a power loss.
   */
  readonly durability?: 'memory' | 'os' | 'disk';
  /** The most that may wait for a destination, in bytes. Default 1 GiB, 64 MiB in memory. */
  readonly maxBytes?: number;
  /** Which records go when that is not enough; each is counted. Default `drop-oldest`. */
  readonly onFull?: 'drop-oldest' | 'drop-newest';
  /** Records that have waited longer are dropped and counted. In milliseconds. Default: no limit. */
  readonly maxAgeMs?: number;
  /** OTLP requests in flight. Default 1: only then the order of records is kept. */
  readonly concurrency?: number;
  /**
   * Longest wait for a batch to fill, in milliseconds. Default 1,000; of a processor first
   * `OTEL_BLRP_SCHEDULE_DELAY` (`OTEL_BSP_…`).
   */
  readonly flushIntervalMs?: number;
  /**
   * Most records in a batch. Default 512 for exporters; over OTLP as many as fit in 1 MiB, of a processor first
   * `OTEL_BLRP_MAX_EXPORT_BATCH_SIZE` (`OTEL_BSP_…`).
   */
  readonly flushBatchSize?: number;
  /** How long a naturally ending process waits for what is pending, in milliseconds. Default 5,000. */
  readonly exitTimeoutMs?: number;
  /**
   * Whether to flush on SIGTERM, SIGINT, SIGHUP and SIGUSR2. If the app listens to the signal, it also decides about
   * the process; else the signal's own action follows. Default: if the pipeline or an exporter is ours, so not of a
   * processor, whose pipeline is the app's.
   */
  readonly handleSignals?: boolean;
  /** Told what went wrong: once per outage or burst, never with event contents. */
  readonly onError?: (error: OtelEventsError) => void;
}

/** Those that say where records wait, and how many. */
export type StorageOptions = Pick<
  DeliveryOptions,
  'spool' | 'durability' | 'maxBytes' | 'onFull' | 'maxAgeMs'
>;

export const STORAGE_CHECKS: Checks<StorageOptions> = {
  spool: path,
  durability: oneOf('memory', 'os', 'disk'),
  maxBytes: whole(1024),
  onFull: oneOf('drop-oldest', 'drop-newest'),
  maxAgeMs: whole(1),
};

export const DELIVERY_CHECKS: Checks<DeliveryOptions> = {
  ...STORAGE_CHECKS,
  endpoint: httpUrl,
  headers,
  agent,
  concurrency: whole(1),
  flushIntervalMs: whole(0),
  flushBatchSize: whole(1),
  exitTimeoutMs: whole(0),
  handleSignals: flag,
  onError: fn,
};

/**
 * Refuses what contradicts itself: silence would promise what does not hold.
 * @throws OtelEventsError `OPTION_INVALID`
 */
export function checkDurability({ spool, durability = 'memory' }: StorageOptions): void {
  if (spool !== undefined || durability === 'memory') return;
  const message = `option durability: '${durability}' needs a directory`;
  throw new OtelEventsError('OPTION_INVALID', message, { fix: 'give the option spool, or leave it out' });
}
