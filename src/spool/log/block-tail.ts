import type { Segment } from './segment.ts';

/** A stretch of the log in memory: whole records of one segment. */
export interface Block {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Position of the first byte. */
  readonly start: number;
  used: number;
  segment: Segment;
}

/** Blocks kept for the next use beside those in use. */
const MAX_SPARE = 2;

/**
 * The end of the log, in memory: what is not written yet, and a bounded stretch of what was written last, so
 * that a sender that keeps up never reads a file. Buffers are used again: a fresh one a turn costs more than
 * the copy into it.
 */
export class BlockTail {
  readonly #blockBytes: number;
  readonly #blocks: Block[] = [];
  readonly #spare: Buffer[] = [];
  #last: Block | undefined;
  /** While there is no block. */
  #end: number;

  constructor(start: number, blockBytes: number) {
    this.#end = start;
    this.#blockBytes = blockBytes;
  }

  /** The position after the last record. */
  get end(): number {
    const last = this.#last;
    return last === undefined ? this.#end : last.start + last.used;
  }

  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  get last(): Block | undefined {
    return this.#last;
  }

  /** A block for the next record of `size` bytes. */
  add(segment: Segment, size: number): Block {
    const bytes = this.#take(size);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const block: Block = { bytes, view, start: this.end, used: 0, segment };
    this.#blocks.push(block);
    this.#last = block;
    return block;
  }

  /** The block that holds `position`, if it is in memory. */
  find(position: number): Block | undefined {
    return this.#blocks.find((block) => position >= block.start && position < block.start + block.used);
  }

  /**
   * Forgets the oldest blocks that end at or before `limit`: all of them up to `passed`, and as many more as
   * it takes to hold no more than `maxBytes`.
   */
  trim(limit: number, passed: number, maxBytes: number): void {
    for (let first = this.#blocks[0]; first !== undefined; first = this.#blocks[0]) {
      const end = first.start + first.used;
      const excess = this.end - first.start > maxBytes;
      if (end > limit || (end > passed && !excess)) return;
      // The last one is still being filled, unless it could not take another record anyway.
      if (this.#blocks.length === 1 && first.bytes.length === this.#blockBytes && end > passed) return;
      this.#drop(first);
    }
  }

  #drop(block: Block): void {
    this.#end = this.end;
    this.#blocks.shift();
    this.#last = this.#blocks.at(-1);
    if (block.bytes.length === this.#blockBytes && this.#spare.length < MAX_SPARE)
      this.#spare.push(block.bytes);
  }

  #take(size: number): Buffer {
    if (size > this.#blockBytes) return Buffer.allocUnsafeSlow(size);
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#blockBytes);
  }
}
