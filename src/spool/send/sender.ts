import type { OtelEventsError } from '../../errors.ts';
import { clearTimeout, performance, setImmediate, setTimeout, within } from '../../time.ts';
import { quietly } from '../disk/quietly.ts';
import type { Cursor, SpoolBatch } from '../log/cursor.ts';
import { ACKED, type Outcome } from '../log/outcome.ts';
import { halvesOf, partOf } from '../log/part-of.ts';
import { Aside } from './aside.ts';
import { attempt } from './attempt.ts';
import { Flushes, type Patience } from './flushes.ts';
import { Gate } from './gate.ts';
import { Intake, type Taken } from './intake.ts';
import { acceptedNothing, refusesAll, tookPart } from './refusal-reports.ts';
import { rejectedOf } from './rejected-of.ts';
import { type Failure, resolveSender, type SenderOptions } from './sender-options.ts';
import type { Answer } from './transport.ts';
import { Troubles } from './troubles.ts';

/** A batch under way. */
interface Lane {
  readonly taken: Taken;
  /** What is not settled of it, in order; each part goes in one request. */
  readonly rest: SpoolBatch[];
  /** Whether something of it was rejected. */
  rejected: boolean;
}

type Away = Extract<Answer, { readonly kind: 'retry' | 'hold' }>;
type Bad = Extract<Answer, { readonly kind: 'too_large' | 'invalid' }>;

/** How many records a destination may refuse in a row, with none accepted, before it is not believed any more. */
const MAX_CREDIT = 256;
/** How many it may refuse then, each `maxBackoffMs`. */
const CREDIT_PER_HOLD = 16;

/** Of the limit, with each request that shows it may be larger. */
const GROWTH = 1.1;
/** After so long without a pause the app has its turn, even if the destination answers at once. */
const MAX_TURN_MS = 5;
/** A batch of more than this is large. */
const LARGE_BYTES = 128 * 1024;

/**
 * Empties cursors into one destination: batches of a bounded size, in order, retried until each record is
 * settled. Splits a batch that is too large or holds bad records, so that only those are rejected. This is the
 * place that retries.
 *
 * Timers do not keep the process alive: whoever owns the sender flushes it before the process ends.
 */
export class Sender {
  readonly #options: Required<SenderOptions>;
  readonly #intake = new Intake();
  readonly #gate: Gate;
  readonly #giveUp = new AbortController();
  readonly #lanes = new Set<Lane>();
  readonly #flushes = new Flushes(this.#intake);
  readonly #troubles: Troubles;
  readonly #aside = new Aside();
  /** It has accepted something since it was last away: what it refuses now is at fault. */
  #isKnown = false;
  #failure: Failure | undefined;
  /** Most bytes in a request, as far as the destination let us know. */
  #limit: number;
  #credit = MAX_CREDIT;
  /** Records that have waited long enough and are to be taken without waiting for more. */
  #due = 0;
  /** Runs while a batch fills. */
  #fill: NodeJS.Timeout | undefined;
  /** Runs while records are pending that cannot be read. */
  #look: NodeJS.Timeout | undefined;
  /** When the last batch was taken, by `performance.now()`. */
  #takenMs = 0;
  #turnMs = 0;
  #isPumping = false;
  #stopped = false;

  constructor(options: SenderOptions) {
    this.#options = resolveSender(options);
    this.#limit = this.#options.maxBytes;
    this.#gate = new Gate(this.#options);
    this.#troubles = new Troubles(this.#options.onError);
  }

  /** Records taken from the cursors and not settled. */
  get inFlight(): number {
    return this.#intake.inFlight;
  }

  /** Whether the destination is away, or refuses everything. */
  get isFailing(): boolean {
    return this.#gate.isShut || this.#aside.count > 0 || this.#troubles.has('doubt');
  }

  /** Why what is pending is not with the destination, as far as that has said anything. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /**
   * Adds a cursor; they are emptied in the order in which they were added.
   * @param first - it is a leftover: behind the other leftovers and before the own log, until it is empty
   */
  addCursor(cursor: Cursor, first = false): void {
    this.#intake.add(cursor, first);
  }

