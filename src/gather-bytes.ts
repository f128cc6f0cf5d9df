import type { Readable } from 'node:stream';

/** Bounds of a buffer that grows. */
export interface GrowingBufferOptions {
  /** The most that it takes in. */
  readonly maxBytes: number;
  /** What the sender says that will come; never trusted with more than the next step. */
  readonly expectedBytes?: number | undefined;
  /** Told before the buffer takes so many more bytes of memory; what it throws ends the gathering. */
  readonly onGrow?: (bytes: number) => void;
}

const FIRST_BYTES = 4 * 1024;
const MAX_FIRST_BYTES = 64 * 1024;
const GROWTH = 4;

/**
 * Bytes that come in pieces, in one piece of memory. The pieces themselves are not kept: one of a single byte
 * keeps hundreds of bytes alive.
 */
export class GrowingBuffer {
  readonly #maxBytes: number;
  readonly #expectedBytes: number | undefined;
  readonly #onGrow: ((bytes: number) => void) | undefined;
  #memory: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor({ maxBytes, expectedBytes, onGrow }: GrowingBufferOptions) {
    this.#maxBytes = maxBytes;
    this.#expectedBytes = expectedBytes;
    this.#onGrow = onGrow;
  }

  /** Of the memory that it holds. */
  get heldBytes(): number {
    return this.#memory.length;
  }

  /** What has been taken in, until more is: much memory that it does not need is let go of. */
  take(): Buffer {
    const bytes = this.#memory.subarray(0, this.#length);
    if (this.#memory.length <= 1.25 * this.#length) return bytes;
    const copy = Buffer.allocUnsafeSlow(this.#length);
    copy.set(bytes);
    return copy;
  }

  /** Takes in as much as there is room for. @returns whether that was all */
  add(piece: Uint8Array): boolean {
    const size = Math.min(piece.length, this.#maxBytes - this.#length);
    const needed = this.#length + size;
    if (needed > this.#memory.length) this.#grow(needed);
    this.#memory.set(size === piece.length ? piece : piece.subarray(0, size), this.#length);
    this.#length = needed;
    return size === piece.length;
  }

  #grow(needed: number): void {
    const memory = Math.max(needed, this.#nextSize());
    this.#onGrow?.(memory - this.#memory.length);
    this.#memory = enlarged(this.#memory, memory);
  }

  /** Four times as much, but no more than can come: each step is new memory, and a copy. */
  #nextSize(): number {
    const first = Math.min(this.#expectedBytes ?? FIRST_BYTES, MAX_FIRST_BYTES);
    const size = Math.max(first, GROWTH * this.#memory.length);
    return Math.min(size, this.#maxBytes, Math.max(this.#expectedBytes ?? size, this.#length));
  }
}

/** With memory of its own, not a piece of Node's pool; what it was in is free at once, and not when garbage is collected. */
function enlarged(memory: Buffer, size: number): Buffer {
  if (memory.length === 0) return Buffer.allocUnsafeSlow(size);
  return Buffer.from((memory.buffer as ArrayBuffer).transfer(size));
}

/**
 * Takes in what a source sends, until it ends or there is no more room. A stream of Node.js is not destroyed:
 * what it still has is for the caller to pass over.
 * @returns whether all of it found room
 */
export async function gatherBytes(
  source: AsyncIterable<Uint8Array>,
  buffer: Pick<GrowingBuffer, 'add'>,
): Promise<boolean> {
  if (isStream(source)) return gatherStream(source, buffer);
  for await (const piece of source) if (!buffer.add(piece)) return false;
  return true;
}

function isStream(source: object): source is Readable {
  return typeof (source as Partial<Readable>).on === 'function';
}

/** As pieces come: an iterator would let those of a whole read of the socket wait in the stream. */
function gatherStream(source: Readable, buffer: Pick<GrowingBuffer, 'add'>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const add = (piece: Uint8Array | string): void => {
      try {
        // An app may have set an encoding.
        if (!buffer.add(typeof piece === 'string' ? Buffer.from(piece) : piece)) stop(() => resolve(false));
      } catch (error) {
        stop(() => reject(error));
      }
    };
    const end = (): void => stop(() => resolve(true));
    const close = (): void => stop(() => reject(source.errored ?? new Error('the stream broke off')));
    const stop = (settle: () => void): void => {
      source.off('data', add).off('end', end).off('close', close);
      settle();
    };
    if (source.readableEnded) end();
    else if (source.destroyed) close();
    // The listener for errors stays: one that comes later, and that nobody listens for, ends the process.
    else source.on('error', reject).on('end', end).on('close', close).on('data', add);
  });
}
