import { performance } from '../time.ts';

/** Most messages and bytes that wait for a client that reads slowly, what is on its way included. */
const MAX_WAITING = 1000;
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/** Most bytes that are handed over at once: so much can be in the buffer of a socket, beside what waits here. */
const PART_BYTES = 64 * 1024;

const NOTHING = new Uint8Array();

/** One client of a stream of events: what waits for it, within bounds. */
export class StreamClient {
  /** Whether its server is on the way out. */
  readonly isClosing: () => boolean;
  /** Resolves when the stream is over. */
  readonly closed: Promise<void>;
  readonly #onClose: (client: StreamClient) => void;
  readonly #settleClosed: () => void;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** What is left of what is being handed over, and how large that is as a whole. */
  #rest: Uint8Array = NOTHING;
  #sendingBytes = 0;
  #handedMs: number | undefined;
  #dropped = 0;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(isClosing: () => boolean, onClose: (client: StreamClient) => void) {
    this.isClosing = isClosing;
    this.#onClose = onClose;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#settleClosed = resolve;
  }

  /**
   * Adds a message; the oldest ones go if too much waits, and are counted.
   * @param message - not copied, so that the same one can wait for all clients
   */
  push(message: Uint8Array): void {
    if (this.#isClosed) return;
    this.#waiting.push(message);
    this.#waitingBytes += message.length;
    while (this.#waiting.length > 0 && this.#isTooMuch()) {
      this.#waitingBytes -= this.#waiting.shift()?.length ?? 0;
      this.#dropped++;
    }
    this.#wake?.();
  }

  /** Adds what only shows that the connection is there; not if something waits anyway. */
  pushIfIdle(message: Uint8Array): void {
    if (this.#waiting.length === 0) this.push(message);
  }

  /** What to send next, as soon as there is something; undefined: the stream is over. To be asked when that is gone. */
  async next(): Promise<Uint8Array | undefined> {
    this.#handedMs = undefined;
    if (this.#rest.length === 0) this.#sendingBytes = 0;
    while (this.#isIdle() && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    if (this.#isClosed) return undefined;
    if (this.#rest.length === 0) this.#rest = this.#take();
    const part = this.#rest.subarray(0, PART_BYTES);
    this.#rest = this.#rest.subarray(PART_BYTES);
    this.#handedMs = performance.now();
    return part;
  }

  /** Whether what it was given last is not gone since. */
  isStalled(stallMs: number): boolean {
    return this.#handedMs !== undefined && performance.now() - this.#handedMs > stallMs;
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting.length = 0;
    this.#rest = NOTHING;
    this.#wake?.();
    this.#settleClosed();
    this.#onClose(this);
  }

  #isTooMuch(): boolean {
    return this.#waiting.length > MAX_WAITING || this.#waitingBytes + this.#sendingBytes > MAX_WAITING_BYTES;
  }

  #isIdle(): boolean {
    return this.#waiting.length === 0 && this.#rest.length === 0 && this.#dropped === 0;
  }

  /** The next message, together with those after it that are small. */
  #take(): Uint8Array {
    if (this.#dropped > 0) {
      const message = Buffer.from(`event: dropped\ndata: {"count":${this.#dropped}}\n\n`);
      this.#dropped = 0;
      return message;
    }
    let [bytes, count] = [0, 0];
    for (const { length } of this.#waiting) {
      if (count > 0 && bytes + length > PART_BYTES) break;
      bytes += length;
      count++;
    }
    const messages = this.#waiting.splice(0, count);
    this.#waitingBytes -= bytes;
    this.#sendingBytes = bytes;
    const [first = NOTHING] = messages;
    return count === 1 ? first : Buffer.concat(messages, bytes);
  }
}
