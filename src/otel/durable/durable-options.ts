import type { Agent } from 'node:http';
import { OtelEventsError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';
import { isAgent } from '../../otlp/http/http-client.ts';

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

interface Check {
  readonly wanted: string;
  readonly accepts: (value: unknown) => boolean;
}

const text: Check = {
  wanted: 'a string that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};

const CHECKS: Readonly<Record<keyof DurableProcessorOptions, Check>> = {
  endpoint: text,
  headers: {
    wanted: 'an object of strings',
    accepts: (value) => isMap(value) && Object.values(value).every((item) => typeof item === 'string'),
  },
  agent: { wanted: 'an agent of node:http or node:https', accepts: isAgent },
  spool: text,
  durability: oneOf('memory', 'os', 'disk'),
  maxBytes: whole(1024),
  onFull: oneOf('drop-oldest', 'drop-newest'),
  maxAgeMs: whole(1),
  concurrency: whole(1),
  flushIntervalMs: whole(0),
  flushBatchSize: whole(1),
  flushTimeoutMs: whole(0),
  exitTimeoutMs: whole(0),
  handleSignals: { wanted: 'true or false', accepts: (value) => typeof value === 'boolean' },
  onError: { wanted: 'a function', accepts: (value) => typeof value === 'function' },
};

/**
 * Checks the options of a durable processor; the URL is looked at where it is used.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function checkDurableOptions(options: DurableProcessorOptions): void {
  if (!isMap(options)) throw invalid('options: wanted an object');
  for (const [key, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key as keyof DurableProcessorOptions] : undefined;
    if (check === undefined) throw unknown(key);
    if (value !== undefined && !check.accepts(value)) throw invalid(`option ${key}: wanted ${check.wanted}`);
  }
  const { spool, durability = 'memory' } = options;
  if (spool === undefined && durability !== 'memory') {
    throw invalid(`option durability: '${durability}' needs a directory`, 'give the option spool');
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function whole(least: number): Check {
  const accepts = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= least;
  return { wanted: `a whole number, at least ${least}`, accepts };
}

function oneOf(...values: readonly string[]): Check {
  const names = values.map((value) => `'${value}'`);
  return { wanted: `one of ${names.join(', ')}`, accepts: (value) => values.includes(value as string) };
}

function unknown(key: string): OtelEventsError {
  const known = Object.keys(CHECKS);
  const nearest = nearestName(key, known);
  const fix = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean ${nearest}?`;
  return new OtelEventsError('OPTION_UNKNOWN', `there is no option ${key}`, { fix });
}

function invalid(message: string, fix?: string): OtelEventsError {
  return new OtelEventsError('OPTION_INVALID', message, fix === undefined ? {} : { fix });
}
