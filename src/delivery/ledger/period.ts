import type { Outcome } from '../../spool/log/outcome.ts';
import { Account, type LedgerRow } from './account.ts';

/** The events of this process from one moment on, and what became of them: the newer part of the books. */
export class Period {
  #account = new Account('');
  /** How many events this process had emitted when the period began. */
  #emittedBefore = -1;
  /** The last position of each log when the period began. */
  readonly #ends = new WeakMap<object, number>();
  /** The place of the last event that is in no log when the period began. */
  #place = -1;

  /**
   * Each field gets its second value here: V8 takes one that has had a single value for a constant, and would throw away
   * at the first flush what it has compiled of everything that logs.
   */
  constructor() {
    this.begin(0, 0);
  }

  /**
   * Begins anew.
   * @param emitted - by this process so far
   * @param place - of the last event that is in no log
   */
  begin(emitted: number, place: number): void {
    this.#account = new Account('');
    this.#emittedBefore = emitted;
    this.#place = place;
  }

  /** Leaves out what a log has up to `end`. */
  leaveOut(log: object, end: number): void {
    this.#ends.set(log, end);
  }

  /** Whether it has the event at this place. @param log - undefined: the event is in none */
  has(log: object | undefined, place: number): boolean {
    return place > (log === undefined ? this.#place : (this.#ends.get(log) ?? 0));
  }

  /** The account of what it has, if it has the event at this place. */
  accountAt(log: object | undefined, place: number): Account | undefined {
    return this.has(log, place) ? this.#account : undefined;
  }

  /** Books an event that nothing waits for. */
  kept(as: 'sampled' | 'filtered'): void {
    this.#account.leaveOut(as);
  }

  /** Books what became of some events of the period. */
  settle(outcome: Outcome, count = 1): void {
    if (count > 0) this.#account.settle(outcome, count);
  }

  /** How many of these positions are of events of the period. */
  countOf(log: object, positions: readonly number[]): number {
    const end = this.#ends.get(log) ?? 0;
    let count = 0;
    for (const position of positions) if (position > end) count++;
    return count;
  }

  /** @param emitted - by this process so far */
  row(emitted: number): LedgerRow {
    // Only events that nothing waits for were entered; all others are entered here, when somebody asks.
    this.#account.enter(emitted - this.#emittedBefore - this.#account.emitted);
    return this.#account.row();
  }
}
