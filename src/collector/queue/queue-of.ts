import { accessSync, constants } from 'node:fs';
import { makeDirectory } from '../../make-directory.ts';
import type { Batch, Signal } from '../../otlp/wire/batch.ts';
import type { Transport } from '../../spool/send/transport.ts';
import type { CheckContext, ExporterHost } from '../component.ts';
import { Outage } from '../outage.ts';
import type { Batching } from './batching.ts';
import type { RetryOnFailure, SendingQueue } from './queue-settings.ts';
import { RequestQueue } from './request-queue.ts';

/** The settings that every exporter with a queue has. */
export interface QueuedSettings {
  readonly sending_queue: SendingQueue;
  readonly retry_on_failure: RetryOnFailure;
}

/** A way to a destination, and what ends its connections. */
export interface Way {
  readonly send: Transport;
  readonly close?: () => void;
}

/** The queue before a destination: what an exporter that sends somewhere is, apart from its ways for the signals. */
export function queueOf(
  { sending_queue: queue, retry_on_failure: retry }: QueuedSettings,
  { id, log, drops, counts, signals, storage, batching }: ExporterHost,
  encoding: Batch['encoding'],
  wayFor: (signal: Signal) => Way,
): RequestQueue {
  // Whoever waits for the result is answered when it is delivered, as without a queue.
  const enabled = queue.enabled && !queue.wait_for_result;
  const outage = new Outage(log, 'delivery', id);
  const place = enabled && queue.storage !== undefined ? storage(queue.storage) : undefined;
  if (place !== undefined) checkPlace(place.directory);
  const joined = new Map<Signal, Batching>();
  for (const signal of signals) {
    const found = queue.batch === undefined ? batching(signal) : ownBatching(queue);
    if (queue.enabled && found !== undefined) joined.set(signal, found);
  }
  if (joined.size > 0 && queue.batch === undefined)
    log('info', 'the queue joins requests as the batch processor says', {
      exporter: id,
      signals: [...joined.keys()].join(', '),
    });
  const requests = new RequestQueue({
    name: id,
    // Only protobuf can be joined without being read.
    encoding: joined.size === 0 ? encoding : 'protobuf',
    batching: joined,
    transports: new Map([...signals].map((signal) => [signal, wayFor(signal)])),
    queue: { ...queue, enabled, queue_size: queue.queue_size || Number.MAX_SAFE_INTEGER },
    retry,
    storage: place,
    onError: (error) => {
      // What the storage says is not about the destination, and said whatever that does.
      if (error.code.startsWith('EXPORT_')) outage.failed(error);
      else log('error', error.message, { exporter: id, code: error.code });
    },
    onDelivered: (signal, count) => {
      outage.worked();
      counts.sent(signal, count);
    },
    onDropped: (signal, { count, reason, isKept }) => {
      drops.add(count, reason, isKept ? place?.directory : undefined);
      counts.dropped(signal, count, reason);
    },
    onFound: (count) => log('info', 'found in the queue', { exporter: id, count }),
    onLeft: (count) => log('info', 'left in the queue', { exporter: id, count }),
  });
  if (enabled) {
    for (const signal of signals)
      counts.queue(signal, { capacity: queue.queue_size, size: () => requests.sizeOf(signal) });
  }
  return requests;
}

function ownBatching({ batch }: SendingQueue): Batching | undefined {
  if (!batch?.enabled) return undefined;
  return {
    sizer: batch.sizer === 'bytes' ? 'bytes' : 'items',
    minSize: batch.min_size,
    maxSize: batch.max_size,
    flushTimeoutMs: batch.flush_timeout,
  };
}

/** @throws what the file system throws: a queue that can keep nothing would refuse every request */
function checkPlace(directory: string): void {
  makeDirectory(directory, 0o700);
  accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
}

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
