import { clearTimeout, setTimeout } from '../time.ts';
import type { Log } from './log.ts';

const INTERVAL_MS = 10_000;

/** Says what an exporter took and lost: the first at once, what follows in sums, and all of it at the end. */
export class Drops {
  readonly #log: Log;
  readonly #exporter: string;
  readonly #intervalMs: number;
  /** Items by reason. */
  readonly #totals = new Map<string, number>();
  readonly #unsaid = new Map<string, number>();
  /** Where what was refused for a reason is kept as dead letters. */
  readonly #kept = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param intervalMs - between two reports */
  constructor(log: Log, exporter: string, intervalMs = INTERVAL_MS) {
    this.#intervalMs = intervalMs;
    this.#log = log;
    this.#exporter = exporter;
  }

  /** Log records, spans and data points by the reason for which they were dropped. */
  get totals(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#totals);
  }

  /** @param kept - the directory in which they are dead letters now */
  add(count: number, reason: string, kept?: string): void {
    if (kept !== undefined) this.#kept.set(reason, kept);
    for (const counts of [this.#totals, this.#unsaid]) counts.set(reason, (counts.get(reason) ?? 0) + count);
    if (this.#timer === undefined) this.#say();
  }

  /** Says what has not been said, and the sums since the start, if there was anything. */
  end(): void {
    this.#say();
    clearTimeout(this.#timer);
    for (const [reason, count] of this.#totals) {
      this.#log(
        'error',
        ...this.#told('lost since the start', 'dead letters since the start', count, reason),
      );
    }
  }

  #say(): void {
    for (const [reason, count] of this.#unsaid) {
      this.#log('error', ...this.#told('dropped', 'kept as dead letters', count, reason));
    }
    this.#unsaid.clear();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#unsaid.size > 0) this.#say();
    }, this.#intervalMs);
    this.#timer.unref();
  }

  #told(
    lost: string,
    kept: string,
    count: number,
    reason: string,
  ): [string, Record<string, string | number>] {
    const directory = this.#kept.get(reason);
    const facts = { exporter: this.#exporter, count, reason };
    return directory === undefined ? [lost, facts] : [kept, { ...facts, directory }];
  }
}
