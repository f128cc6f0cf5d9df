import { OtelEventsError } from '../../errors.ts';
import { clearTimeout, performance, setTimeout, within } from '../../time.ts';
import { retryDelayMs } from '../disk/retry-delay.ts';
import type { Outcome } from '../log/outcome.ts';

/** What became of items that were pushed: a queue in memory hands nothing over to another process. */
export type QueueOutcome = Exclude<Outcome, { readonly column: 'handedOver' }>;

/** How a {@link SendQueue} works; every time is in milliseconds. */
export interface SendQueueOptions<T> {
  /** The name in messages. */
  readonly name: string;
  /**
   * Sends one batch once. A rejection with an `OtelEventsError` that has no `retry` is final: the batch
   * counts as rejected. Any other rejection is tried again, in order, until it succeeds or the queue closes.
   * `signal` aborts when the queue gives up at the end of `close`.
   */
  readonly send: (items: readonly T[], signal: AbortSignal) => Promise<void>;
  /** Called once for every item pushed, when its fate is known. */
  readonly onOutcome?: (items: readonly T[], outcome: QueueOutcome) => void;
  /** Called once per outage, once per burst of drops, and for every final rejection. */
  readonly onError?: (error: OtelEventsError) => void;
  readonly sizeOf?: (item: T) => number;
  /** Default 64 MiB, by `sizeOf`. */
  readonly maxBytes?: number;
  /** Default 100,000. */
  readonly maxItems?: number;
  /**
   * Which items go when the queue is full. Default `drop-oldest`; what is being sent always stays. Whoever
   * wants to be told instead reserves a place.
   */
  readonly onFull?: 'drop-oldest' | 'drop-newest';
  /** Items in one `send`. Default 512. */
  readonly batchSize?: number;
  /** Longest wait for a batch to fill; 0 sends in the next turn. Default 0. */
  readonly flushIntervalMs?: number;
  /** Default 500. */
  readonly initialBackoffMs?: number;
  /** Default 30,000. */
  readonly maxBackoffMs?: number;
  /** How long a batch is tried before it counts as rejected, `gave_up`. Default: as long as the queue lives. */
  readonly maxElapsedMs?: number;
}

interface Entry<T> {
  readonly item: T;
  readonly size: number;
  /** Place in the order of pushes, from 1. */
  readonly place: number;
}

/** A place in a queue, kept for an item that may come: it is taken or let go, once. */
export interface Place {
  /** @returns false when the queue was closed meanwhile */
  readonly take: () => boolean;
  readonly letGo: () => void;
}

/** A wait of the queue that `flush` and `close` can cut short. */
interface Wait {
  readonly kind: 'fill' | 'backoff';
  readonly end: () => void;
}

/**
 * A bounded queue in memory in front of one destination: one batch in flight, so order holds, retried with
 * jittered exponential backoff without a give-up time. This and `Sender` are the places that retry.
 *
 * Timers do not keep the process alive: whoever owns the queue flushes it before the process ends.
 */
export class SendQueue<T> {
  readonly #options: Required<Omit<SendQueueOptions<T>, 'onOutcome' | 'onError'>>;
  readonly #onOutcome: (items: readonly T[], outcome: QueueOutcome) => void;
  readonly #onError: (error: OtelEventsError) => void;
  readonly #giveUp = new AbortController();
  #waiting: Entry<T>[] = [];
  #inFlight: readonly Entry<T>[] = [];
  #bytes = 0;
  /** Places for items that are not there yet; their bytes count in `#bytes`. */
  #reserved = 0;
  #pushed = 0;
  #wait: Wait | undefined;
  #draining = false;
  #closed = false;
  #failing = false;
  #dropping = false;
  /** Flushes, each waiting until nothing pushed up to its place is unsettled. */
  #waiters: { readonly place: number; readonly resolve: () => void }[] = [];

