import { counted } from '../counted.ts';
import { OtelEventsError } from '../errors.ts';
import { clearInterval, setInterval, within } from '../time.ts';
import { quietly } from './disk/quietly.ts';
import type { Cursor, SpoolBatch } from './log/cursor.ts';
import type { Leftover } from './owner/leftover.ts';
import { deadLetterOf } from './send/dead-letter-of.ts';
import { DeadLetters } from './send/dead-letters.ts';
import type { Patience } from './send/flushes.ts';
import { Sender } from './send/sender.ts';
import type { SenderOptions } from './send/sender-options.ts';
import { Spool } from './spool.ts';
import type { SpoolOptions } from './spool-options.ts';

/** What an {@link Outbox} needs: its spool's options. */
export type OutboxOptions = Omit<SpoolOptions, 'onTurn'>;

/** How one sink is served; the outbox adds the rest. */
export type SinkOptions = Omit<SenderOptions, 'name' | 'onPoison' | 'onError'>;

/** For one attempt at a destination that is known to be away: one that hangs would take its whole time-out. */
const AWAY_MS = 500;
const ADOPT_INTERVAL_MS = 10_000;
const LET_GO_MS = 5_000;
const CLOSED = { column: 'dropped', reason: 'closed' } as const;

/** A spool and the senders that empty it: the own log, and what dead processes left in the same directory. */
export class Outbox {
  readonly spool: Spool;
  readonly #onError: (error: OtelEventsError) => void;
  readonly #senders = new Map<string, Sender>();
  readonly #deadLetters: DeadLetters | undefined;
  readonly #unserved = new Set<string>();
  #leftovers: Leftover[] = [];
  #adopting: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What keeps records that are left at the end. */
  readonly #fixOfLoss: string;
  #closing: Promise<void> | undefined;

