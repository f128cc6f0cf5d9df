import { CHANNELS } from '../../channels.ts';
import type { Outcome } from '../../spool/log/outcome.ts';

/** How many events ended where. At every moment `emitted` is the sum of the others. */
export interface LedgerRow {
  readonly emitted: number;
  /** Delivered: the destination confirmed it. */
  readonly acked: number;
  /** Not settled yet. */
  readonly pending: number;
  /** Left out by sampling. */
  readonly sampled: number;
  /** Given to the app's own provider, or to another process, which does not tell what became of it. */
  readonly handedOver: number;
  /** Refused for good, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Lost, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** The counts of one event name or one sink. What is not settled is pending. */
export class Account {
  readonly name: string;
  #emitted = 0;
  #acked = 0;
  #handedOver = 0;
  #sampled = 0;
  #refused = 0;
  readonly #rejected = new Map<string, number>();
  readonly #dropped = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
  }

  get emitted(): number {
    return this.#emitted;
  }

  get pending(): number {
    return this.#emitted - this.#acked - this.#handedOver - this.#sampled - this.#refused;
  }

  /** Counts new events, as pending. */
  enter(count = 1): void {
    this.#emitted += count;
  }

  /** Moves pending events to where they ended. */
  settle(outcome: Outcome, count = 1): void {
    if (outcome.column === 'acked') this.#acked += count;
    else if (outcome.column === 'handedOver') this.#handedOver += count;
    else {
      const reasons = outcome.column === 'rejected' ? this.#rejected : this.#dropped;
      const sum = (reasons.get(outcome.reason) ?? 0) + count;
      this.#refused += count;
      if (sum === 0) reasons.delete(outcome.reason);
      else reasons.set(outcome.reason, sum);
    }
  }

  /** Counts an event that a processor kept back: emitted, and not to be delivered. */
  leaveOut(as: 'sampled' | 'filtered'): void {
    this.enter();
    if (as === 'sampled') this.#sampled++;
    else this.settle({ column: 'dropped', reason: as });
  }

  /** Takes a settled event back, because another sink made it worse. */
  unsettle(outcome: Outcome): void {
    this.settle(outcome, -1);
  }

  /** Adds the counts of another account to this one. */
  add(other: Account): void {
    this.#emitted += other.#emitted;
    this.#acked += other.#acked;
    this.#handedOver += other.#handedOver;
    this.#sampled += other.#sampled;
    for (const [reason, count] of other.#rejected) this.settle({ column: 'rejected', reason }, count);
    for (const [reason, count] of other.#dropped) this.settle({ column: 'dropped', reason }, count);
  }

  row(): LedgerRow {
    return {
      emitted: this.#emitted,
      acked: this.#acked,
      pending: this.pending,
      sampled: this.#sampled,
      handedOver: this.#handedOver,
      rejected: Object.fromEntries(this.#rejected),
      dropped: Object.fromEntries(this.#dropped),
    };
  }
}

/** The account of a sink. */
export class SinkAccount extends Account {
  /** Stands for the sink where several make a set; 0 to 31. */
  readonly bit: number;

  constructor(name: string, bit: number) {
    super(name);
    this.bit = bit;
  }

  override settle(outcome: Outcome, count = 1): void {
    super.settle(outcome, count);
    if (CHANNELS.settled.hasSubscribers) publishSettled(this.name, outcome, count);
  }
}

/** Tells who listens that events have come to their end. */
export function publishSettled(sink: string, outcome: Outcome, count: number): void {
  const reason = 'reason' in outcome ? outcome.reason : undefined;
  CHANNELS.settled.publish({ sink, column: outcome.column, reason, count });
}