  constructor(options: SendQueueOptions<T>) {
    const { onOutcome = () => {}, onError = () => {}, ...rest } = options;
    this.#onOutcome = onOutcome;
    this.#onError = onError;
    this.#options = {
      sizeOf: () => 0,
      maxBytes: 64 * 1024 * 1024,
      maxItems: 100_000,
      onFull: 'drop-oldest',
      batchSize: 512,
      flushIntervalMs: 0,
      initialBackoffMs: 500,
      maxBackoffMs: 30_000,
      maxElapsedMs: Number.POSITIVE_INFINITY,
      ...rest,
    };
  }

  /** Items whose fate is not known yet. */
  get pending(): number {
    return this.#waiting.length + this.#inFlight.length;
  }

  /**
   * Takes an item. Never blocks and never throws; what does not fit is counted and reported.
   * @returns whether the item is in the queue
   */
  push(item: T): boolean {
    const size = this.#options.sizeOf(item);
    const entry: Entry<T> = { item, size, place: ++this.#pushed };
    if (this.#closed) this.#settle([entry], { column: 'dropped', reason: 'closed' });
    else if (this.#makeRoom(size)) return this.#enqueue(entry);
    else this.#drop([entry]);
    return false;
  }

  /** Keeps a place for an item; undefined when there is none. Nothing makes room for it. */
  reserve(item: T): Place | undefined {
    const size = this.#options.sizeOf(item);
    if (this.#closed || !this.#fits(size, 0)) return undefined;
    this.#reserved++;
    this.#bytes += size;
    const letGo = (): void => {
      this.#reserved--;
      this.#bytes -= size;
    };
    const take = (): boolean => {
      letGo();
      return !this.#closed && this.#enqueue({ item, size, place: ++this.#pushed });
    };
    return { take, letGo };
  }

  /** Resolves when everything pushed before has been settled; cuts a running wait short, once. */
  flush(): Promise<void> {
    if (this.pending === 0) return Promise.resolve();
    this.#wait?.end();
    return new Promise((resolve) => this.#waiters.push({ place: this.#pushed, resolve }));
  }

  /** Flushes for at most `timeoutMs`; what is left then counts as dropped. Idempotent. */
  async close(timeoutMs: number): Promise<void> {
    this.#closed = true;
    await within(timeoutMs, this.flush());
    if (this.pending === 0) return;
    const left = [...this.#inFlight, ...this.#waiting];
    this.#inFlight = [];
    this.#waiting = [];
    this.#giveUp.abort();
    this.#wait?.end();
    this.#settle(left, { column: 'dropped', reason: 'closed' });
    const message = `${this.#options.name}: ${left.length} not delivered before close, dropped`;
    this.#onError(new OtelEventsError('EXPORT_FAILED', message));
  }

  #enqueue(entry: Entry<T>): true {
    this.#waiting.push(entry);
    this.#bytes += entry.size;
    if (!this.#draining) void this.#drain();
    else if (this.#waiting.length >= this.#options.batchSize) this.#endWait('fill');
    return true;
  }

  #makeRoom(size: number): boolean {
    const { maxBytes, onFull } = this.#options;
    let oldest = 0;
    if (onFull === 'drop-oldest' && size <= maxBytes) {
      for (; oldest < this.#waiting.length && !this.#fits(size, oldest); oldest++) {
        this.#bytes -= this.#waiting[oldest]?.size ?? 0;
      }
    }
    if (oldest > 0) this.#drop(this.#waiting.splice(0, oldest));
    return this.#fits(size, 0);
  }

  #fits(size: number, without: number): boolean {
    const { maxItems, maxBytes } = this.#options;
    return this.pending + this.#reserved - without < maxItems && this.#bytes + size <= maxBytes;
  }

  #drop(entries: readonly Entry<T>[]): void {
    this.#settle(entries, { column: 'dropped', reason: 'queue_full' });
    if (this.#dropping) return;
    this.#dropping = true;
    const message = `${this.#options.name}: the queue is full, items are dropped`;
    const fix = 'the destination is slower than the source, or away; each drop is counted';
    this.#onError(new OtelEventsError('QUEUE_FULL', message, { fix }));
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    while (this.#waiting.length > 0) {
      await this.#waitForMore();
      this.#inFlight = this.#waiting.splice(0, this.#options.batchSize);
      if (this.#inFlight.length > 0) await this.#sendUntilSettled(this.#inFlight);
    }
    this.#draining = false;
  }

  async #waitForMore(): Promise<void> {
    const hurried = this.#closed || this.#waiters.length > 0;
    if (hurried || this.#waiting.length >= this.#options.batchSize) return;
    await this.#pause('fill', this.#options.flushIntervalMs);
  }

  async #sendUntilSettled(batch: readonly Entry<T>[]): Promise<void> {
    const items = batch.map(({ item }) => item);
    const startedMs = performance.now();
    // `close` takes the batch away when its time is up: then nothing is left to do here.
    for (let attempt = 0; this.#inFlight === batch; attempt++) {
      const error = await this.#attempt(items);
      if (this.#inFlight !== batch) return;
      if (error?.retry === undefined) this.#finish(batch, error);
      else await this.#afterFailure(batch, this.#delayMs(attempt, error), startedMs, error);
    }
  }

  async #afterFailure(batch: readonly Entry<T>[], waitMs: number, startedMs: number, error: OtelEventsError) {
    if (!this.#failing) this.#onError(error);
    const givesUp = performance.now() - startedMs + waitMs > this.#options.maxElapsedMs;
    if (givesUp) this.#finish(batch, this.#gaveUp(error));
    // Also after giving a batch up: the destination has not answered yet.
    this.#failing = true;
    if (!givesUp) await this.#pause('backoff', waitMs);
  }

  async #attempt(items: readonly T[]): Promise<OtelEventsError | undefined> {
    try {
      await this.#options.send(items, this.#giveUp.signal);
      return undefined;
    } catch (cause) {
      return this.#toError(cause);
    }
  }

  #finish(batch: readonly Entry<T>[], error: OtelEventsError | undefined): void {
    this.#inFlight = [];
    for (const { size } of batch) this.#bytes -= size;
    // The destination answered, if only to refuse: the outage, if there was one, is over.
    this.#failing = false;
    this.#dropping = false;
    if (error === undefined) {
      this.#settle(batch, { column: 'acked' });
    } else {
      this.#settle(batch, { column: 'rejected', reason: error.reason ?? error.code.toLowerCase() });
      this.#onError(error);
    }
  }

  #gaveUp(cause: OtelEventsError): OtelEventsError {
    const message = `${this.#options.name}: gave up after ${this.#options.maxElapsedMs} ms: ${cause.message}`;
    return new OtelEventsError('EXPORT_FAILED', message, { cause, reason: 'gave_up' });
  }

  #settle(entries: readonly Entry<T>[], outcome: QueueOutcome): void {
    this.#onOutcome(
      entries.map(({ item }) => item),
      outcome,
    );
    if (this.#waiters.length === 0) return;
    const first = this.#inFlight[0]?.place ?? this.#waiting[0]?.place ?? Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiters) if (first > waiter.place) waiter.resolve();
    this.#waiters = this.#waiters.filter(({ place }) => first <= place);
  }

  #toError(cause: unknown): OtelEventsError {
    if (cause instanceof OtelEventsError) return cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    return new OtelEventsError('EXPORT_FAILED', `${this.#options.name}: ${message}`, { cause, retry: {} });
  }

  #delayMs(attempt: number, { retry }: OtelEventsError): number {
    return retryDelayMs(this.#options, attempt, retry?.afterMs);
  }

  #pause(kind: Wait['kind'], ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#wait = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      timer.unref();
      this.#wait = { kind, end };
    });
  }

  #endWait(kind: Wait['kind']): void {
    if (this.#wait?.kind === kind) this.#wait.end();
  }
}
