import type { ProcessorComponent } from '../component.ts';
import { integer, mapping, optional, type Read, text, words } from '../config/shape.ts';
import { duration } from '../config/value-shapes.ts';

const shape = mapping({
  timeout: optional(duration, 200),
  send_batch_size: optional(integer(0, 2 ** 32 - 1), 8_192),
  send_batch_max_size: optional(integer(0, 2 ** 32 - 1), 0),
  metadata_keys: optional(words(text()), []),
  metadata_cardinality_limit: optional(integer(0, 2 ** 32 - 1), 1_000),
});

/**
 * Lets requests pass at once: what waited here would be answered with 200 and lie in memory only. The queues behind it
 * are where they wait for each other, as long and until they are as large as is said here.
 */
export const batchProcessor: ProcessorComponent<Read<typeof shape>> = {
  type: 'batch',
  shape,
  check: ({ send_batch_size: size, send_batch_max_size: most, metadata_keys: keys = [] }, { add }) => {
    if (most > 0 && most < size) add('send_batch_max_size', 'is less than send_batch_size');
    const lower = keys.map((key) => key?.toLowerCase());
    if (new Set(lower).size < keys.length) add('metadata_keys', 'names a key twice');
  },
  batching: ({ timeout, send_batch_size: size, send_batch_max_size: most }) => ({
    sizer: 'items',
    minSize: size,
    maxSize: most,
    // 0: nothing waits, whatever its size.
    flushTimeoutMs: timeout,
  }),
  create: () => ({ process: (request) => request }),
};
