import { OtelEventsError } from '../errors.ts';
import { answerError } from '../otlp/http/answer-error.ts';
import { partialError, partialSuccess } from '../otlp/http/decode-answer.ts';
import { type HttpVerdict, httpVerdict, verdictIn } from '../otlp/http/http-verdict.ts';
import { type PostRequest, type PostResponse, post, targetOf } from '../otlp/http/post.ts';
import type { Batch, Signal } from '../otlp/wire/batch.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import { type QueueOutcome as Outcome, type Place, SendQueue } from '../spool/send/send-queue.ts';
import type { BatchExporter } from './batch-exporter.ts';

/** Where batches are posted, and how; times in milliseconds. */
export interface OtlpExporterOptions {
  /** The name in messages. */
  readonly name: string;
  readonly urls: Readonly<Record<Signal, URL>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: 'gzip' | 'none';
  readonly encoding: Batch['encoding'];
  /** One attempt, connect included. */
  readonly timeoutMs: number;
  /** Without a queue a batch is taken only when it has been delivered. */
  readonly queue: { readonly enabled: boolean; readonly size: number; readonly sizer: QueueSizer };
  /** `maxElapsedMs` of `Infinity` retries for as long as the exporter lives. */
  readonly retry: {
    readonly enabled: boolean;
    readonly initialMs: number;
    readonly maxMs: number;
    readonly maxElapsedMs: number;
  };
  /** Called for the first failure of an outage, and for every batch that is given up. */
  readonly onError: (error: OtelEventsError) => void;
  /** Called for every batch that is delivered. */
  readonly onDelivered: () => void;
  /** Called for log records or spans that were taken and are lost. */
  readonly onDropped?: (count: number, reason: string) => void;
}

/** What the size of a queue counts. */
export type QueueSizer = 'requests' | 'items' | 'bytes';

/** A queue that is not counted in bytes still holds no more than this: 1,000 requests of 20 MiB would be 20 GB. */
const MAX_QUEUED_BYTES = 256 * 1024 * 1024;

const CONTENT_TYPE = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;

/** A batch in the encoding in which it is sent. */
interface Parcel extends Batch {
  /** Items that the destination refused with a partial success. */
  refused: number;
  /** Why the last attempt failed. */
  failure?: OtelEventsError;
  readonly settle?: (outcome: Outcome) => void;
}

/** Anything else a destination may take later, such as with another token. */
const ABOUT_THE_DATA: ReadonlySet<HttpVerdict | undefined> = new Set(['invalid', 'too_large']);

/**
 * Posts batches to an OTLP/HTTP server from a queue in memory, one request at a time for each signal, in
 * order. A batch is taken when it is in the queue; a full queue refuses it.
 */
export function otlpExporter(options: OtlpExporterOptions): BatchExporter {
  return new OtlpExporter(options);
}

class OtlpExporter implements BatchExporter {
  readonly #options: OtlpExporterOptions;
  readonly #queues: Readonly<Record<Signal, SendQueue<Parcel>>>;
  readonly reserve?: (batch: Batch) => Place;
  readonly #taken = { sent: 0, queued: 0, dropped: 0 };
  #queuedBytes = 0;

  constructor(options: OtlpExporterOptions) {
    this.#options = options;
    this.#queues = { logs: this.#queueFor(options), traces: this.#queueFor(options) };
    if (options.queue.enabled) this.reserve = (batch) => this.#reserve(this.#toParcel(batch));
  }

