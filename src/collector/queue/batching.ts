import type { SinkOptions } from '../../spool/outbox.ts';
import type { SendingQueue } from './queue-settings.ts';

/** How the requests of a queue are joined before they leave. */
export interface Batching {
  /** What the sizes count. */
  readonly sizer: 'items' | 'bytes';
  /** So much is sent without waiting for more. */
  readonly minSize: number;
  /** No request that leaves is larger, unless a single item is; 0: any. */
  readonly maxSize: number;
  /** How long a request waits for others at most, in milliseconds. */
  readonly flushTimeoutMs: number;
}

/** No joined request is larger, unless it is asked for: servers of gRPC take no more than 4 MiB by default. */
const MAX_JOINED_BYTES = 4 * 1024 * 1024;

/**
 * How a sender reads the requests of a queue that batches. What fills half of the queue goes at once: nobody would be
 * served by a wait that ends in refusals.
 * @param pendingItems - of the requests in the queue, those that are being sent included
 */
export function batchingOptions(
  { sizer, minSize, maxSize, flushTimeoutMs }: Batching,
  { sizer: queueSizer, queue_size: queueSize }: Pick<SendingQueue, 'sizer' | 'queue_size'>,
  pendingItems: () => number,
): Partial<SinkOptions> {
  const half = Math.max(1, Math.floor(queueSize / 2));
  const enough = (unit: 'items' | 'bytes'): number => {
    const wanted = sizer === unit ? minSize : Number.POSITIVE_INFINITY;
    return queueSizer === unit ? Math.min(wanted, half) : wanted;
  };
  return {
    flushIntervalMs: flushTimeoutMs,
    maxCount: queueSizer === 'requests' ? half : Number.POSITIVE_INFINITY,
    maxItems: (sizer === 'items' && maxSize) || Number.POSITIVE_INFINITY,
    minItems: enough('items'),
    maxBytes: sizer === 'bytes' ? maxSize || Math.max(minSize, MAX_JOINED_BYTES) : MAX_JOINED_BYTES,
    minBytes: enough('bytes'),
    pendingItems,
  };
}
