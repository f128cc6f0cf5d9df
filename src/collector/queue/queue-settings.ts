import { boolean, integer, mapping, oneOf, optional, type Read, text } from '../config/shape.ts';
import { duration } from '../config/value-shapes.ts';

/** What the size of a queue counts. */
const SIZERS = ['requests', 'items', 'bytes'] as const;

/** `sending_queue` of an exporter. */
export const sendingQueue = mapping(
  {
    enabled: optional(boolean, true),
    // With one, requests leave one at a time, in order.
    num_consumers: optional(integer(1), 1),
    queue_size: optional(integer(1), 1000),
    sizer: optional(oneOf(SIZERS), 'requests'),
    storage: optional(text<string>('the id of an extension')),
  },
  ['batch', 'block_on_overflow', 'wait_for_result'],
);

/** `retry_on_failure` of an exporter. */
export const retryOnFailure = mapping(
  {
    enabled: optional(boolean, true),
    initial_interval: optional(duration, 5_000),
    max_interval: optional(duration, 30_000),
    max_elapsed_time: optional(duration, 300_000),
  },
  ['multiplier', 'randomization_factor'],
);

export type SendingQueue = Read<typeof sendingQueue>;
export type RetryOnFailure = Read<typeof retryOnFailure>;
