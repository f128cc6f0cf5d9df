import { CHANNELS } from '../../channels.ts';
import type { Outcome, Settlement } from '../../spool/log/outcome.ts';
import { Account, type LedgerRow, publishSettled, SinkAccount } from './account.ts';
import type { EmittedCounts } from './emitted-counts.ts';
import { Period } from './period.ts';
import { Standings } from './standings.ts';

export type { LedgerRow };

/**
 * The account of every event since the logger was made, those adopted from an earlier process included. An
 * event that goes to several sinks stands in the first of these columns that holds for any of them: dropped,
 * rejected, pending, handedOver, acked.
 */
export interface Ledger {
  readonly total: LedgerRow;
  /** By event name. */
  readonly events: Readonly<Record<string, LedgerRow>>;
  /** By destination. */
  readonly sinks: Readonly<Record<string, LedgerRow>>;
  /** Spans of scopes, where they go through our own pipeline; they are in none of the other counts. */
  readonly spans: LedgerRow;
  /** How many of the events in `total` an earlier process left in the spool. */
  readonly adopted: number;
  /** How often a processor, modifier or listener failed, by its name; the event went on as it was. */
  readonly failures: Readonly<Record<string, number>>;
}

/** How many events ended where. */
export interface Totals {
  /** A destination has confirmed them. */
  readonly acked: number;
  /** They wait, or are under way. */
  readonly pending: number;
  /** A destination refused them, for good. */
  readonly rejected: number;
  /** Given up, with the reason in `stats()`. */
  readonly dropped: number;
  /** Left out on purpose, by `sample` or another processor. Not listed where it is 0. */
  readonly sampled: number;
  /** The app's own SDK has them: it does not say what becomes of them. Not listed where it is 0. */
  readonly handedOver: number;
}

/** What `flush()` and `close()` answer: the counts since the logger was made, what earlier processes left included. */
export interface FlushResult extends Totals {
  /**
   * The same counts for what this process has emitted since the last `flush()` ended, or, if there was none, since
   * the logger was made. Always there, but not listed: it would double what is printed.
   */
  readonly since: Totals;
}

/** Beyond this many different names, events are counted under {@link OTHER_NAMES}: names are not data. */
const MAX_NAMES = 10_000;
const OTHER_NAMES = '(other)';

/** A logger has no more sinks than bits; what an earlier process had beyond that shares the last one. */
const LAST_BIT = 31;

/** The sink of events and log records that leave over OTLP. */
export const OTLP_SINK = 'otlp';

/** The sink of spans in the spool: an account of their own, since the ledger is one of events. */
export const SPAN_SINK = 'otlp.traces';

/** The sink in the ledger of events that nothing takes. */
export const NO_SINK = 'none';

/** One event on its way to sinks that settle it by hand. */
export interface Ticket {
  readonly event: Account;
  /** Where the event stands with each sink, if it has several. */
  readonly standings: Standings | undefined;
  /** The log that holds it; undefined if none does. */
  readonly log: object | undefined;
  readonly place: number;
}

/** The ledger's books: counts by event name and by sink. */
export class Accounts {
  /** What a receiver may be told of events that are for it. */
  readonly emitted: EmittedCounts | undefined;
  readonly #events = new Map<string, Account>();
  readonly #sinks = new Map<string, SinkAccount>();
  /** Its bit stands for nothing: no event is for it. */
  readonly #spans = new SinkAccount(SPAN_SINK, 0);
  readonly #refused = new Account('');
  /** Events with several sinks, by the log that holds them; those in no log under ourselves. */
  readonly #standings = new WeakMap<object, Standings>();
  readonly #failures = new Map<string, number>();
  /** Since the last flush. */
  readonly #period = new Period();
  #places = 0;
  #adopted = 0;

  constructor(emitted?: EmittedCounts) {
    this.emitted = emitted;
  }

  /** The account of spans in our own pipeline. */
  get spans(): Account {
    return this.#spans;
  }

  /** The events that ended before any sink saw them. */
  get refused(): LedgerRow {
    return this.#refused.row();
  }

