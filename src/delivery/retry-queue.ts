import { OtelEventsError } from '../errors.ts';
import { type Backoff, retryDelayMs } from '../spool/disk/retry-delay.ts';
import { ACKED, type Outcome } from '../spool/log/outcome.ts';
import { clearTimeout, setTimeout, within } from '../time.ts';

/** How a {@link RetryQueue} works. */
export interface RetryQueueOptions<T> extends Partial<Backoff> {
  /** The name in messages. */
  readonly name: string;
  /**
   * Tries one item once. A rejection with an `OtelEventsError` that has no `retry` is final; any other is tried
   * again. `signal` aborts when the queue gives up at the end of `close`.
   */
  readonly run: (item: T, signal: AbortSignal) => Promise<void>;
  /** Called once for every item, when its fate is known. */
  readonly onOutcome: (item: T, outcome: Outcome) => void;
  /** Called once per outage, once per burst of drops, and for every final rejection. */
  readonly onError: (error: OtelEventsError) => void;
  readonly sizeOf: (item: T) => number;
  /** By `sizeOf`; when more comes, the oldest that wait are dropped. Default 64 MiB. */
  readonly maxBytes?: number;
}

interface Entry<T> {
  readonly item: T;
  readonly size: number;
  /** Place in the order of pushes, from 1. */
  readonly place: number;
}

/**
 * Objects that are not for the spool, in memory, in front of something that can fail for a while: one at a time, in
 * order, each tried until it succeeds or fails for good.
 *
 * Timers do not keep the process alive: whoever owns the queue flushes it before the process ends.
 */
export class RetryQueue<T> {
  readonly #options: RetryQueueOptions<T>;
  readonly #backoff: Backoff;
  readonly #maxBytes: number;
  readonly #giveUp = new AbortController();
  #waiting: Entry<T>[] = [];
  #running: Entry<T> | undefined;
  #bytes = 0;
  #pushed = 0;
  #endWait: (() => void) | undefined;
  #isDraining = false;
  #isClosed = false;
  #isFailing = false;
  #isDropping = false;
  /** Flushes, each waiting until nothing pushed up to its place is unsettled. */
  #waiters: { readonly place: number; readonly resolve: () => void }[] = [];

  constructor(options: RetryQueueOptions<T>) {
    const { initialBackoffMs = 500, maxBackoffMs = 30_000, maxBytes = 64 * 1024 * 1024 } = options;
    this.#options = options;
    this.#backoff = { initialBackoffMs, maxBackoffMs };
    this.#maxBytes = maxBytes;
  }

  /** Items whose fate is not known yet. */
  get pending(): number {
    return this.#waiting.length + (this.#running === undefined ? 0 : 1);
  }

  /** Takes an item. Never blocks and never throws; what does not fit is counted and reported. */
  push(item: T): void {
    const entry: Entry<T> = { item, size: this.#options.sizeOf(item), place: ++this.#pushed };
    if (this.#isClosed) this.#settle([entry], { column: 'dropped', reason: 'closed' });
    else if (!this.#makeRoom(entry.size)) this.#drop([entry]);
    else {
      this.#waiting.push(entry);
      this.#bytes += entry.size;
      if (!this.#isDraining) void this.#drain();
    }
  }

  /** Resolves when everything pushed before has been settled; cuts a running wait short, once. */
  flush(): Promise<void> {
    if (this.pending === 0) return Promise.resolve();
    this.#endWait?.();
    return new Promise((resolve) => this.#waiters.push({ place: this.#pushed, resolve }));
  }

  /** Flushes for at most `timeoutMs`; what is left then counts as dropped. Idempotent. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosed = true;
    await within(timeoutMs, this.flush());
    if (this.pending === 0) return;
    const left = [...(this.#running === undefined ? [] : [this.#running]), ...this.#waiting];
    this.#running = undefined;
    this.#waiting = [];
    this.#giveUp.abort();
    this.#endWait?.();
    this.#settle(left, { column: 'dropped', reason: 'closed' });
    const message = `${this.#options.name}: ${left.length} not delivered before close, dropped`;
    this.#options.onError(new OtelEventsError('EXPORT_FAILED', message));
  }

  /** What is being tried always stays. */
  #makeRoom(size: number): boolean {
    if (size + (this.#running?.size ?? 0) > this.#maxBytes) return false;
    let oldest = 0;
    for (; oldest < this.#waiting.length && this.#bytes + size > this.#maxBytes; oldest++) {
      this.#bytes -= this.#waiting[oldest]?.size ?? 0;
    }
    if (oldest > 0) this.#drop(this.#waiting.splice(0, oldest));
    return this.#bytes + size <= this.#maxBytes;
  }

  #drop(entries: readonly Entry<T>[]): void {
    this.#settle(entries, { column: 'dropped', reason: 'queue_full' });
    if (this.#isDropping) return;
    this.#isDropping = true;
    const message = `${this.#options.name}: the queue is full, items are dropped`;
    const fix = 'the destination is slower than the source, or away; each drop is counted';
    this.#options.onError(new OtelEventsError('QUEUE_FULL', message, { fix }));
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    // Whoever pushes does not wait for the first attempt.
    await Promise.resolve();
    for (let entry = this.#waiting.shift(); entry !== undefined; entry = this.#waiting.shift()) {
      this.#running = entry;
      await this.#runUntilSettled(entry);
    }
    this.#isDraining = false;
  }

  async #runUntilSettled(entry: Entry<T>): Promise<void> {
    // `close` takes the item away when its time is up: then nothing is left to do here.
    for (let attempt = 0; this.#running === entry; attempt++) {
      const error = await this.#attempt(entry.item);
      if (this.#running !== entry) return;
      if (error?.retry === undefined) this.#finish(entry, error);
      else {
        if (!this.#isFailing) this.#options.onError(error);
        this.#isFailing = true;
        await this.#pause(retryDelayMs(this.#backoff, attempt, error.retry.afterMs));
      }
    }
  }

  async #attempt(item: T): Promise<OtelEventsError | undefined> {
    try {
      await this.#options.run(item, this.#giveUp.signal);
      return undefined;
    } catch (cause) {
      if (cause instanceof OtelEventsError) return cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      const message = `${this.#options.name}: ${why}`;
      return new OtelEventsError('EXPORT_FAILED', message, { cause, retry: {} });
    }
  }

  #finish(entry: Entry<T>, error: OtelEventsError | undefined): void {
    this.#running = undefined;
    this.#bytes -= entry.size;
    this.#isFailing = false;
    this.#isDropping = false;
    if (error === undefined) this.#settle([entry], ACKED);
    else {
      this.#settle([entry], { column: 'rejected', reason: error.reason ?? error.code.toLowerCase() });
      this.#options.onError(error);
    }
  }

  #settle(entries: readonly Entry<T>[], outcome: Outcome): void {
    for (const { item } of entries) this.#options.onOutcome(item, outcome);
    if (this.#waiters.length === 0) return;
    const first = this.#running?.place ?? this.#waiting[0]?.place ?? Number.POSITIVE_INFINITY;
    for (const waiter of this.#waiters) if (first > waiter.place) waiter.resolve();
    this.#waiters = this.#waiters.filter(({ place }) => first <= place);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#endWait = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      timer.unref();
      this.#endWait = end;
    });
  }
}
