/** Most events and characters that wait for a client that reads slowly. */
const MAX_WAITING = 1000;
const MAX_WAITING_LENGTH = 4 * 1024 * 1024;

/** One client of a stream of events: what waits for it, within bounds. */
export class StreamClient {
  /** Whether its server is on the way out. */
  readonly isClosing: () => boolean;
  readonly #onClose: (client: StreamClient) => void;
  #waiting: string[] = [];
  #length = 0;
  #dropped = 0;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(isClosing: () => boolean, onClose: (client: StreamClient) => void) {
    this.isClosing = isClosing;
    this.#onClose = onClose;
  }

  /** Adds an event; the oldest ones go if too much waits, and are counted. */
  push(message: string): void {
    if (this.#isClosed) return;
    this.#waiting.push(message);
    this.#length += message.length;
    while (this.#waiting.length > MAX_WAITING || this.#length > MAX_WAITING_LENGTH) {
      this.#length -= this.#waiting.shift()?.length ?? 0;
      this.#dropped++;
    }
    this.#wake?.();
  }

  /** Adds what only shows that the connection is there; not if something waits anyway. */
  pushIfIdle(message: string): void {
    if (this.#waiting.length === 0) this.push(message);
  }

  /** What to send next, as soon as there is something; undefined: the stream is over. */
  async next(): Promise<string | undefined> {
    while (this.#waiting.length === 0 && this.#dropped === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    if (this.#isClosed) return undefined;
    const dropped = this.#dropped > 0 ? droppedMessage(this.#dropped) : '';
    const text = dropped + this.#waiting.join('');
    this.#waiting = [];
    this.#length = 0;
    this.#dropped = 0;
    return text;
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = [];
    this.#wake?.();
    this.#onClose(this);
  }
}

function droppedMessage(count: number): string {
  return `event: dropped\ndata: {"count":${count}}\n\n`;
}
