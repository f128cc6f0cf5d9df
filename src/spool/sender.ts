import { OtelEventsError } from '../errors.ts';
import { clearTimeout, performance, setImmediate, setTimeout } from '../time.ts';
import type { Cursor, SpoolBatch } from './cursor.ts';
import { Gate, MAX_TIMER_MS } from './gate.ts';
import { Intake, type Mark, type Taken } from './intake.ts';
import { ACKED, type Outcome } from './outcome.ts';
import { halvesOf, partOf } from './part-of.ts';
import { quietly } from './quietly.ts';
import type { Answer, Transport } from './transport.ts';
import { why } from './why.ts';
import { within } from './within.ts';

/** How a {@link Sender} works; every time is in milliseconds. */
export interface SenderOptions {
  /** The name of the sink, in messages. */
  readonly name: string;
  readonly transport: Transport;
  /** Requests in flight. Default 1: order holds only then. */
  readonly concurrency?: number;
  /** Of one batch. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Records of one batch. Default: no limit. */
  readonly maxCount?: number;
  /** Longest wait for a batch to fill; 0 sends at once. Default 1,000. */
  readonly flushIntervalMs?: number;
  /** Default 500. */
  readonly initialBackoffMs?: number;
  /** Default 30,000; also the interval at which a destination that refuses to talk is tried. */
  readonly maxBackoffMs?: number;
  /** Called for each record that is refused for good, before it is settled as rejected. */
  readonly onPoison?: (batch: SpoolBatch, index: number, reason: string, answer?: string) => void;
  /** Once per outage, once per burst of rejections. */
  readonly onError?: (error: OtelEventsError) => void;
  /** Once, when the sender is closed. */
  readonly onClosed?: () => void;
}

/** A batch under way. */
interface Lane {
  readonly taken: Taken;
  /** What is not settled of it, in order; each part goes in one request. */
  readonly rest: SpoolBatch[];
  /** Whether something of it was rejected. */
  rejected: boolean;
}

interface Flush {
  readonly mark: Mark;
  readonly resolve: () => void;
  /** Whether it waits for a destination that is away to come back. */
  readonly patient: boolean;
}

type Bad = Extract<Answer, { readonly kind: 'too_large' | 'invalid' }>;

/** What is reported once and not again until it is over. */
type Trouble = 'retry' | 'hold' | 'doubt' | 'partial' | 'poison' | 'refused';

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
 * settled. Splits a batch that is too large or holds bad records, so that only those are rejected. This and
 * `SendQueue` are the places that retry.
 *
 * Timers do not keep the process alive: whoever owns the sender flushes it before the process ends.
 */
export class Sender {
  readonly #options: Required<Omit<SenderOptions, 'onPoison' | 'onClosed'>>;
  readonly #onPoison: NonNullable<SenderOptions['onPoison']>;
  readonly #onClosed: () => void;
  readonly #intake = new Intake();
  readonly #gate: Gate;
  readonly #giveUp = new AbortController();
  readonly #lanes = new Set<Lane>();
  readonly #reported = new Set<Trouble>();
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
  /** When the app last had its turn, as far as we know. */
  #turnMs = 0;
  #isPumping = false;
  #stopped = false;
  #flushes: Flush[] = [];

