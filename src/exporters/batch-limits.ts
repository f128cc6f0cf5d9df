import { OtelEventsError } from '../errors.ts';

/** When an exporter is given a batch. */
export interface BatchLimits {
  /** Longest wait for a batch to fill, in milliseconds. Default: the logger's. */
  readonly flushIntervalMs?: number;
  /** Most events in one batch; less than 1 counts as 1. Default: the logger's. */
  readonly flushBatchSize?: number;
}

/** Where limits lie; by default anywhere from 0 ms, and from 1 event. */
interface Bounds {
  readonly minIntervalMs?: number;
  readonly maxBatchSize?: number;
}

/**
 * The limits as an exporter carries them, within their bounds; what was not given stays away.
 * @throws OtelEventsError `OPTION_INVALID` for what is not a number
 */
export function batchLimits(limits: BatchLimits, bounds: Bounds = {}): BatchLimits {
  const { minIntervalMs = 0, maxBatchSize = Number.MAX_SAFE_INTEGER } = bounds;
  const intervalMs = checked('flushIntervalMs', limits.flushIntervalMs);
  const size = checked('flushBatchSize', limits.flushBatchSize);
  return {
    ...(intervalMs === undefined ? {} : { flushIntervalMs: Math.max(minIntervalMs, intervalMs) }),
    ...(size === undefined ? {} : { flushBatchSize: Math.min(maxBatchSize, Math.max(1, Math.trunc(size))) }),
  };
}

function checked(name: string, value: unknown): number | undefined {
  if (value === undefined || (typeof value === 'number' && !Number.isNaN(value))) return value;
  throw new OtelEventsError('OPTION_INVALID', `option ${name}: wanted a number, got ${typeof value}`);
}