  /** Something was appended. To be called once a turn: cheap when nothing is to be done. */
  wake(): void {
    if (this.#lanes.size < this.#options.concurrency) this.#pump(false);
  }

  /**
   * Resolves when all that is pending now is settled, when there is no use in waiting, which depends on its patience
   * (an expired token: time alone does not mend that), or when the sender is closed. Cuts a running wait short, once.
   */
  flush(patience: Patience = 'patient'): Promise<void> {
    const mark = this.#intake.mark();
    if (this.#stopped || this.#intake.isPast(mark)) return Promise.resolve();
    const flushed = this.#flushes.until(mark, patience);
    this.#aside.makeDue();
    this.#gate.cut();
    this.#pump(false);
    return flushed;
  }

  /**
   * Flushes for at most `timeoutMs`, then gives up the requests in flight: their records stay pending, as do
   * all others. Idempotent.
   */
  async close(timeoutMs: number): Promise<void> {
    if (timeoutMs > 0) await within(timeoutMs, this.flush('last'));
    this.#stop();
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#fill);
    clearTimeout(this.#look);
    this.#intake.rewind();
    this.#giveUp.abort();
    this.#gate.end();
    this.#lanes.clear();
    this.#flushes.resolve(() => true);
    quietly(this.#options.onClosed);
  }

  /** @param goesOn - a batch has just been settled: the wait for the next one began when that was taken */
  #pump(goesOn: boolean): void {
    // Taking a batch can settle records, and whoever is told of that may wake us.
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#hasRoom() && this.#isDue(goesOn)) {
      if (!this.#takeNext()) {
        this.#lookLater();
        break;
      }
    }
    this.#isPumping = false;
    if (this.#lanes.size === 0 && this.#aside.count > 0) this.#waitForOthers();
    this.#flushes.resolve();
  }

  /** What was set aside is older, but only others can show what it is. @returns false when nothing can be read */
  #takeNext(): boolean {
    const isItsTurn = this.#isKnown || this.#intake.unread === 0 || this.#aside.isFull;
    const refused = isItsTurn ? this.#aside.take() : undefined;
    const { maxCount, maxItems } = this.#options;
    const taken = refused?.taken ?? this.#intake.take(Math.floor(this.#limit), maxCount, maxItems);
    if (taken !== undefined) this.#start(taken, refused?.part ?? taken.batch);
    return taken !== undefined;
  }

  /** Nothing else is there to be accepted first. */
  #waitForOthers(): void {
    const { doubt } = this.#aside;
    if (doubt !== undefined) this.#troubles.report('unknown', doubt);
    if (this.#intake.unread === 0 || this.#aside.isFull) this.#flushes.resolve(() => true);
    this.#lookAfter(this.#options.maxBackoffMs);
  }

  #hasRoom(): boolean {
    if (this.#stopped || this.#lanes.size >= this.#options.concurrency) return false;
    // While the destination is away one batch in hand is enough.
    return this.#lanes.size === 0 || !this.#gate.isShut;
  }

  /** Whether to send now; if not, a timer is running that makes it so. */
  #isDue(goesOn: boolean): boolean {
    const { unread } = this.#intake;
    if (this.#aside.isDue) return true;
    if (unread === 0 || this.#aside.isFull) return false;
    if (this.#due > 0 || !this.#flushes.areNone || unread >= this.#options.maxCount) return true;
    if (this.#isEnough()) return true;
    if (this.#fill !== undefined) return false;
    const nowMs = performance.now();
    const sinceMs = goesOn || this.#lanes.size > 0 ? this.#takenMs : nowMs;
    const waitMs = sinceMs + this.#options.flushIntervalMs - nowMs;
    if (waitMs > 0) this.#fill = setTimeout(() => this.#takeAll(), waitMs).unref();
    else this.#due = unread;
    return waitMs <= 0;
  }

  #isEnough(): boolean {
    const { minBytes, minItems, pendingItems } = this.#options;
    if (this.#intake.unreadBytes >= Math.min(this.#limit, minBytes)) return true;
    return minItems !== Number.POSITIVE_INFINITY && pendingItems() - this.#intake.inFlightItems >= minItems;
  }

  /** Sends all that has waited, even if it takes several batches because of different headers. */
  #takeAll(): void {
    clearTimeout(this.#fill);
    this.#fill = undefined;
    this.#due = this.#intake.unread;
    this.#pump(false);
  }

  /** Records are pending that cannot be read now: the log is closed, or somebody else has it. */
  #lookLater(): void {
    this.#due = 0;
    if (this.#lanes.size > 0) return;
    this.#flushes.resolve(() => true);
    if (this.#intake.unread > 0) this.#lookAfter(this.#options.maxBackoffMs);
  }

  #lookAfter(waitMs: number): void {
    this.#look ??= setTimeout(() => {
      this.#look = undefined;
      this.#aside.makeDue();
      this.#takeAll();
    }, waitMs).unref();
  }

  #start(taken: Taken, part: SpoolBatch): void {
    clearTimeout(this.#fill);
    this.#fill = undefined;
    this.#due = Math.max(0, this.#due - part.count);
    this.#takenMs = performance.now();
    const lane = { taken, rest: [part], rejected: false };
    this.#lanes.add(lane);
    void this.#deliver(lane);
  }

  async #deliver(lane: Lane): Promise<void> {
    while (lane.rest.length > 0) {
      await this.#gate.pass(lane);
      if (this.#stopped) return;
      if (this.#credit <= 0) this.#credit = CREDIT_PER_HOLD;
      const part = this.#nextPart(lane);
      const answer = await attempt(this.#options, part, this.#giveUp.signal);
      if (this.#stopped) return;
      this.#heed(lane, answer);
      await this.#giveWay(part.bytes.length);
      if (this.#stopped) return;
    }
    this.#lanes.delete(lane);
    if (!lane.rejected) this.#troubles.over('partial', 'poison', 'refused');
    this.#pump(true);
  }

  /**
   * A destination within the process answers without any I/O: a long backlog must not stop the app. And settling
   * a large batch and collecting the next one take half a millisecond each: not in the same turn.
   */
  async #giveWay(bytes: number): Promise<void> {
    if (bytes < LARGE_BYTES && performance.now() - this.#turnMs < MAX_TURN_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#turnMs = performance.now();
  }

  /** What goes next, in the size that went through last. */
  #nextPart({ rest }: Lane): SpoolBatch {
    let part = rest[0] as SpoolBatch;
    while (this.#limit < this.#options.maxBytes && part.bytes.length > this.#limit && part.count > 1) {
      rest.splice(0, 1, ...halvesOf(part));
      part = rest[0] as SpoolBatch;
    }
    return part;
  }

  #heed(lane: Lane, answer: Answer): void {
    if (answer.kind === 'retry' || answer.kind === 'hold') {
      this.#away(lane, answer);
      return;
    }
    // Whatever it says of the records, it is there again.
    this.#gate.open(lane);
    if (!this.#gate.isShut) {
      this.#troubles.over('retry', 'hold');
      this.#failure = undefined;
    }
    if (answer.kind === 'delivered') this.#accepted(lane, answer);
    else if (answer.kind === 'refused') this.#refused(lane, answer);
    else this.#narrow(lane, answer);
  }

  #away(lane: Lane, answer: Away): void {
    const mayPass = answer.kind === 'retry' || answer.mayPass === true;
    this.#isKnown = false;
    this.#failure = { error: answer.error, mayPass };
    this.#troubles.report(answer.kind, answer.error);
    if (answer.kind === 'retry') this.#gate.retryLater(lane, answer.afterMs);
    else if (mayPass && this.#flushes.has('last')) this.#gate.retryLater(lane);
    else this.#gate.hold(lane);
    this.#flushes.away(answer.kind, mayPass);
  }

  #accepted(lane: Lane, answer: Extract<Answer, { kind: 'delivered' }>): void {
    const part = lane.rest.shift() as SpoolBatch;
    const { count, bytes } = part;
    const { error, answer: text, within: refused } = answer;
    const acked: Outcome = refused === undefined ? ACKED : { column: 'acked', refused };
    // A record or two in a large batch say nothing about a larger limit.
    if (2 * bytes.length > this.#limit) this.#limit = Math.min(this.#options.maxBytes, this.#limit * GROWTH);
    const { lost, runs, isGuess } = rejectedOf(answer, count);
    if (count > lost) this.#believe(count - lost);
    if (lost > 0) this.#troubles.report('partial', error ?? tookPart(this.#options.name, lost, count));
    else if (error !== undefined) this.#troubles.report('warning', error);
    else this.#troubles.over('warning');
    const reason = answer.reason ?? 'partial_success';
    if (isGuess) quietly(() => this.#options.onPoison(part, undefined, reason, text));
    for (const { from, to, isRejected } of runs) {
      if (isRejected && !isGuess) this.#tellOf(part, from, to, reason, text);
      this.#settle(lane, partOf(part, from, to), isRejected ? { column: 'rejected', reason } : acked);
    }
  }

  /** It has accepted something: what it refuses now is refused for what it is. */
  #believe(count: number): void {
    this.#credit = Math.min(MAX_CREDIT, Math.max(0, this.#credit) + count);
    this.#troubles.over('doubt', 'unknown');
    this.#isKnown = true;
    this.#aside.makeDue();
  }

  #refused(lane: Lane, { reason, error }: Extract<Answer, { kind: 'refused' }>): void {
    const part = lane.rest.shift() as SpoolBatch;
    this.#troubles.report('refused', error);
    this.#tellOf(part, 0, part.count, reason);
    this.#settle(lane, part, { column: 'rejected', reason });
  }

  #tellOf(part: SpoolBatch, from: number, to: number, reason: string, answer?: string): void {
    for (let index = from; index < to; index++)
      quietly(() => this.#options.onPoison(part, index, reason, answer));
  }

  /** Something in the part is bad, or there is too much of it: halves it, down to one record. */
  #narrow(lane: Lane, answer: Bad): void {
    const part = lane.rest[0] as SpoolBatch;
    if (answer.kind === 'too_large') {
      this.#limit = Math.max(1, Math.min(this.#limit, part.bytes.length / 2));
    }
    if (part.count > 1) lane.rest.splice(0, 1, ...halvesOf(part));
    else this.#poisonous(lane, answer);
  }

  #poisonous(lane: Lane, answer: Bad): void {
    const part = lane.rest.shift() as SpoolBatch;
    const { error } = answer;
    if (answer.kind === 'invalid' && answer.doubt !== undefined && !this.#isKnown) {
      const doubt = acceptedNothing(this.#options.name, error, answer.doubt);
      this.#aside.add({ taken: lane.taken, part, doubt });
      this.#failure = { error: doubt, mayPass: false };
    } else {
      const invalid = answer.kind === 'invalid';
      const reason = invalid ? answer.reason : (error.reason ?? 'too_large');
      this.#troubles.report('poison', error);
      this.#tellOf(part, 0, 1, reason, invalid ? answer.answer : undefined);
      this.#settle(lane, part, { column: 'rejected', reason });
    }
    this.#credit--;
    if (this.#credit <= 0) this.#doubt(lane, error);
  }

  /**
   * A destination that refuses one record after the other and accepts none is broken more likely than all
   * the records are: a proxy, a wrong URL. The records stay, but for a few at each try.
   */
  #doubt(lane: Lane, cause: OtelEventsError): void {
    this.#gate.hold(lane);
    const doubt = this.#isKnown ? undefined : this.#aside.doubt;
    if (doubt !== undefined) this.#troubles.report('unknown', doubt);
    else this.#troubles.report('doubt', refusesAll(this.#options.name, cause));
    this.#flushes.resolve(() => true);
  }

  #settle(lane: Lane, part: SpoolBatch, outcome: Outcome): void {
    if (outcome.column === 'rejected') lane.rejected = true;
    this.#intake.settle(lane.taken, part, outcome);
    this.#flushes.resolve();
  }
}
