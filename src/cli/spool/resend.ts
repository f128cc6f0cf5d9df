import type { OtelEventsError } from '../../errors.ts';
import { SIGNALS, type Signal } from '../../otlp/wire/batch.ts';
import type { Cursor } from '../../spool/log/cursor.ts';
import type { Settlement } from '../../spool/log/outcome.ts';
import { Sender } from '../../spool/send/sender.ts';
import type { SenderOptions } from '../../spool/send/sender-options.ts';
import type { Answer, Transport } from '../../spool/send/transport.ts';
import type { Destination } from './destination.ts';

/** Whom a {@link Resend} tells. */
export interface ResendOptions {
  readonly destination: Destination;
  /** Once per outage, once per burst of refusals. */
  readonly onError: (error: OtelEventsError) => void;
}

/** @see SenderOptions */
export type OnPoison = NonNullable<SenderOptions['onPoison']>;

/** Refusing to talk says nothing about the records, but a person waits here. */
const MAX_BACKOFF_MS = 5_000;

/**
 * Sends what cursors hold until all is settled or it makes no sense any more: nothing has succeeded for as long
 * as `--timeout` says, the destination refuses to talk of a signal from the start, or somebody said stop.
 */
export class Resend {
  readonly #options: ResendOptions;
  readonly #stop = new AbortController();
  /** Signals that the destination has said something about. */
  readonly #heard = new Set<Signal>();
  /** Signals that it refuses to talk of. */
  readonly #deaf = new Set<Signal>();
  #timer: NodeJS.Timeout | undefined;
  /** Records that the destination has. */
  sent = 0;
  /** Requests that it answered, whatever it said. */
  requests = 0;
  /** Records that it will never take. */
  refused = 0;
  /** Records that could not be read a second time: their owner settled them and removed the file. */
  gone = 0;

  constructor(options: ResendOptions) {
    this.#options = options;
  }

  /** Whether nothing more is tried. */
  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Gives up what is under way, and all that would come. */
  stop(): void {
    this.#stop.abort();
  }

  /** @param onPoison - called for each record that is refused for good */
  async run(cursors: Readonly<Record<Signal, Cursor>>, onPoison: OnPoison = () => {}): Promise<void> {
    this.#restartTimer();
    await Promise.all(SIGNALS.map((signal) => this.#send(signal, cursors[signal], onPoison)));
    clearTimeout(this.#timer);
  }

  /** To be told of all that the logs of the cursors settle. */
  count({ outcome, count }: Settlement): void {
    if (outcome.column === 'rejected') this.refused += count;
    else if (outcome.column !== 'acked') this.gone += count;
    else {
      this.sent += count;
      this.#restartTimer();
    }
  }

  async #send(signal: Signal, cursor: Cursor, onPoison: OnPoison): Promise<void> {
    if (this.isStopped || this.#deaf.has(signal) || cursor.pending === 0) return;
    const ended = Promise.withResolvers<void>();
    this.#stop.signal.addEventListener('abort', () => ended.resolve());
    const transport: Transport = async (batch, abort) => {
      const answer = await this.#options.destination.transport(batch, abort);
      if (isAnswered(answer)) this.requests++;
      // Not before the sender has heard and reported it.
      if (this.#isDeaf(signal, answer)) setImmediate(ended.resolve);
      return answer;
    };
    const { onError } = this.#options;
    const name = 'the destination';
    const sender = new Sender({
      name,
      transport,
      onPoison,
      onError,
      flushIntervalMs: 0,
      maxBackoffMs: MAX_BACKOFF_MS,
    });
    sender.addCursor(cursor);
    await Promise.race([sender.flush(), ended.promise]);
    await sender.close(0);
  }

  /** A wrong URL or token is seen at the first request; what stops in the middle may go on. */
  #isDeaf(signal: Signal, { kind }: Answer): boolean {
    if (kind === 'hold' && !this.#heard.has(signal)) this.#deaf.add(signal);
    else if (kind !== 'hold' && kind !== 'retry') this.#heard.add(signal);
    return this.#deaf.has(signal);
  }

  /** The one timer that keeps the process alive while a sender waits. */
  #restartTimer(): void {
    clearTimeout(this.#timer);
    if (!this.isStopped) this.#timer = setTimeout(() => this.stop(), this.#options.destination.timeoutMs);
  }
}

/** Of an attempt that got no answer there is a cause: refused, reset, timed out. */
function isAnswered(answer: Answer): boolean {
  return answer.kind !== 'retry' || answer.error.cause === undefined;
}
