import { counted } from '../../counted.ts';
import { Waiters } from '../../spool/log/waiters.ts';
import { clearTimeout, setTimeout } from '../../time.ts';
import type { PendingResource } from './durable-kinds.ts';

/** What waits: a resource, and the bytes that wait with it. */
export interface WaitingRecord {
  readonly resource: PendingResource;
  readonly field: Uint8Array;
}

/** How a {@link DurableWaitingRoom} works. */
export interface WaitingRoomOptions<T> {
  /** The most bytes of records that may wait. */
  readonly maxBytes: number;
  /** How long to wait for one resource. Default 30,000. */
  readonly maxWaitMs?: number;
  /** Takes each record, in the order of their coming. */
  readonly onReady: (record: T) => void;
  /** Records go although their resource is not complete. */
  readonly onIncomplete: (why: string) => void;
}

/** Longer than the time-outs of the detectors that ask a cloud's metadata server. */
const MAX_WAIT_MS = 30_000;

/** About what a small record takes beside its bytes. */
const OVERHEAD_BYTES = 256;

/**
 * Where records wait while the attributes of their resource are being detected, and all that come after
 * them, so that the order is kept. The wait is bounded, in time and in memory: a record without some
 * attribute is better than none.
 */
export class DurableWaitingRoom<T extends WaitingRecord> {
  readonly #options: WaitingRoomOptions<T>;
  #queue: T[] = [];
  /** Of the queue, the next one to go. */
  #head = 0;
  #bytes = 0;
  #came = 0;
  #gone = 0;
  readonly #awaited = new WeakSet<PendingResource>();
  /** Not waited for any more. */
  readonly #abandoned = new WeakSet<PendingResource>();
  readonly #waiters = new Waiters();

  constructor(options: WaitingRoomOptions<T>) {
    this.#options = options;
  }

  /** How many wait. */
  get size(): number {
    return this.#queue.length - this.#head;
  }

  /** Whether a record has to wait: for its resource, or behind others. */
  mustWait(resource: PendingResource): boolean {
    if (!this.#isPending(resource)) return this.size > 0;
    if (!this.#awaited.has(resource)) {
      this.#awaited.add(resource);
      void this.#await(resource);
    }
    // Some are complete as soon as somebody asks.
    return this.size > 0 || this.#isPending(resource);
  }

  add(record: T): void {
    this.#queue.push(record);
    this.#came++;
    this.#bytes += record.field.length + OVERHEAD_BYTES;
    if (this.#bytes <= this.#options.maxBytes) return;
    this.#options.onIncomplete(
      `${counted(this.size, 'record waits for it, and fills', 'records wait for it, and fill')} the memory that they may`,
    );
    this.giveUp();
  }

  /** Resolves when all that wait now have gone. */
  settled(): Promise<void> {
    return this.size === 0 ? Promise.resolve() : this.#waiters.until(this.#came);
  }

  /** Lets all go now, and does not wait for these resources again. */
  giveUp(): void {
    for (let index = this.#head; index < this.#queue.length; index++) {
      this.#abandoned.add((this.#queue[index] as T).resource);
    }
    this.#letGo();
  }

  async #await(resource: PendingResource): Promise<void> {
    const { maxWaitMs = MAX_WAIT_MS } = this.#options;
    const timer = setTimeout(() => {
      this.#options.onIncomplete(`detection has taken ${maxWaitMs} ms`);
      this.#abandon(resource);
    }, maxWaitMs).unref();
    try {
      await resource.waitForAsyncAttributes?.();
    } catch {
      // Detection that fails leaves a resource without those attributes; the SDK reports it.
    }
    clearTimeout(timer);
    // One that still calls itself pending will not change any more.
    this.#abandon(resource);
  }

  #abandon(resource: PendingResource): void {
    this.#abandoned.add(resource);
    this.#letGo();
  }

  #isPending(resource: PendingResource): boolean {
    return resource.asyncAttributesPending === true && !this.#abandoned.has(resource);
  }

  /** Taking one can run code of the app's that logs: that one comes last. */
  #letGo(): void {
    while (this.size > 0) {
      const record = this.#queue[this.#head] as T;
      if (this.#isPending(record.resource)) break;
      this.#head++;
      this.#bytes -= record.field.length + OVERHEAD_BYTES;
      this.#options.onReady(record);
      this.#gone++;
    }
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
    this.#waiters.reached(this.#gone);
  }
}