  constructor(options: SenderOptions) {
    const { onPoison = () => {}, onClosed = () => {}, name, transport } = options;
    const { concurrency = 1, maxBytes = 1024 * 1024, maxCount = Number.POSITIVE_INFINITY } = options;
    const { flushIntervalMs = 1000, initialBackoffMs = 500, maxBackoffMs = 30_000 } = options;
    const { onError = () => {} } = options;
    this.#options = {
      name,
      transport,
      concurrency,
      maxBytes,
      maxCount,
      flushIntervalMs,
      initialBackoffMs,
      maxBackoffMs,
      onError,
    };
    this.#onPoison = onPoison;
    this.#onClosed = onClosed;
    this.#limit = maxBytes;
    this.#gate = new Gate({ initialBackoffMs, maxBackoffMs });
  }

  /** Records taken from the cursors and not settled. */
  get inFlight(): number {
    return this.#intake.inFlight;
  }

  /** Whether the destination is away, or refuses everything. */
  get isFailing(): boolean {
    return this.#gate.isShut || this.#reported.has('doubt');
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
   * Resolves when all that is pending now is settled, when the destination says that it will not have it for
   * now (404, an expired token: time alone does not mend that), or when the sender is closed. Cuts a running
   * wait short, once.
   * @param patient - false: resolves also when the destination was tried and is away
   */
  flush(patient = true): Promise<void> {
    const mark = this.#intake.mark();
    if (this.#stopped || this.#intake.isPast(mark)) return Promise.resolve();
    const flushed = new Promise<void>((resolve) => this.#flushes.push({ mark, resolve, patient }));
    this.#gate.cut();
    this.#pump(false);
    return flushed;
  }

  /**
   * Flushes for at most `timeoutMs`, then gives up the requests in flight: their records stay pending, as do
   * all others. Idempotent.
   */
  async close(timeoutMs: number): Promise<void> {
    if (timeoutMs > 0) await within(Math.min(timeoutMs, MAX_TIMER_MS), this.flush());
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
    this.#resolveFlushes();
    quietly(this.#onClosed);
  }

  /** @param goesOn - a batch has just been settled: the wait for the next one began when that was taken */
  #pump(goesOn: boolean): void {
    // Taking a batch can settle records, and whoever is told of that may wake us.
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#hasRoom() && this.#isDue(goesOn)) {
      const taken = this.#intake.take(Math.floor(this.#limit), this.#options.maxCount);
      if (taken === undefined) {
        this.#lookLater();
        break;
      }
      this.#start(taken);
    }
    this.#isPumping = false;
    if (this.#flushes.length > 0) this.#resolveFlushes();
  }

  #hasRoom(): boolean {
    if (this.#stopped || this.#lanes.size >= this.#options.concurrency) return false;
    // While the destination is away one batch in hand is enough.
    return this.#lanes.size === 0 || !this.#gate.isShut;
  }

  /** Whether to send now; if not, a timer is running that makes it so. */
  #isDue(goesOn: boolean): boolean {
    const { unread } = this.#intake;
    if (unread === 0) return false;
    if (this.#due > 0 || this.#flushes.length > 0 || unread >= this.#options.maxCount) return true;
    if (this.#intake.unreadBytes >= this.#limit) return true;
    if (this.#fill !== undefined) return false;
    const nowMs = performance.now();
    const sinceMs = goesOn || this.#lanes.size > 0 ? this.#takenMs : nowMs;
    const waitMs = sinceMs + this.#options.flushIntervalMs - nowMs;
    if (waitMs > 0) this.#fill = setTimeout(() => this.#takeAll(), Math.min(waitMs, MAX_TIMER_MS)).unref();
    else this.#due = unread;
    return waitMs <= 0;
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
    this.#resolveFlushes(() => true);
    clearTimeout(this.#look);
    if (this.#intake.unread === 0) return;
    this.#look = setTimeout(() => this.#takeAll(), this.#options.maxBackoffMs).unref();
  }

  #start(taken: Taken): void {
    clearTimeout(this.#fill);
    this.#fill = undefined;
    this.#due = Math.max(0, this.#due - taken.batch.count);
    this.#takenMs = performance.now();
    const lane = { taken, rest: [taken.batch], rejected: false };
    this.#lanes.add(lane);
    void this.#deliver(lane);
  }

  async #deliver(lane: Lane): Promise<void> {
    while (lane.rest.length > 0) {
      await this.#gate.pass(lane);
      if (this.#stopped) return;
      if (this.#credit <= 0) this.#credit = CREDIT_PER_HOLD;
      const part = this.#nextPart(lane);
      const answer = await this.#attempt(part);
      if (this.#stopped) return;
      this.#heed(lane, answer);
      await this.#giveWay(part.bytes.length);
      if (this.#stopped) return;
    }
    this.#lanes.delete(lane);
    if (!lane.rejected) this.#over('partial', 'poison', 'refused');
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

  async #attempt(part: SpoolBatch): Promise<Answer> {
    try {
      return await this.#options.transport(part, this.#giveUp.signal);
    } catch (cause) {
      const message = `${this.#options.name}: ${why(cause)}`;
      return { kind: 'retry', error: new OtelEventsError('EXPORT_FAILED', message, { cause, retry: {} }) };
    }
  }

  #heed(lane: Lane, answer: Answer): void {
    if (answer.kind === 'retry') {
      this.#gate.retryLater(lane, answer.afterMs);
      this.#reportOnce('retry', answer.error);
      this.#resolveFlushes(({ patient }) => !patient);
      return;
    }
    if (answer.kind === 'hold') {
      this.#gate.hold(lane);
      this.#reportOnce('hold', answer.error);
      this.#resolveFlushes(() => true);
      return;
    }
    // Whatever it says of the records, it is there again.
    this.#gate.open(lane);
    if (!this.#gate.isShut) this.#over('retry', 'hold');
    if (answer.kind === 'delivered') this.#accepted(lane, answer);
    else if (answer.kind === 'refused') this.#refused(lane, answer);
    else this.#narrow(lane, answer);
  }

  /** @see OTLP specification, "Partial Success": it is not retried, and does not say which records it means. */
  #accepted(lane: Lane, { refused = 0, error }: Extract<Answer, { kind: 'delivered' }>): void {
    const part = lane.rest.shift() as SpoolBatch;
    const { count, bytes } = part;
    // A record or two in a large batch say nothing about a larger limit.
    if (2 * bytes.length > this.#limit) this.#limit = Math.min(this.#options.maxBytes, this.#limit * GROWTH);
    const lost = Math.min(count, Math.max(0, Math.trunc(refused) || 0));
    const kept = count - lost;
    if (kept > 0) {
      this.#credit = Math.min(MAX_CREDIT, Math.max(0, this.#credit) + kept);
      this.#over('doubt');
      this.#settle(lane, partOf(part, 0, kept), ACKED);
    }
    if (lost === 0) return;
    const message = `${this.#options.name} took only a part: ${lost} of ${count} refused`;
    this.#reportOnce('partial', error ?? new OtelEventsError('EXPORT_PARTIAL', message));
    this.#settle(lane, partOf(part, kept, count), { column: 'rejected', reason: 'partial_success' });
  }

  #refused(lane: Lane, { reason, error }: Extract<Answer, { kind: 'refused' }>): void {
    const part = lane.rest.shift() as SpoolBatch;
    this.#reportOnce('refused', error);
    for (let index = 0; index < part.count; index++) quietly(() => this.#onPoison(part, index, reason));
    this.#settle(lane, part, { column: 'rejected', reason });
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
    const invalid = answer.kind === 'invalid';
    const reason = invalid ? answer.reason : (answer.error.reason ?? 'too_large');
    this.#reportOnce('poison', answer.error);
    quietly(() => this.#onPoison(part, 0, reason, invalid ? answer.answer : undefined));
    this.#settle(lane, part, { column: 'rejected', reason });
    this.#credit--;
    if (this.#credit <= 0) this.#doubt(lane, answer.error);
  }

  /**
   * A destination that refuses one record after the other and accepts none is broken more likely than all
   * the records are: a proxy, a wrong URL. The records stay, but for a few at each try.
   */
  #doubt(lane: Lane, cause: OtelEventsError): void {
    this.#gate.hold(lane);
    const message = `${this.#options.name} refuses every record: ${cause.message}`;
    const fix = 'check the URL and the encoding; what is left waits until it accepts one';
    this.#reportOnce('doubt', new OtelEventsError('EXPORT_FAILED', message, { cause, fix, retry: {} }));
    this.#resolveFlushes(() => true);
  }

  #settle(lane: Lane, part: SpoolBatch, outcome: Outcome): void {
    if (outcome.column === 'rejected') lane.rejected = true;
    this.#intake.settle(lane.taken, part, outcome);
    if (this.#flushes.length > 0) this.#resolveFlushes();
  }

  /** @param isOver - tells of those whose records are not settled whether there is no use in waiting */
  #resolveFlushes(isOver: (flush: Flush) => boolean = () => this.#stopped): void {
    const open = this.#flushes;
    this.#flushes = open.filter((flush) => !isOver(flush) && !this.#intake.isPast(flush.mark));
    for (const flush of open) if (!this.#flushes.includes(flush)) flush.resolve();
  }

  #reportOnce(trouble: Trouble, error: OtelEventsError): void {
    if (this.#reported.has(trouble)) return;
    this.#reported.add(trouble);
    quietly(() => this.#options.onError(error));
  }

  #over(...troubles: readonly Trouble[]): void {
    for (const trouble of troubles) this.#reported.delete(trouble);
  }
}
