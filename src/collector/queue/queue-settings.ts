import { absent, boolean, integer, mapping, oneOf, optional, type Read, text } from '../config/shape.ts';
import { decimal, duration } from '../config/value-shapes.ts';

/** What the size of a queue counts. */
const SIZERS = ['requests', 'items', 'bytes'] as const;

/** `sending_queue` of an exporter. */
export const sendingQueue = mapping({
  enabled: optional(boolean, true),
  // With one, requests leave one at a time, in order.
  num_consumers: optional(integer(1), 1),
  // 0 only where there is none.
  queue_size: optional(integer(0), 1000),
  sizer: optional(oneOf(SIZERS), 'requests'),
  storage: optional(text('the id of an extension')),
  wait_for_result: optional(boolean, false),
  block_on_overflow: absent(
    'a full queue is answered with 503, and senders come again: leave this out, and make queue_size larger',
  ),
  batch: absent(
    'requests leave as they came: leave this out and let senders make larger ones, or run the OpenTelemetry Collector',
  ),
});

/** `retry_on_failure` of an exporter. */
export const retryOnFailure = mapping({
  enabled: optional(boolean, true),
  initial_interval: optional(duration, 5_000),
  max_interval: optional(duration, 30_000),
  max_elapsed_time: optional(duration, 300_000),
  // Intervals double here, half of each is chance: what they are to others changes how long a wait is, and nothing else.
  multiplier: optional(decimal(0)),
  randomization_factor: optional(decimal(0, 1)),
});

export type SendingQueue = Read<typeof sendingQueue>;
export type RetryOnFailure = Read<typeof retryOnFailure>;
