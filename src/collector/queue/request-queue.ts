import { OtelEventsError } from '../../errors.ts';
import type { BatchExporter, Place, TakenItems } from '../../exporters/batch-exporter.ts';
import { verdictIn } from '../../otlp/http/http-verdict.ts';
import type { Batch, Signal } from '../../otlp/wire/batch.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { Kinds } from '../../spool/kinds.ts';
import { wholeHeader } from '../../spool/log/definitions.ts';
import type { Outcome, Settlement } from '../../spool/log/outcome.ts';
import { Outbox } from '../../spool/outbox.ts';
import type { Transport } from '../../spool/send/transport.ts';
import { setImmediate } from '../../time.ts';
import { type Batching, batchingOptions } from './batching.ts';
import { deliverWhole } from './deliver-whole.ts';
import { Pace } from './pace.ts';
import type { RetryOnFailure, SendingQueue } from './queue-settings.ts';

/** Where a queue keeps what it holds. */
export interface QueueStorage {
  /** Its own: nobody else keeps anything there. */
  readonly directory: string;
  /** Whether what it answers for is brought to the disk itself. */
  readonly fsync: boolean;
}

/** What a {@link RequestQueue} needs. */
export interface RequestQueueOptions {
  /** The exporter's id, for messages. */
  readonly name: string;
  /** What is sent, and so kept, is in this encoding. */
  readonly encoding: Batch['encoding'];
  /** The way for each signal, and what ends its connections. */
  readonly transports: ReadonlyMap<Signal, { readonly send: Transport; readonly close?: () => void }>;
  readonly queue: Pick<SendingQueue, 'enabled' | 'num_consumers' | 'queue_size' | 'sizer'>;
  readonly retry: Omit<RetryOnFailure, 'multiplier' | 'randomization_factor'>;
  /** The signals whose requests are joined before they leave; the encoding is protobuf then. Default: none. */
  readonly batching?: ReadonlyMap<Signal, Batching>;
  /** Default: in memory. */
  readonly storage?: QueueStorage | undefined;
  /** Called for the first failure of an outage, and for what is given up. */
  readonly onError: (error: OtelEventsError) => void;
  /** Called when something was delivered. @param count - log records, spans or data points */
  readonly onDelivered: (signal: Signal, count: number) => void;
  /** Called for log records, spans or data points that were taken and are lost, or kept as dead letters. */
  readonly onDropped: (signal: Signal, drop: Dropped) => void;
  /** Called for those that the storage holds of an earlier process or queue, which are delivered now. */
  readonly onFound: (count: number) => void;
  /** Called at the end for those that the storage keeps for the next process. */
  readonly onLeft: (count: number) => void;
}

/** What was taken, and is not delivered. */
export interface Dropped {
  /** Log records, spans or data points. */
  readonly count: number;
  readonly reason: string;
  /** Whether they are dead letters now. */
  readonly isKept: boolean;
}

/** However it is counted, a queue in memory holds no more than this: 1,000 requests of 20 MiB would be 20 GB. */
const MAX_MEMORY_BYTES = 256 * 1024 * 1024;
/** While there is more in memory, and its destination takes it, those who fill the queue are kept in step with that. */
const PACED_BYTES = 16 * 1024 * 1024;
/** A record of the spool can be no longer. */
const MAX_REQUEST_BYTES = 255 * 1024 * 1024;

/** The requests of one signal. */
interface Line {
  readonly kinds: Kinds;
  /** Places for requests that are not there yet. */
  readonly reserved: Size;
  /** What is in it and not settled. */
  readonly items: { count: number };
}

interface Size {
  requests: number;
  items: number;
  bytes: number;
}

/** Who waits for a request where there is no queue. */
interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: OtelEventsError) => void;
}

/**
 * The `sending_queue` of an exporter: an outbox of whole requests, in memory or in files. A request is taken when it
 * is in the queue, on disk where it has storage; a full queue refuses it. Without a queue a request is taken when it
 * has been delivered.
 */
export class RequestQueue implements BatchExporter {
  readonly reserve?: (batch: Batch) => Place;
  readonly mayLinger: boolean;
  readonly #options: RequestQueueOptions;
  readonly #outbox: Outbox;
  readonly #lines = new Map<string, Line>();
  readonly #taken = { sent: 0, dropped: 0 };
  /** Found, and not yet told. */
  #untold = 0;
  readonly #pace = new Pace();
  /** By the position behind the request. */
  readonly #waiters = new Map<number, Waiter>();
  /** Why a request was refused, where somebody waits. */
  readonly #refusals = new Map<number, OtelEventsError>();

