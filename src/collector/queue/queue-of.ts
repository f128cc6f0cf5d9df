import { accessSync, constants } from 'node:fs';
import { makeDirectory } from '../../make-directory.ts';
import type { Batch, Signal } from '../../otlp/wire/batch.ts';
import type { Transport } from '../../spool/send/transport.ts';
import type { ExporterHost } from '../component.ts';
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