  /** Opens the account of a sink, so that it shows in the ledger before its first event. */
  sink(name: string): SinkAccount {
    let account = this.#sinks.get(name);
    if (account === undefined) {
      account = new SinkAccount(name, Math.min(this.#sinks.size, LAST_BIT));
      this.#sinks.set(name, account);
    }
    return account;
  }

  /** The account of an event name. */
  event(name: string): Account {
    const known = this.#events.get(name);
    if (known !== undefined) return known;
    const key = this.#events.size < MAX_NAMES ? name : OTHER_NAMES;
    let account = this.#events.get(key);
    if (account === undefined) {
      account = new Account(key);
      this.#events.set(key, account);
    }
    return account;
  }

  /**
   * Books one event as emitted and, for each of its sinks, as pending. `sinks` must not be empty.
   * @param log - the log that holds it, and the position after it there; for an event that is in none: nothing
   */
  open(event: Account, sinks: readonly SinkAccount[], log?: object, end = ++this.#places): Ticket {
    event.enter();
    let mask = 0;
    for (const sink of sinks) {
      sink.enter();
      mask |= 1 << sink.bit;
    }
    if (sinks.length === 1) return { event, standings: undefined, log, place: end };
    const standings = this.#standingsOf(log);
    standings.open(end, event, mask >>> 0);
    return { event, standings, log, place: end };
  }

  /** Books an event that an earlier process left, for the sinks that have not settled it. */
  adopt(log: object, name: string, sinks: readonly string[], end: number): void {
    if (sinks.includes(SPAN_SINK)) this.#spans.enter();
    const known = sinks.filter((sink) => sink !== SPAN_SINK).map((sink) => this.sink(sink));
    if (known.length === 0) return;
    this.#adopted++;
    this.#period.leaveOut(log, Number.POSITIVE_INFINITY);
    this.open(this.event(name), known, log, end);
  }

  /**
   * Books that processors kept an event from sinks.
   * @param isAll - no other sink has it: then it is left out as a whole
   */
  leaveOut(name: string, sinks: readonly string[], as: 'sampled' | 'filtered', isAll: boolean): void {
    if (isAll) {
      this.event(name).leaveOut(as);
      this.#period.kept(as);
    }
    for (const sink of sinks) this.sink(sink).leaveOut(as);
    if (sinks.includes(OTLP_SINK)) this.emitted?.ended(name, as);
  }

  /** Books an event that ends here: nothing is to be delivered. */
  refuse(name: string, outcome: Outcome): void {
    for (const account of [this.event(name), this.#refused]) {
      account.enter();
      account.settle(outcome);
    }
    this.#period.settle(outcome);
    this.emitted?.ended(name, outcome);
    if (CHANNELS.settled.hasSubscribers) publishSettled(NO_SINK, outcome, 1);
  }

  /** Counts a failure of a function that the app has given. */
  failed(name: string): void {
    const isNew = !this.#failures.has(name);
    const key = isNew && this.#failures.size >= MAX_NAMES ? OTHER_NAMES : name;
    this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1);
  }

  /** Moves an event to its final column with one sink. A sink must settle a ticket once. */
  settle({ event, standings, log, place }: Ticket, sink: SinkAccount, outcome: Outcome): void {
    sink.settle(outcome);
    if (standings !== undefined) {
      standings.settle(place, sink.bit, outcome);
      return;
    }
    event.settle(outcome);
    if (this.#period.has(log, place)) this.#period.settle(outcome);
  }

  /** Books what became of records of a log. */
  settled(log: object, settlement: Settlement): void {
    const { outcome, count, names } = settlement;
    if (settlement.sink === SPAN_SINK) {
      this.#spans.settle(outcome, count);
      return;
    }
    const sink = this.sink(settlement.sink);
    sink.settle(outcome, count);
    const standings = this.#standings.get(log);
    if (standings === undefined || standings.isEmpty) {
      this.#settleNewer(log, outcome, count, settlement.positions);
      for (const [name, some] of names) this.event(name).settle(outcome, some);
      return;
    }
    const left = new Map<Account, number>();
    for (const [name, some] of names) add(left, this.event(name), some);
    const { shared, alone } = settleShared(standings, sink, settlement);
    for (const event of shared) add(left, event, -1);
    this.#settleNewer(log, outcome, count - shared.length, alone);
    // Events that were not among the shared ones have this sink only.
    for (const [event, some] of left) if (some > 0) event.settle(outcome, some);
  }

  /** A copy of the books. */
  ledger(): Ledger {
    return {
      total: this.#total().row(),
      events: rows(this.#events),
      sinks: rows(this.#sinks),
      spans: this.#spans.row(),
      adopted: this.#adopted,
      failures: Object.fromEntries(this.#failures),
    };
  }

  /** The sums, and those of the period. */
  totals(): FlushResult {
    const totals = totalsOf(this.#total().row());
    const since = totalsOf(this.#period.row(this.#emittedHere()));
    return Object.defineProperty(totals, 'since', { value: since }) as FlushResult;
  }

  /** Ends the period, and begins the next. @param log - the one that events of this process are in, if there is one */
  beginPeriod(log: { readonly end: number } | undefined): void {
    this.#period.begin(this.#emittedHere(), this.#places);
    if (log !== undefined) this.#period.leaveOut(log, log.end);
  }

  /** Books for the period what became of events with one sink. @param positions - undefined: nobody knows which */
  #settleNewer(log: object, outcome: Outcome, count: number, positions: readonly number[] | undefined): void {
    if (positions !== undefined) this.#period.settle(outcome, this.#period.countOf(log, positions));
    else if (this.#period.has(log, Number.MAX_VALUE)) {
      // Records that are lost unread are the oldest of the log.
      const older = this.#total().pending - this.#period.row(this.#emittedHere()).pending;
      this.#period.settle(outcome, Math.max(0, count - older));
    }
  }

  #total(): Account {
    const total = new Account('');
    for (const account of this.#events.values()) total.add(account);
    return total;
  }

  #emittedHere(): number {
    return this.#total().emitted - this.#adopted;
  }

  #standingsOf(log: object | undefined): Standings {
    let standings = this.#standings.get(log ?? this);
    if (standings === undefined) {
      standings = new Standings((place) => this.#period.accountAt(log, place));
      this.#standings.set(log ?? this, standings);
    }
    return standings;
  }
}

/** Events that were settled in a log. */
interface SettledShared {
  /** The accounts of those that have other sinks too, one each. */
  readonly shared: readonly Account[];
  /** The positions of the others; undefined: nobody knows. */
  readonly alone: readonly number[] | undefined;
}

function settleShared(standings: Standings, { bit }: SinkAccount, settlement: Settlement): SettledShared {
  const { outcome, positions, remains = () => false } = settlement;
  if (positions === undefined) {
    return { shared: standings.settleMissing(bit, outcome, remains), alone: undefined };
  }
  const shared: Account[] = [];
  const alone: number[] = [];
  for (const position of positions) {
    const event = standings.settle(position, bit, outcome);
    if (event === undefined) alone.push(position);
    else shared.push(event);
  }
  return { shared, alone };
}

function totalsOf(row: LedgerRow): Totals {
  const { acked, pending, rejected, dropped, sampled, handedOver } = row;
  const totals = { acked, pending, rejected: sum(rejected), dropped: sum(dropped), sampled, handedOver };
  // Most apps have none of these: they are there, and shown where there is something to show.
  for (const name of ['sampled', 'handedOver'] as const) {
    Object.defineProperty(totals, name, { enumerable: totals[name] > 0 });
  }
  return totals;
}

function add(counts: Map<Account, number>, account: Account, by: number): void {
  counts.set(account, (counts.get(account) ?? 0) + by);
}

function rows(accounts: ReadonlyMap<string, Account>): Record<string, LedgerRow> {
  return Object.fromEntries([...accounts].map(([key, account]) => [key, account.row()]));
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
