import { OtelEventsError } from '../errors.ts';

/** What became of items that were pushed. */
export type Outcome =
  | { readonly column: 'acked' }
  | { readonly column: 'rejected'; readonly reason: string }
  | { readonly column: 'dropped'; readonly reason: string };

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
  readonly onOutcome?: (items: readonly T[], outcome: Outcome) => void;
  /** Called once per outage, once per burst of drops, and for every final rejection. */
  readonly onError?: (error: OtelEventsError) => void;
  readonly sizeOf?: (item: T) => number;
  /** Default 64 MiB, by `sizeOf`. */
  readonly maxBytes?: number;
  /** Default 100,000. */
  readonly maxItems?: number;
  /** Which items go when the queue is full. Default `drop-oldest`; what is being sent always stays. */
  readonly onFull?: 'drop-oldest' | 'drop-newest';
  /** Items in one `send`. Default 512. */
  readonly batchSize?: number;
  /** Longest wait for a batch to fill; 0 sends in the next turn. Default 0. */
  readonly flushIntervalMs?: number;
  /** Default 500. */
  readonly initialBackoffMs?: number;
  /** Default 30,000. */
  readonly maxBackoffMs?: number;
}

/** A wait of the queue that `flush` and `close` can cut short. */
interface Wait {
  readonly kind: 'fill' | 'backoff';
  readonly end: () => void;
}

/**
 * A bounded queue in memory in front of one destination: one batch in flight, so order holds, retried with
 * jittered exponential backoff without a give-up time. The only place that retries.
 *
 * Timers do not keep the process alive: whoever owns the queue flushes it before the process ends.
 */
export class SendQueue<T> {
  readonly #options: Required<Omit<SendQueueOptions<T>, 'onOutcome' | 'onError'>>;
  readonly #onOutcome: (items: readonly T[], outcome: Outcome) => void;
  readonly #onError: (error: OtelEventsError) => void;
  readonly #giveUp = new AbortController();
  #waiting: T[] = [];
  #inFlight: readonly T[] = [];
  #bytes = 0;
  #pushed = 0;
  #settled = 0;
  #wait: Wait | undefined;
  #draining = false;
  #closed = false;
  #failing = false;
  #dropping = false;
  /** Flushes waiting for `#settled` to reach a count. */
  #waiters: { readonly count: number; readonly resolve: () => void }[] = [];

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
      ...rest,
    };
  }

  /** Items whose fate is not known yet. */
  get pending(): number {
    return this.#pushed - this.#settled;
  }

  /** True from the first failed attempt of an outage until an attempt succeeds. */
  get failing(): boolean {
    return this.#failing;
  }

  /** Takes an item. Never blocks and never throws; what does not fit is counted and reported. */
  push(item: T): void {
    this.#pushed++;
    if (this.#closed) return this.#settle([item], { column: 'dropped', reason: 'closed' });
    const size = this.#options.sizeOf(item);
    if (!this.#makeRoom(size)) return this.#drop([item]);
    this.#waiting.push(item);
    this.#bytes += size;
    if (!this.#draining) void this.#drain();
    else if (this.#wait?.kind === 'fill' && this.#waiting.length >= this.#options.batchSize) this.#wait.end();
  }

  /** Resolves when everything pushed before has been settled; cuts a running wait short once. */
  flush(): Promise<void> {
    const count = this.#pushed;
    if (this.#settled >= count) return Promise.resolve();
    this.#wait?.end();
    return new Promise((resolve) => this.#waiters.push({ count, resolve }));
  }

  /** Flushes for at most `timeoutMs`; what is left then counts as dropped. Idempotent. */
  async close(timeoutMs: number): Promise<void> {
    this.#closed = true;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.flush(), timeout]);
    clearTimeout(timer);
    if (this.pending === 0) return;
    const left = [...this.#inFlight, ...this.#waiting];
    this.#inFlight = [];
    this.#waiting = [];
    this.#giveUp.abort();
    this.#settle(left, { column: 'dropped', reason: 'closed' });
    this.#onError(
      new OtelEventsError('QUEUE_FULL', `${this.#options.name}: ${left.length} not delivered before close`),
    );
  }

  #makeRoom(size: number): boolean {
    const { maxItems, maxBytes, onFull, sizeOf } = this.#options;
    if (size > maxBytes) return false;
    let oldest = 0;
    while (
      this.#waiting.length - oldest + this.#inFlight.length >= maxItems ||
      this.#bytes + size > maxBytes
    ) {
      const victim = this.#waiting[oldest];
      if (onFull === 'drop-newest' || victim === undefined) break;
      this.#bytes -= sizeOf(victim);
      oldest++;
    }
    if (oldest > 0) this.#drop(this.#waiting.splice(0, oldest));
    return this.#waiting.length + this.#inFlight.length < maxItems && this.#bytes + size <= maxBytes;
  }

  #drop(items: readonly T[]): void {
    this.#settle(items, { column: 'dropped', reason: 'queue_full' });
    if (this.#dropping) return;
    this.#dropping = true;
    this.#onError(
      new OtelEventsError('QUEUE_FULL', `${this.#options.name}: the queue is full, items are dropped`, {
        fix: 'the destination is slower than the source, or away; the ledger counts each drop',
      }),
    );
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < this.#options.batchSize && !this.#closed && this.#waiters.length === 0) {
        await this.#pause('fill', this.#options.flushIntervalMs);
      }
      this.#inFlight = this.#waiting.splice(0, this.#options.batchSize);
      if (this.#inFlight.length > 0) await this.#sendUntilSettled();
    }
    this.#draining = false;
  }

  async #sendUntilSettled(): Promise<void> {
    for (let attempt = 0; this.#inFlight.length > 0; attempt++) {
      const batch = this.#inFlight;
      try {
        await this.#options.send(batch, this.#giveUp.signal);
        if (this.#inFlight === batch) this.#finish(batch, { column: 'acked' });
        this.#failing = false;
        this.#dropping = false;
      } catch (cause) {
        if (this.#inFlight !== batch) return;
        const error = this.#toError(cause);
        if (error.retry === undefined) {
          this.#finish(batch, { column: 'rejected', reason: error.code.toLowerCase() });
          this.#onError(error);
          return;
        }
        if (!this.#failing) this.#onError(error);
        this.#failing = true;
        await this.#pause('backoff', error.retry.afterMs ?? this.#backoffMs(attempt));
      }
    }
  }

  #finish(batch: readonly T[], outcome: Outcome): void {
    this.#inFlight = [];
    for (const item of batch) this.#bytes -= this.#options.sizeOf(item);
    this.#settle(batch, outcome);
  }

  #settle(items: readonly T[], outcome: Outcome): void {
    this.#settled += items.length;
    this.#onOutcome(items, outcome);
    if (this.#waiters.length === 0) return;
    for (const waiter of this.#waiters) if (this.#settled >= waiter.count) waiter.resolve();
    this.#waiters = this.#waiters.filter(({ count }) => this.#settled < count);
  }

  #toError(cause: unknown): OtelEventsError {
    if (cause instanceof OtelEventsError) return cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    return new OtelEventsError('EXPORT_FAILED', `${this.#options.name}: ${message}`, { cause, retry: {} });
  }

  /** Exponential with full jitter in the upper half, so that many processes do not retry in step. */
  #backoffMs(attempt: number): number {
    const { initialBackoffMs, maxBackoffMs } = this.#options;
    const ceiling = Math.min(maxBackoffMs, initialBackoffMs * 2 ** Math.min(attempt, 20));
    return ceiling / 2 + (Math.random() * ceiling) / 2;
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
}
