import { OtelEventsError } from '../errors.ts';
import type { BatchExporter } from '../exporters/batch-exporter.ts';
import type { Batch } from '../otlp/batch.ts';
import { within } from '../spool/within.ts';
import type { Outage } from './outage.ts';

/** What became of the log records and spans that were offered to an exporter; together they are all of them. */
export interface ExporterStats {
  /** Delivered, or written. */
  readonly sent: number;
  /** Refused when they were offered: the sender was told, if nobody else took them. */
  readonly failed: number;
  /** On their way. */
  readonly queued: number;
  /** Taken, and lost since: refused by the destination, out of time, or left over at the end. */
  readonly dropped: number;
}

/** What an exporter may leave unfinished; more is refused, so that a hung one costs bounded memory. */
const MAX_UNFINISHED_BYTES = 64 * 1024 * 1024;

interface Offer {
  readonly batch: Batch;
  readonly done: Promise<void>;
  readonly sinceMs: number;
  /** Whether an answer has waited for it as long as answers wait. */
  overdue: boolean;
}

/** One exporter as pipelines see it: bounded, counted, and never the cause of a rejection. */
export class Lane {
  readonly #exporter: BatchExporter;
  readonly #outage: Outage;
  /** In the order of the offers. */
  readonly #unfinished = new Set<Offer>();
  #unfinishedBytes = 0;
  #sent = 0;
  #failed = 0;

  constructor(exporter: BatchExporter, outage: Outage) {
    this.#exporter = exporter;
    this.#outage = outage;
  }

  /** Whether something was waited for in vain, or has been unfinished for longer than `patienceMs`. */
  isBehind(patienceMs: number): boolean {
    const [oldest] = this.#unfinished;
    return oldest !== undefined && (oldest.overdue || performance.now() - oldest.sinceMs > patienceMs);
  }

  /**
   * An answer has waited for what was offered until `offeredMs`, and waits no longer. The clock alone cannot
   * tell: timers count whole milliseconds, and may fire before it says that the time is up.
   */
  waitedInVain(offeredMs: number): void {
    const [oldest] = this.#unfinished;
    if (oldest && oldest.sinceMs <= offeredMs) oldest.overdue = true;
  }

  /** @returns whether the exporter took the batch; it never rejects */
  async offer(batch: Batch): Promise<boolean> {
    try {
      await this.#consume(batch);
      this.#sent += batch.count;
      this.#outage.worked();
      return true;
    } catch (error) {
      this.#failed += batch.count;
      this.#outage.failed(error);
      return false;
    }
  }

  stats(): ExporterStats {
    let unfinished = 0;
    for (const { batch } of this.#unfinished) unfinished += batch.count;
    const own = { sent: this.#sent, queued: unfinished, dropped: 0 };
    return { ...(this.#exporter.taken?.() ?? own), failed: this.#failed };
  }

  /** Lets the exporter finish, for at most `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    await within(timeoutMs, Promise.allSettled([...this.#unfinished].map(({ done }) => done)));
    await within(timeoutMs, this.#exporter.close(timeoutMs));
  }

  async #consume(batch: Batch): Promise<void> {
    const { byteLength } = batch.bytes;
    if (this.#unfinished.size > 0 && this.#unfinishedBytes + byteLength > MAX_UNFINISHED_BYTES) {
      throw new OtelEventsError('QUEUE_FULL', 'the exporter does not keep up', { retry: {} });
    }
    const done = this.#exporter.consume(batch);
    const offer = { batch, done, sinceMs: performance.now(), overdue: false };
    this.#unfinished.add(offer);
    this.#unfinishedBytes += byteLength;
    try {
      await done;
    } finally {
      this.#unfinished.delete(offer);
      this.#unfinishedBytes -= byteLength;
    }
  }
}