  constructor(options: RequestQueueOptions) {
    this.#options = options;
    this.mayLinger = options.storage === undefined;
    const { name, encoding, transports, queue, retry, storage, batching, onError } = options;
    this.#outbox = new Outbox({
      holds: 'requests',
      ...(storage === undefined
        ? {}
        : { spool: storage.directory, durability: storage.fsync ? 'disk' : 'os' }),
      // Its size is for places to see to: what has one is not to be dropped for another.
      maxBytes: Number.MAX_SAFE_INTEGER,
      onFull: 'drop-newest',
      onSettled: (_source, settlement) => this.#settled(settlement),
      onFound: (_source, { name: items, sinks }) => {
        for (const sink of sinks) this.#found(sink, Number(items));
      },
      onError,
    });
    for (const [signal, { send, close }] of transports) {
      const kinds = new Kinds(this.#outbox.spool, signal, wholeHeader(encoding), [signal]);
      const items = { count: 0 };
      this.#lines.set(signal, { kinds, reserved: { requests: 0, items: 0, bytes: 0 }, items });
      const joined = batching?.get(signal);
      this.#outbox.serve(signal, {
        transport: deliverWhole(send, {
          name,
          retries: retry.enabled,
          maxElapsedMs: retry.max_elapsed_time || Number.POSITIVE_INFINITY,
          largest: joined,
          onRefused: (part, { reason, error, answer }) => {
            if (queue.enabled) this.#outbox.keepRefused(signal, part, reason, answer);
            else for (const position of part.positions) this.#refusals.set(position, error);
          },
        }),
        concurrency: queue.num_consumers,
        ...(joined === undefined
          ? { maxCount: 1, flushIntervalMs: 0 }
          : batchingOptions(joined, queue, () => items.count)),
        initialBackoffMs: retry.initial_interval,
        maxBackoffMs: retry.max_interval,
        ...(close === undefined ? {} : { onClosed: close }),
      });
    }
    if (queue.enabled) this.reserve = (batch) => this.#reserve(batch);
  }

  readonly consume = async (batch: Batch): Promise<void> => {
    const place = this.#reserve(batch);
    if (!place.take()) throw this.#full();
    await (this.#options.queue.enabled ? place.kept?.() : this.#delivered(this.#outbox.spool.end));
  };

  readonly taken = (): TakenItems => {
    let queued = 0;
    for (const { items } of this.#lines.values()) queued += items.count;
    return { ...this.#taken, queued };
  };

  /** How much of the queue of a signal is taken, as its sizer counts it. */
  sizeOf(signal: Signal): number {
    const { records, bytes } = this.#outbox.pendingOf(signal);
    const held: Size = { requests: records, items: this.#lines.get(signal)?.items.count ?? 0, bytes };
    return held[this.#options.queue.sizer];
  }

  readonly close = async (timeoutMs: number): Promise<void> => {
    await this.#outbox.close(timeoutMs);
    const { queued } = this.taken();
    if (this.#options.storage !== undefined && queued > 0) this.#options.onLeft(queued);
  };

  #reserve(batch: Batch): Place {
    const { spool } = this.#outbox;
    const line = this.#lines.get(batch.signal) as Line;
    const bytes = this.#bytesOf(batch);
    const size: Size = { requests: 1, items: batch.count, bytes: bytes.byteLength };
    if (bytes.byteLength > MAX_REQUEST_BYTES)
      throw this.#tooLarge(`${bytes.byteLength} bytes`, MAX_REQUEST_BYTES);
    const { sizer, queue_size: limit } = this.#options.queue;
    // No wait would make room for it.
    if (size[sizer] > limit) throw this.#tooLarge(`${size[sizer]} ${sizer}`, limit);
    if (spool.isClosed || !this.#fits(batch.signal, line, size)) throw this.#full();
    // What is answered for has to be written: more of it would only be copies of what is sent again.
    if (this.#options.storage !== undefined && spool.failing) throw this.#unwritable();
    change(line.reserved, size, 1);
    const letGo = (): void => change(line.reserved, size, -1);
    return {
      letGo,
      take: () => {
        letGo();
        const isTaken = spool.append(line.kinds.of(String(batch.count)), bytes) !== 0;
        if (isTaken) line.items.count += batch.count;
        return isTaken;
      },
      kept: () => (this.#options.storage === undefined ? this.#inStep(batch.signal) : spool.durable()),
    };
  }

  #bytesOf(batch: Batch): Uint8Array {
    const request = OtlpRequest.of(batch);
    return this.#options.encoding === 'protobuf' ? request.protobuf() : request.json();
  }

  #fits(signal: Signal, { reserved, items }: Line, size: Size): boolean {
    const { sizer, queue_size: limit } = this.#options.queue;
    const { records, bytes } = this.#outbox.pendingOf(signal);
    const held: Size = { requests: records, items: items.count, bytes };
    if (held[sizer] + reserved[sizer] + size[sizer] > limit) return false;
    if (this.#options.storage !== undefined || sizer === 'bytes') return true;
    return this.#bytesInMemory() + size.bytes <= MAX_MEMORY_BYTES;
  }

  #bytesInMemory(): number {
    let sum = 0;
    for (const [signal, { reserved }] of this.#lines)
      sum += reserved.bytes + this.#outbox.pendingOf(signal).bytes;
    return sum;
  }

  /** Requests that wait to be joined are not waited for. */
  async #inStep(signal: Signal): Promise<void> {
    if (this.#options.batching?.has(signal) || this.#outbox.isFailing(signal)) return;
    if (this.#bytesInMemory() > PACED_BYTES) await this.#pace.wait();
  }

  /** Resolves when the request before `position` has been delivered. */
  #delivered(position: number): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.set(position, { resolve, reject }));
  }

  #found(sink: string, items: number): void {
    const line = this.#lines.get(sink);
    if (line === undefined) return;
    line.items.count += items;
    // They are found one by one, and told together.
    if (this.#untold === 0) setImmediate(() => this.#tellFound());
    this.#untold += items;
  }

  #tellFound(): void {
    const count = this.#untold;
    this.#untold = 0;
    if (count > 0) this.#options.onFound(count);
  }

  #settled({ sink, names, outcome, positions = [] }: Settlement): void {
    let items = 0;
    for (const [name, count] of names) items += Number(name) * count;
    const line = this.#lines.get(sink);
    if (line !== undefined) line.items.count -= items;
    if (this.#bytesInMemory() <= PACED_BYTES) this.#pace.goOn();
    for (const position of positions) this.#answer(position, outcome);
    if (outcome.column === 'handedOver') return;
    const signal = sink as Signal;
    if (outcome.column !== 'acked') this.#drop(signal, items, outcome.reason, false);
    else {
      const refused = outcome.refused ?? [];
      // Of a partial success nobody knows which they are.
      for (const { count, reason } of refused)
        this.#drop(signal, count, reason, reason !== 'partial_success');
      const sent = items - refused.reduce((sum, { count }) => sum + count, 0);
      this.#taken.sent += sent;
      if (sent > 0) this.#options.onDelivered(signal, sent);
    }
  }

  #drop(signal: Signal, count: number, reason: string, isRefused: boolean): void {
    // Without a queue the sender is told: it still has them.
    if (!this.#options.queue.enabled && reason !== 'partial_success') return;
    this.#taken.dropped += count;
    const isKept = isRefused && this.#options.storage !== undefined;
    this.#options.onDropped(signal, { count, reason, isKept });
  }

  #answer(position: number, outcome: Outcome): void {
    const waiter = this.#waiters.get(position);
    if (waiter === undefined) return;
    const refusal = this.#refusals.get(position);
    this.#waiters.delete(position);
    this.#refusals.delete(position);
    if (outcome.column === 'acked' && refusal === undefined) waiter.resolve();
    else waiter.reject(undelivered('reason' in outcome ? outcome.reason : '', refusal));
  }

  #full(): OtelEventsError {
    const message = `${this.#options.name}: the queue is full`;
    return new OtelEventsError('QUEUE_FULL', message, { retry: {}, reason: 'queue_full' });
  }

  #unwritable(): OtelEventsError {
    const message = `${this.#options.name}: the storage of the queue cannot be written`;
    return new OtelEventsError('QUEUE_FULL', message, { retry: {}, reason: 'storage_failed' });
  }

  #tooLarge(size: string, limit: number): OtelEventsError {
    const message = `${this.#options.name}: a request of ${size} never fits into the queue, which takes ${limit}`;
    return new OtelEventsError('EXPORT_FAILED', message, { reason: 'too_large' });
  }
}

function change(size: Size, by: Size, sign: 1 | -1): void {
  size.requests += sign * by.requests;
  size.items += sign * by.items;
  size.bytes += sign * by.bytes;
}

/** Anything else a destination may take later, such as with another token. */
const ABOUT_THE_DATA: ReadonlySet<unknown> = new Set(['invalid', 'too_large']);

/** For the sender of a request, who may come again unless the destination has refused the data as they are. */
function undelivered(outcome: string, failure: OtelEventsError | undefined): OtelEventsError {
  const reason = failure?.reason ?? outcome;
  const isForGood = failure?.retry === undefined && ABOUT_THE_DATA.has(verdictIn(reason));
  const retry = isForGood ? {} : { retry: failure?.retry ?? {} };
  return new OtelEventsError('EXPORT_FAILED', `not delivered: ${reason}`, { ...retry, reason });
}