  readonly consume = async (batch: Batch): Promise<void> => {
    const parcel = this.#toParcel(batch);
    if (this.#options.queue.enabled) return this.#push(parcel);
    await new Promise<void>((resolve, reject) => {
      const settle = (outcome: Outcome): void => {
        if (outcome.column === 'acked') resolve();
        else reject(undelivered(outcome.reason, waiting.failure));
      };
      const waiting: Parcel = { ...parcel, settle };
      this.#push(waiting);
    });
  };

  readonly taken = () => ({ ...this.#taken });

  readonly close = async (timeoutMs: number): Promise<void> => {
    await Promise.all([this.#queues.logs.close(timeoutMs), this.#queues.traces.close(timeoutMs)]);
  };

  #toParcel(batch: Batch): Parcel {
    const { encoding } = this.#options;
    const bytes = encoding === 'protobuf' ? OtlpRequest.of(batch).protobuf() : OtlpRequest.of(batch).json();
    return { signal: batch.signal, encoding, bytes, count: batch.count, refused: 0 };
  }

  #push(parcel: Parcel): void {
    if (!this.#reserve(parcel).take()) throw this.#full();
  }

  #reserve(parcel: Parcel): Place {
    const { byteLength } = parcel.bytes;
    const fits = this.#options.queue.sizer === 'bytes' || this.#queuedBytes + byteLength <= MAX_QUEUED_BYTES;
    const place = fits ? this.#queues[parcel.signal].reserve(parcel) : undefined;
    if (place === undefined) throw this.#full();
    this.#queuedBytes += byteLength;
    const letGo = (): void => {
      place.letGo();
      this.#queuedBytes -= byteLength;
    };
    const take = (): boolean => {
      const taken = place.take();
      if (taken) this.#taken.queued += parcel.count;
      else this.#queuedBytes -= byteLength;
      return taken;
    };
    return { take, letGo };
  }

  #full(): OtelEventsError {
    const message = `${this.#options.name}: the queue is full`;
    return new OtelEventsError('QUEUE_FULL', message, { retry: {}, reason: 'queue_full' });
  }

  #queueFor({ name, queue, retry, onError }: OtlpExporterOptions): SendQueue<Parcel> {
    const bySize = queue.sizer !== 'requests';
    return new SendQueue<Parcel>({
      name,
      send: ([parcel], signal) => (parcel === undefined ? Promise.resolve() : this.#send(parcel, signal)),
      batchSize: 1,
      sizeOf: ({ count, bytes }) => (queue.sizer === 'items' ? count : bytes.byteLength),
      maxItems: bySize ? Number.POSITIVE_INFINITY : queue.size,
      maxBytes: bySize ? queue.size : Number.POSITIVE_INFINITY,
      initialBackoffMs: retry.initialMs,
      maxBackoffMs: retry.maxMs,
      maxElapsedMs: retry.maxElapsedMs,
      onOutcome: (parcels, outcome) => {
        for (const parcel of parcels) this.#count(parcel, outcome);
      },
      onError,
    });
  }

  #count(parcel: Parcel, outcome: Outcome): void {
    const { count, refused, bytes, settle } = parcel;
    const delivered = outcome.column === 'acked' ? count - refused : 0;
    this.#taken.queued -= count;
    this.#taken.sent += delivered;
    // Without a queue the caller is told of a failure: it is his to count.
    if (settle === undefined || outcome.column === 'acked') this.#drop(count - delivered, outcome);
    this.#queuedBytes -= bytes.byteLength;
    if (outcome.column === 'acked' && refused === 0) this.#options.onDelivered();
    settle?.(outcome);
  }

  #drop(count: number, outcome: Outcome): void {
    if (count === 0) return;
    this.#taken.dropped += count;
    this.#options.onDropped?.(count, outcome.column === 'acked' ? 'partial_success' : outcome.reason);
  }

  async #send(parcel: Parcel, signal: AbortSignal): Promise<void> {
    const { urls, headers, compression, timeoutMs, retry } = this.#options;
    const url = urls[parcel.signal];
    const type = { 'content-type': CONTENT_TYPE[parcel.encoding], 'user-agent': 'otel-events-collector' };
    const request = {
      url,
      headers: { ...type, ...headers },
      body: parcel.bytes,
      compression,
      timeoutMs,
      signal,
    };
    try {
      const response = await post(request);
      if (httpVerdict(response.status) !== 'taken') throw answerError(url, response);
      this.#noteRefused(parcel, response, request);
    } catch (error) {
      parcel.failure = error as OtelEventsError;
      throw retry.enabled ? error : final(error);
    }
  }

  /** @see OTLP specification, "Partial Success": it is not retried. */
  #noteRefused(parcel: Parcel, answer: PostResponse, request: PostRequest): void {
    const partial = partialSuccess(parcel, answer, request);
    const error = partialError(targetOf(request.url), parcel.count, partial);
    parcel.refused = partial.refused;
    if (error !== undefined) this.#options.onError(error);
  }
}

/** For the sender of a batch, who may come again unless the destination has refused the data as they are. */
function undelivered(reason: string, failure: OtelEventsError | undefined): OtelEventsError {
  const isForGood = failure?.retry === undefined && ABOUT_THE_DATA.has(verdictIn(reason));
  const retry = isForGood ? {} : { retry: failure?.retry ?? {} };
  return new OtelEventsError('EXPORT_FAILED', `not delivered: ${reason}`, { ...retry, reason });
}

/** The same error for somebody who may not try again. */
function final(error: unknown): OtelEventsError {
  const { message, reason = 'no_answer' } = error as OtelEventsError;
  return new OtelEventsError('EXPORT_FAILED', message, { cause: error, reason });
}
