/** How many events ended where. At every moment `emitted` is the sum of the others. */
export interface LedgerRow {
  readonly emitted: number;
  /** Delivered: the destination confirmed it. */
  readonly acked: number;
  /** Not settled yet. */
  readonly pending: number;
  /** Left out by sampling. */
  readonly sampled: number;
  /** Given to the app's own provider, which does not tell what became of it. */
  readonly handedOver: number;
  /** Refused for good, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Lost, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/**
 * The account of every event since the logger was made. An event that goes to several sinks stands in the
 * first of these columns that holds for any of them: dropped, rejected, pending, handedOver, acked.
 */
export interface Ledger {
  readonly total: LedgerRow;
  readonly events: Readonly<Record<string, LedgerRow>>;
  readonly sinks: Readonly<Record<string, LedgerRow>>;
}

/** The sums that `flush()` and `close()` answer; totals since the logger was made. */
export interface Totals {
  readonly acked: number;
  readonly pending: number;
  readonly rejected: number;
  readonly dropped: number;
}

/** Where one event stands with one sink. */
export type Column = 'acked' | 'pending' | 'sampled' | 'handedOver' | 'rejected' | 'dropped';

/** From best to worst: the worst column of any sink is the event's own. */
const SEVERITY: Readonly<Record<Column, number>> = {
  sampled: 0,
  acked: 1,
  handedOver: 2,
  pending: 3,
  rejected: 4,
  dropped: 5,
};

/** Beyond this many different names, events are counted under {@link OTHER_NAMES}: names are not data. */
const MAX_NAMES = 10_000;
const OTHER_NAMES = '(other names)';

/** One event on its way, with a standing for each of its sinks. */
export interface Ticket {
  readonly event: Account;
  readonly standings: readonly Standing[];
}

/** Where one event stands with one sink. */
export interface Standing {
  readonly sink: Account;
  column: Column;
  reason: string;
}

/** The ledger's books: counts by event name and by sink. */
export class Accounts {
  readonly #events = new Map<string, Account>();
  readonly #sinks = new Map<string, Account>();
  #unsettled = 0;

  /** How many standings are still pending: an event with two sinks counts twice. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Opens the account of a sink, so that it shows in the ledger before its first event. */
  sink(name: string): Account {
    return accountOf(this.#sinks, name);
  }

  /** Books one event as emitted and, for each of its sinks, as pending. `sinks` must not be empty. */
  open(name: string, sinks: readonly Account[]): Ticket {
    const event = this.#events.get(name) ?? this.#newEvent(name);
    const standings: Standing[] = [];
    for (const sink of sinks) {
      sink.enter();
      standings.push({ sink, column: 'pending', reason: '' });
    }
    this.#unsettled += sinks.length;
    event.enter();
    return { event, standings };
  }

  /** Moves an event to its final column with one sink. A sink that was settled before is left as it is. */
  settle({ event, standings }: Ticket, sinkName: string, column: Column, reason = ''): void {
    const sink = this.#sinks.get(sinkName);
    const standing = standings.find((each) => each.sink === sink);
    if (sink === undefined || standing?.column !== 'pending') return;
    const { column: beforeColumn, reason: beforeReason } = worst(standings);
    standing.column = column;
    standing.reason = reason;
    const after = worst(standings);
    this.#unsettled--;
    sink.move('pending', '', column, reason);
    event.move(beforeColumn, beforeReason, after.column, after.reason);
  }

  /** A copy of the books. */
  ledger(): Ledger {
    const total = new Account();
    for (const account of this.#events.values()) total.add(account);
    return { total: total.row(), events: rows(this.#events), sinks: rows(this.#sinks) };
  }

  totals(): Totals {
    const { acked, pending, rejected, dropped } = this.ledger().total;
    return { acked, pending, rejected: sum(rejected), dropped: sum(dropped) };
  }

  #newEvent(name: string): Account {
    return accountOf(this.#events, this.#events.size < MAX_NAMES ? name : OTHER_NAMES);
  }
}

/** The counts of one event name or one sink. */
export class Account {
  #emitted = 0;
  readonly #plain = { acked: 0, pending: 0, sampled: 0, handedOver: 0 };
  readonly #byReason = { rejected: new Map<string, number>(), dropped: new Map<string, number>() };

  /** Counts a new event, as pending. */
  enter(): void {
    this.#emitted++;
    this.#plain.pending++;
  }

  /** Moves one event between columns. */
  move(from: Column, fromReason: string, to: Column, toReason: string): void {
    this.#change(from, fromReason, -1);
    this.#change(to, toReason, 1);
  }

  add(other: Account): void {
    this.#emitted += other.#emitted;
    for (const column of ['acked', 'pending', 'sampled', 'handedOver'] as const) {
      this.#plain[column] += other.#plain[column];
    }
    for (const column of ['rejected', 'dropped'] as const) {
      for (const [reason, count] of other.#byReason[column]) this.#change(column, reason, count);
    }
  }

  row(): LedgerRow {
    return {
      emitted: this.#emitted,
      ...this.#plain,
      rejected: Object.fromEntries(this.#byReason.rejected),
      dropped: Object.fromEntries(this.#byReason.dropped),
    };
  }

  #change(column: Column, reason: string, by: number): void {
    if (column !== 'rejected' && column !== 'dropped') {
      this.#plain[column] += by;
      return;
    }
    const reasons = this.#byReason[column];
    const count = (reasons.get(reason) ?? 0) + by;
    if (count === 0) reasons.delete(reason);
    else reasons.set(reason, count);
  }
}

function accountOf(accounts: Map<string, Account>, key: string): Account {
  let account = accounts.get(key);
  if (account === undefined) {
    account = new Account();
    accounts.set(key, account);
  }
  return account;
}

function worst(standings: readonly Standing[]): Standing {
  let result = standings[0] as Standing;
  if (standings.length === 1) return result;
  for (const standing of standings) {
    if (SEVERITY[standing.column] > SEVERITY[result.column]) result = standing;
  }
  return result;
}

function rows(accounts: ReadonlyMap<string, Account>): Record<string, LedgerRow> {
  return Object.fromEntries([...accounts].map(([key, account]) => [key, account.row()]));
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
