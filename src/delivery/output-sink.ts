import { OtelEventsError } from '../errors.ts';
import { saveResultsFile } from '../exporters/results-file.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import { absolute } from '../spool/disk/absolute.ts';
import type { Outcome } from '../spool/log/outcome.ts';
import { performance } from '../time.ts';
import type { Accounts, Ticket } from './ledger/accounts.ts';
import { RetryQueue } from './retry-queue.ts';
import type { BookedEvent, Sink } from './sink.ts';
import { type EncodingLimits, toEventRecord } from './to-event-record.ts';

/** The sink of events that are also saved as `results.json`. */
const OUTPUT_SINK = 'outputPath';

interface Result {
  readonly record: EventRecord;
  readonly directory: string;
  readonly ticket: Ticket;
  readonly bytes: number;
  /** Whether it waits among those of its directory, which settle it then. */
  isLate: boolean;
}

/** What {@link outputSink} needs. */
export interface OutputSinkOptions {
  readonly resource: EventRecord['resource'];
  readonly limits: EncodingLimits;
  readonly accounts: Accounts;
  readonly onError: (error: OtelEventsError) => void;
}

/** What the system answers when it may work later. Anything else lies in the path, and stays as it is. */
const PASSING = new Set(
  'EAGAIN EBUSY EDQUOT EINTR EIO EMFILE ENFILE ENOMEM ENOSPC ESTALE ETIMEDOUT'.split(' '),
);

/** Of results that wait for their directories, all together. */
const MAX_LATE_BYTES = 64 * 1024 * 1024;

/** Saves each event in the directory it names. The path is the call's own, so it does not go into the spool. */
export function outputSink(options: OutputSinkOptions): Sink {
  return new OutputSink(options);
}

/**
 * Each event is tried once in its turn. A directory that cannot be written for now gets a queue of its own, in
 * which its events wait in their order: nobody else waits for them.
 */
class OutputSink implements Sink {
  readonly name = OUTPUT_SINK;
  readonly #options: OutputSinkOptions;
  readonly #queue: RetryQueue<Result>;
  readonly #late = new Map<string, RetryQueue<Result>>();
  #lateBytes = 0;
  /** Why the event before was rejected, if it was: the same is not told again. */
  #told: string | undefined;

  constructor(options: OutputSinkOptions) {
    this.#options = options;
    this.#queue = this.#queueOf(
      (result, signal) => this.#try(result, signal),
      (error) => this.#tell(error),
    );
  }

  push({ event, ticket }: BookedEvent): void {
    this.#queue.push({
      ...toEventRecord(event, this.#options.resource, this.#options.limits),
      // Now: it means the directory in which the app is.
      directory: absolute(event.outputPath as string),
      ticket,
      isLate: false,
    });
  }

  async flush(): Promise<void> {
    await this.#queue.flush();
    await Promise.all([...this.#late.values()].map((queue) => queue.flush()));
  }

  async close(timeoutMs: number): Promise<void> {
    const endsMs = performance.now() + timeoutMs;
    await this.#queue.close(timeoutMs);
    const leftMs = Math.max(0, endsMs - performance.now());
    await Promise.all([...this.#late.values()].map((queue) => queue.close(leftMs)));
  }

  async #try(result: Result, signal: AbortSignal): Promise<void> {
    const late = this.#late.get(result.directory);
    if (late !== undefined) return this.#wait(result, late);
    try {
      await save(result);
      this.#told = undefined;
    } catch (error) {
      // When the queue has given the event up, it is settled.
      if ((error as OtelEventsError).retry === undefined || signal.aborted) throw error;
      if (this.#late.size === 0) this.#options.onError(error as OtelEventsError);
      this.#wait(result, this.#open(result.directory));
    }
  }

  #wait(result: Result, queue: RetryQueue<Result>): void {
    if (this.#lateBytes + result.bytes > MAX_LATE_BYTES) {
      const message = `${OUTPUT_SINK}: too much waits for directories that cannot be written`;
      throw new OtelEventsError('QUEUE_FULL', message, { reason: 'queue_full' });
    }
    result.isLate = true;
    this.#lateBytes += result.bytes;
    queue.push(result);
  }

  #open(directory: string): RetryQueue<Result> {
    // That it cannot be written for now has been told.
    const onError = (error: OtelEventsError): void =>
      error.retry === undefined ? this.#tell(error) : undefined;
    const queue = this.#queueOf(save, onError);
    this.#late.set(directory, queue);
    return queue;
  }

  #queueOf(
    run: (result: Result, signal: AbortSignal) => Promise<void>,
    onError: (error: OtelEventsError) => void,
  ): RetryQueue<Result> {
    const queue: RetryQueue<Result> = new RetryQueue<Result>({
      name: OUTPUT_SINK,
      run,
      sizeOf: ({ bytes }) => bytes,
      onError,
      onOutcome: (result, outcome) => this.#settle(queue, result, outcome),
    });
    return queue;
  }

  #settle(queue: RetryQueue<Result>, { ticket, isLate, directory, bytes }: Result, outcome: Outcome): void {
    const { accounts } = this.#options;
    // Its directory's queue has it now.
    if (isLate && queue === this.#queue) return;
    if (isLate) this.#lateBytes -= bytes;
    accounts.settle(ticket, accounts.sink(OUTPUT_SINK), outcome);
    if (queue !== this.#queue && queue.pending === 0) this.#late.delete(directory);
  }

  #tell(error: OtelEventsError): void {
    if (error.reason !== undefined && error.reason === this.#told) return;
    this.#told = error.reason;
    this.#options.onError(error);
  }
}

/** @throws OtelEventsError with `retry` if it may work later */
async function save({ directory, record }: Result): Promise<void> {
  try {
    await saveResultsFile(directory, record);
  } catch (cause) {
    const { code = 'format_failed' } = cause as NodeJS.ErrnoException;
    const retry = PASSING.has(code) ? { retry: {} } : {};
    const message = `${OUTPUT_SINK}: could not save results.json in a directory: ${code}`;
    throw new OtelEventsError('EXPORT_FAILED', message, { cause, reason: code.toLowerCase(), ...retry });
  }
}
