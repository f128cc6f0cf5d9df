import { OtelEventsError } from '../errors.ts';
import type { BatchExporter, EmittedTaker, Place } from '../exporters/batch-exporter.ts';
import type { Batch } from '../otlp/wire/batch.ts';
import { performance, within } from '../time.ts';
import type { ExporterCounts } from './counts/exporter-counts.ts';
import type { Drops } from './drops.ts';
import type { Outage } from './outage.ts';

/** What became of the log records, spans and data points that were offered to an exporter; together they are all of them. */
export interface ExporterStats {
  /** Delivered, or written. */
  readonly sent: number;
  /** Refused when they were offered: the sender was told. */
  readonly failed: number;
  /** On their way. */
  readonly queued: number;
  /** Taken, and lost since: refused by the destination, out of time, or left over at the end. */
  readonly dropped: number;
  /** Why, with the number of each; if there are any. */
  readonly dropReasons?: Readonly<Record<string, number>>;
  /** Of those sent: of requests that another exporter refused, so they come again; if there are any. */
  readonly copies?: number;
}

/** For so long after a refusal an exporter counts as one that cannot take data. */
const UNWELL_MS = 10_000;

/** For an exporter to let go of its files, once its time to deliver is up. */
const LET_GO_MS = 1_000;

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
  /** Whether it keeps what it takes, or only shows it. */
  readonly keeps: boolean;
  /** Whether it takes a batch by a place that was reserved. */
  readonly hasQueue: boolean;
  /** Whether it may go on beside a successor, until it has delivered what it took. */
  readonly mayLinger: boolean;
  /** Who is told what loggers have emitted. */
  readonly emitted: EmittedTaker | undefined;
  readonly #exporter: BatchExporter;
  readonly #outage: Outage;
  readonly #drops: Drops | undefined;
  readonly #counts: ExporterCounts | undefined;
  /** In the order of the offers. */
  readonly #unfinished = new Set<Offer>();
  #unfinishedBytes = 0;
  #sent = 0;
  #failed = 0;
  #copies = 0;
  #unwellUntilMs = 0;

  constructor(exporter: BatchExporter, outage: Outage, drops?: Drops, counts?: ExporterCounts) {
    this.keeps = exporter.keeps ?? true;
    this.hasQueue = exporter.reserve !== undefined;
    this.mayLinger = exporter.mayLinger ?? false;
    this.emitted = exporter.emitted;
    this.#exporter = exporter;
    this.#outage = outage;
    this.#drops = drops;
    this.#counts = counts;
  }

  /** Whether it has refused something a moment ago, for a reason that does not lie in the data. */
  get isUnwell(): boolean {
    return performance.now() < this.#unwellUntilMs;
  }

  /**
   * Makes sure that there is room for a batch, and keeps a place in the queue, if there is one.
   * @param giveUpMs - an exporter that has not finished something for so long takes no more
   * @throws OtelEventsError `QUEUE_FULL` with `retry`
   */
  reserve(batch: Batch, giveUpMs: number): Place | undefined {
    try {
      const place = this.#exporter.reserve?.(batch);
      if (place !== undefined) return { ...place, take: () => this.#tookPlace(place, batch) };
      if (this.#isBehind(giveUpMs)) throw tooSlow();
      this.#checkRoom(batch);
      return undefined;
    } catch (error) {
      this.#refused(batch, error);
      throw error;
    }
  }

  #tookPlace(place: Place, { signal, count }: Batch): boolean {
    const isTaken = this.#took(place.take());
    // The queue was closed meanwhile, and the sender is told.
    if (!isTaken) {
      this.#failed += count;
      this.#counts?.enqueueFailed(signal, count);
    }
    return isTaken;
  }

  /** Whether something was waited for in vain, or has been unfinished for longer than `patienceMs`. */
  #isBehind(patienceMs: number): boolean {
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

  /** @returns why the exporter did not take the batch, undefined if it did; it never rejects */
  async offer(batch: Batch): Promise<unknown> {
    try {
      await this.#consume(batch);
      this.#sent += batch.count;
      if (this.#exporter.taken === undefined) this.#counts?.sent(batch.signal, batch.count);
      this.#took(true);
      return undefined;
    } catch (error) {
      this.#refused(batch, error);
      return error ?? new Error('refused');
    }
  }

  /** What was taken belonged to a request that was refused. */
  wroteInVain(count: number): void {
    this.#copies += count;
  }

  stats(): ExporterStats {
    let unfinished = 0;
    for (const { batch } of this.#unfinished) unfinished += batch.count;
    const own = { sent: this.#sent, queued: unfinished, dropped: 0 };
    const dropReasons = this.#drops?.totals ?? {};
    return {
      ...(this.#exporter.taken?.() ?? own),
      failed: this.#failed,
      ...(Object.keys(dropReasons).length > 0 && { dropReasons }),
      ...(this.#copies > 0 && { copies: this.#copies }),
    };
  }

  /** Lets the exporter finish, for at most `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    await within(timeoutMs, Promise.allSettled([...this.#unfinished].map(({ done }) => done)));
    await within(timeoutMs + LET_GO_MS, this.#exporter.close(timeoutMs));
    this.#drops?.end();
    this.#counts?.end();
  }

  async #consume(batch: Batch): Promise<void> {
    this.#checkRoom(batch);
    const { byteLength } = batch.bytes;
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

  #checkRoom({ bytes }: Batch): void {
    const isTooMuch = this.#unfinishedBytes + bytes.byteLength > MAX_UNFINISHED_BYTES;
    if (this.#unfinished.size > 0 && isTooMuch) throw tooSlow();
  }

  #took(taken: boolean): boolean {
    if (taken) this.#outage.worked();
    if (taken) this.#unwellUntilMs = 0;
    return taken;
  }

  #refused({ signal, count }: Batch, error: unknown): void {
    this.#failed += count;
    if (this.hasQueue) this.#counts?.enqueueFailed(signal, count);
    else this.#counts?.sendFailed(signal, count);
    this.#outage.failed(error);
    const isFinal = error instanceof OtelEventsError && error.retry === undefined;
    if (!isFinal) this.#unwellUntilMs = performance.now() + UNWELL_MS;
  }
}

function tooSlow(): OtelEventsError {
  return new OtelEventsError('QUEUE_FULL', 'the exporter does not keep up', { retry: {} });
}
