import type { ConfigNode } from '../config/config-node.ts';
import {
  absent,
  boolean,
  integer,
  isNothing,
  mapping,
  oneOf,
  optional,
  type Read,
  type Shape,
  text,
} from '../config/shape.ts';
import { decimal, duration } from '../config/value-shapes.ts';

/** What the size of a queue counts. */
const SIZERS = ['requests', 'items', 'bytes'] as const;

const batch = mapping(
  {
    enabled: optional(boolean, true),
    flush_timeout: optional(duration, 200),
    min_size: optional(integer(0), 8_192),
    // 0: any.
    max_size: optional(integer(0), 0),
    sizer: optional(oneOf(SIZERS)),
  },
  ['partition'],
);

const settings = mapping({
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
  batch: optional(batch),
});

/** `sending_queue` of an exporter. As in the OpenTelemetry Collector a batch counts items, unless the queue says what it counts. */
export const sendingQueue: Shape<Read<typeof settings>> = {
  takesNothing: true,
  read: (node, path, problems) => {
    const read = settings.read(node, path, problems);
    if (read.batch === undefined) return read;
    const inherits = isGiven(node, 'sizer') && isGiven(node, 'batch');
    const sizer = read.batch.sizer ?? (inherits ? read.sizer : 'items');
    return { ...read, batch: { ...read.batch, sizer } };
  },
};

function isGiven(node: ConfigNode, key: string): boolean {
  return node.kind === 'map' && !isNothing(node.entries.get(key)?.node);
}

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
