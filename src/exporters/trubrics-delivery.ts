import { type BatchLimits, batchLimits } from './batch-limits.ts';

/** What Trubrics' own client does, and the bounds that it sets. */
const FLUSH_INTERVAL_MS = 10_000;
const MIN_FLUSH_INTERVAL_MS = 1000;
const FLUSH_BATCH_SIZE = 20;
const MAX_FLUSH_BATCH_SIZE = 100;

/** Paths of a host, to which `/publish_events` is still to be added; the last one is of Trubrics' own. */
const HOST_PATHS = ['', '/api/ingestion'];

/**
 * Where and when Trubrics' own client sends. A URL with another path is taken as it is.
 * @throws OtelEventsError `OPTION_INVALID`
 */
export function trubricsDelivery(
  host: URL,
  { flushIntervalMs = FLUSH_INTERVAL_MS, flushBatchSize = FLUSH_BATCH_SIZE }: BatchLimits,
): { readonly url: URL; readonly limits: BatchLimits } {
  const url = new URL(host);
  const path = url.pathname.replace(/\/$/, '');
  if (HOST_PATHS.includes(path)) url.pathname = `${path}/publish_events`;
  const bounds = { minIntervalMs: MIN_FLUSH_INTERVAL_MS, maxBatchSize: MAX_FLUSH_BATCH_SIZE };
  return { url, limits: batchLimits({ flushIntervalMs, flushBatchSize }, bounds) };
}
