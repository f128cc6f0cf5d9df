import type { CheckContext } from '../component.ts';
import type { RetryOnFailure, SendingQueue } from './queue-settings.ts';

/** As in the OpenTelemetry Collector: what is tried for a time is tried twice in it at the least. */
export function checkRetry(
  { enabled, initial_interval: initial, max_interval: longest, ...others }: RetryOnFailure,
  { add }: Pick<CheckContext, 'add'>,
): void {
  const { max_elapsed_time: elapsed, randomization_factor: chance = 0 } = others;
  if (enabled && chance > 1) add('retry_on_failure.randomization_factor', 'expected a number, 0 to 1');
  if (!enabled || elapsed === 0) return;
  const key = 'retry_on_failure.max_elapsed_time';
  if (elapsed < initial) add(key, `is less than initial_interval (${initial / 1_000}s); 0 is without an end`);
  else if (elapsed < longest)
    add(key, `is less than max_interval (${longest / 1_000}s); 0 is without an end`);
}

/** A queue in files needs somebody who says where; and what is in the queue's settings has to go together. */
export function checkQueue(
  { storage, enabled, queue_size: size, sizer, batch, wait_for_result: waits }: SendingQueue,
  { add, providing }: CheckContext,
): void {
  if (enabled && batch?.enabled)
    checkBatch(batch, (key, message) => add(`sending_queue.batch.${key}`, message));
  if (enabled && batch?.enabled && batch.sizer === sizer && batch.min_size > size)
    add('sending_queue.batch.min_size', 'is more than queue_size');
  if (enabled && size === 0) add('sending_queue.queue_size', 'expected 1 or more, or enabled: false');
  if (enabled && waits && storage !== undefined)
    add(
      'sending_queue.wait_for_result',
      'expected no storage: who waits for the result need not keep anything',
    );
  if (storage === undefined || providing('storage').includes(storage)) return;
  add('sending_queue.storage', 'expected the id of a file_storage extension that service.extensions lists');
}

function checkBatch(
  { sizer, flush_timeout: timeoutMs, min_size: min, max_size: max }: NonNullable<SendingQueue['batch']>,
  add: (key: string, message: string) => void,
): void {
  if (sizer === 'requests') add('sizer', 'expected items or bytes; without it what the queue counts holds');
  if (timeoutMs === 0) add('flush_timeout', 'expected a duration above 0');
  if (max > 0 && max < min) add('max_size', 'is less than min_size');
}