  constructor(options: OutboxOptions) {
    const { spool: directory, durability, onError = () => {} } = options;
    this.#onError = onError;
    this.#fixOfLoss = fixOfLoss(directory, durability);
    this.spool = new Spool({ ...options, onTurn: () => this.#wake() });
    if (directory === undefined || durability === 'memory') return;
    this.#deadLetters = new DeadLetters(directory, this.#onError);
    this.#timer = setInterval(() => this.#adopt(), ADOPT_INTERVAL_MS).unref();
    this.#adopt();
  }

  /** Records for sinks that are served here and not settled, those of leftovers included. */
  get unsettled(): number {
    let sum = 0;
    for (const sink of this.#senders.keys()) sum += this.pendingOf(sink).records;
    return sum;
  }

  /** What is not settled for a sink, leftovers included. */
  pendingOf(sink: string): { readonly records: number; readonly bytes: number } {
    const own = this.spool.cursor(sink);
    const sum = { records: own.pending, bytes: own.pendingBytes };
    for (const leftover of this.#leftovers) {
      const { pending = 0, pendingBytes = 0 } = leftover.cursor(sink) ?? {};
      sum.records += pending;
      sum.bytes += pendingBytes;
    }
    return sum;
  }

  /** Records of a sink in requests that have not been answered. */
  inFlight(sink: string): number {
    return this.#senders.get(sink)?.inFlight ?? 0;
  }

  /** Whether the destination of a sink is away, or refuses everything. */
  isFailing(sink: string): boolean {
    return this.#senders.get(sink)?.isFailing ?? false;
  }

  /** Begins to serve a sink. */
  serve(sink: string, options: SinkOptions): void {
    const sender = new Sender({
      ...options,
      name: sink,
      onPoison: (batch, index, reason, answer) =>
        void this.#deadLetters?.add(deadLetterOf(batch, index, { sink, reason, answer })),
      onError: (error) => {
        if (!this.#isSaid(sink, error)) this.#onError(error);
      },
    });
    this.#senders.set(sink, sender);
    for (const leftover of this.#leftovers) {
      const cursor = leftover.cursor(sink);
      if (cursor !== undefined) sender.addCursor(cursor, true);
    }
    sender.addCursor(this.spool.cursor(sink));
    sender.wake();
  }

  /** Keeps what a sink has refused for good among the dead letters, if there are files for them. */
  keepRefused(sink: string, batch: SpoolBatch, reason: string, answer?: string): void {
    this.#deadLetters?.add(deadLetterOf(batch, undefined, { sink, reason, answer }));
  }

  /**
   * Resolves when all that was appended before is settled by every sink that is served and does not refuse to.
   * @param patience - `hurried` does not wait for destinations that are away
   */
  async flush(patience: Patience = 'patient'): Promise<void> {
    await this.#adopting;
    await Promise.all([...this.#senders.values()].map((sender) => sender.flush(patience)));
  }

  /**
   * As a patient flush, but for a destination that is away it makes one attempt only, once every pending
   * record is as safe as `durability` says. Where records do not outlive the process, or cannot be written, it waits.
   */
  async flushOrSave(): Promise<void> {
    if (this.#deadLetters === undefined) return this.flush();
    let isSaved = false;
    const saved = this.spool.durable().then(() => {
      isSaved = true;
    });
    await this.#adopting;
    await Promise.all([...this.#senders.values()].map(attempt));
    if (!isSaved) await Promise.race([saved, this.flush()]);
  }

  /**
   * Flushes for at most `timeoutMs` and lets go of the directory. What is left stays there for the next
   * process; without a directory it is dropped and counted.
   */
  close(timeoutMs: number): Promise<void> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<void> {
    clearInterval(this.#timer);
    await within(timeoutMs, this.flush('last'));
    await Promise.all([...this.#senders.values()].map((sender) => sender.close(0)));
    if (this.spool.directory === undefined) this.#dropAll();
    this.spool.close();
    // Until the adopter has let go, no other process can take over the leftover that it was adopting.
    await within(LET_GO_MS, Promise.resolve(this.#adopting));
  }

  /** Drops what is pending, and what was being sent: without files it ends with this process. */
  #dropAll(): void {
    for (const [sink, { failure }] of this.#senders) {
      const cursor = this.spool.cursor(sink);
      const { pending } = cursor;
      this.#drop(cursor);
      if (pending > 0) this.#onError(undelivered(sink, pending, failure, this.#fixOfLoss));
    }
  }

  /** Whether another sink of the same server has said that no connection to it can be made. */
  #isSaid(sink: string, error: OtelEventsError): boolean {
    const unreached = unreachedOf(error);
    if (unreached === undefined) return false;
    return [...this.#senders].some(
      ([name, { failure }]) =>
        name !== sink && failure !== undefined && unreachedOf(failure.error) === unreached,
    );
  }

  #drop(cursor: Cursor): void {
    for (let batch = cursor.read(); batch !== undefined; batch = cursor.read()) {
      cursor.ack(batch.to, batch.from, CLOSED);
    }
  }

  #wake(): void {
    for (const sender of this.#senders.values()) sender.wake();
  }

  #adopt(): void {
    // Not in this turn: the sinks that are served from the start are served then.
    this.#adopting ??= Promise.resolve()
      .then(() => this.#adoptLeftovers())
      .catch((cause: unknown) => this.#reportAdoption(cause))
      .finally(() => {
        this.#adopting = undefined;
      });
  }

  async #adoptLeftovers(): Promise<void> {
    this.#leftovers = this.#leftovers.filter(({ isDone }) => !isDone);
    for (const leftover of await this.spool.adoptLeftovers()) {
      this.#leftovers.push(leftover);
      for (const sink of leftover.sinks) this.#hand(leftover, sink);
    }
  }

  #hand(leftover: Leftover, sink: string): void {
    const cursor = leftover.cursor(sink);
    const sender = this.#senders.get(sink);
    if (cursor === undefined) return;
    if (sender === undefined) this.#reportUnserved(sink, cursor.pending);
    else {
      sender.addCursor(cursor, true);
      sender.wake();
    }
  }

  /** Reports that leftovers could not be taken over: that is no reason to end the app. */
  #reportAdoption(cause: unknown): void {
    const message =
      'what earlier processes left in the spool could not be taken over; please report this as a defect';
    quietly(() => this.#onError(new OtelEventsError('SPOOL_UNREADABLE', message, { cause })));
  }

  #reportUnserved(sink: string, count: number): void {
    if (this.#unserved.has(sink)) return;
    this.#unserved.add(sink);
    const message = `the spool holds ${counted(count, 'record')} of an earlier process for ${sink}, which is not configured`;
    const fix = 'they stay in the directory: configure it again, or see otel-events spool ls and replay';
    this.#onError(new OtelEventsError('SPOOL_UNSERVED', message, { fix }));
  }
}

async function attempt(sender: Sender): Promise<void> {
  const wasAway = sender.isFailing;
  const flushed = sender.flush('hurried');
  await (wasAway ? within(AWAY_MS, flushed) : flushed);
}

/** The server to which a connection was refused, as the message has it; undefined for any other error. */
function unreachedOf({ cause, message }: OtelEventsError): string | undefined {
  if ((cause as NodeJS.ErrnoException | undefined)?.code !== 'ECONNREFUSED') return undefined;
  return message.replace(/\/v1\/(?:logs|traces) /, ' ');
}

function fixOfLoss(directory: string | undefined, durability: OutboxOptions['durability']): string {
  if (directory === undefined) return 'use the option spool, which keeps them for the next process';
  if (durability !== 'memory') return `make ${directory} writable, the directory of the option spool`;
  return "set the option durability to 'os', by which the spool keeps them for the next process";
}

/** More time is no help where only somebody can mend it. */
function undelivered(
  sink: string,
  count: number,
  failure: Sender['failure'],
  spool: string,
): OtelEventsError {
  const why = failure === undefined ? '' : `: ${failure.error.message}`;
  const message = `${sink}: ${counted(count, 'record was not delivered before close and is lost', 'records were not delivered before close and are lost')}${why}`;
  const fix = failure?.mayPass === false ? spool : `give close() more time, or ${spool}`;
  return new OtelEventsError('EXPORT_FAILED', message, { fix, cause: failure?.error });
}
