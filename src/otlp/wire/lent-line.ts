/** Less is cheap to make, and to collect. */
const LEAST_BYTES = 32 * 1024;
/** Longer lines are rare. */
const MOST_BYTES = 2 * 1024 * 1024;
/** Lines are seldom written in more places at once. */
const MAX_SPARE = 4;
/** Of what a line needs: the next one may be longer. */
const ROOM = 1.25;

const spare: Buffer<ArrayBuffer>[] = [];
/** All memory that was made here: nobody has anything else in it. */
const ours = new WeakSet<ArrayBufferLike>();

/**
 * Memory for a line of so many bytes, in which another one may have been: V8 collects garbage after each 64 MB that
 * buffers have taken, however small the heap is.
 */
export function memoryForLine(bytes: number): Buffer<ArrayBuffer> {
  if (bytes < LEAST_BYTES) return Buffer.allocUnsafe(bytes);
  if (bytes > MOST_BYTES) return Buffer.allocUnsafeSlow(bytes);
  const used = spare.pop();
  if (used !== undefined && used.length >= bytes) return used.subarray(0, bytes);
  const made = Buffer.allocUnsafeSlow(Math.ceil(ROOM * bytes));
  ours.add(made.buffer);
  return made.subarray(0, bytes);
}

/** A line in memory that is used again, once all have given the line back to whom it was lent. */
export class LentLine {
  /** Used again only in memory of {@link memoryForLine}. */
  readonly bytes: Uint8Array;
  #readers = 0;
  #isGone = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Whether all have given it back: its bytes may be those of another line. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** To one more reader. */
  lend(): this {
    this.#readers++;
    return this;
  }

  /** Once for each time that it was lent, by one who reads it no more; whoever keeps its bytes does not. */
  giveBack(): void {
    this.#readers--;
    if (this.#readers > 0) return;
    this.#isGone = true;
    const { buffer } = this.bytes;
    if (ours.has(buffer) && spare.length < MAX_SPARE) spare.push(Buffer.from(buffer as ArrayBuffer));
  }
}
