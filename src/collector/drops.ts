import type { Log, LogFields } from './log.ts';
import { Sums } from './sums.ts';

/** Says what an exporter took and lost: the first at once, what follows in sums, and all of it at the end. */
export class Drops {
  readonly #log: Log;
  readonly #exporter: string;
  /** Items by reason. */
  readonly #totals = new Map<string, number>();
  readonly #sums: Sums;
  /** Where what was refused for a reason is kept as dead letters. */
  readonly #kept = new Map<string, string>();

  /** @param intervalMs - between two reports */
  constructor(log: Log, exporter: string, intervalMs?: number) {
    this.#log = log;
    this.#exporter = exporter;
    this.#sums = new Sums((reason, count) => {
      this.#log('error', ...this.#told('dropped', 'kept as dead letters', count, reason));
    }, intervalMs);
  }

  /** Log records, spans and data points by the reason for which they were dropped. */
  get totals(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#totals);
  }

  /** @param kept - the directory in which they are dead letters now */
  add(count: number, reason: string, kept?: string): void {
    if (kept !== undefined) this.#kept.set(reason, kept);
    this.#totals.set(reason, (this.#totals.get(reason) ?? 0) + count);
    this.#sums.add(reason, count);
  }

  /** Says what has not been said, and the sums since the start, if there was anything. */
  end(): void {
    this.#sums.end();
    for (const [reason, count] of this.#totals) {
      this.#log(
        'error',
        ...this.#told('lost since the start', 'dead letters since the start', count, reason),
      );
    }
  }

  #told(lost: string, kept: string, count: number, reason: string): [string, LogFields] {
    const directory = this.#kept.get(reason);
    const facts = { exporter: this.#exporter, count, reason };
    return directory === undefined ? [lost, facts] : [kept, { ...facts, directory }];
  }
}
