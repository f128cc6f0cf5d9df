import { type Block, BlockTail } from './block-tail.ts';
import { Definitions, define, sizeOf } from './definitions.ts';
import { type Contents, FIRST_POSITION } from './layout.ts';
import type { RecordKind } from './record-kind.ts';
import { newSegment, type Segment } from './segment.ts';

const BLOCK_BYTES = 1024 * 1024;

/** The end of the log: what of it is in memory, the segment that grows, and what is defined in that. */
export class LogEnd {
  readonly definitions: Definitions;
  readonly tail: BlockTail;
  readonly #segmentBytes: number;
  readonly #onFull: () => void;
  #segment: Segment;

  /** @param onFull - a block is full, and the next one is about to be begun */
  constructor(segmentBytes: number, maxBytes: number, holds: Contents, onFull: () => void) {
    this.definitions = new Definitions(holds);
    this.#segmentBytes = segmentBytes;
    this.#onFull = onFull;
    this.tail = new BlockTail(FIRST_POSITION, Math.min(BLOCK_BYTES, segmentBytes, maxBytes));
    this.#segment = newSegment(this.tail.end);
  }

  /** The block for the next record, of `size` bytes, with all that it refers to defined before it. */
  blockFor(kind: RecordKind, size: number): Block {
    const block = this.tail.last;
    const segment = this.#segment;
    const isReady =
      block !== undefined &&
      block.segment === segment &&
      kind.definedIn === segment &&
      block.used + size <= block.bytes.length &&
      block.start + block.used + size - segment.base <= this.#segmentBytes;
    return isReady ? block : this.#prepareBlock(kind, size);
  }

  /**
   * From `position` on the log goes into new files, with all definitions at their start.
   * @param isTaken - whether there is a file already that begins at this base
   */
  restartAt(position: number, isTaken: (base: number) => boolean): void {
    const ahead = this.tail.blocks.filter(({ start, used }) => start + used > position);
    // The last block is still being filled, even if all that it holds lies before `position`.
    const blocks = ahead.length > 0 ? ahead : this.tail.blocks.slice(-1);
    const before = blocks[0]?.segment ?? this.#segment;
    const segment = newSegment(position, this.#preludeAt(position, isTaken));
    for (const block of blocks) {
      if (block.segment === before) block.segment = segment;
      else block.segment.file = undefined;
    }
    if (this.#segment === before) this.#segment = segment;
  }

  /** Where a file of that name is in use, the definitions come once more, so that the base is another one. */
  #preludeAt(position: number, isTaken: (base: number) => boolean): Buffer {
    let prelude = this.definitions.prelude(position);
    for (let times = 2; prelude.length > 0 && isTaken(position - prelude.length); times++) {
      prelude = this.definitions.prelude(position, times);
    }
    return prelude;
  }

  #prepareBlock(kind: RecordKind, size: number): Block {
    const end = this.tail.end;
    if (end + size - this.#segment.base > this.#segmentBytes && end > this.#segment.base) {
      this.#segment = newSegment(end);
    }
    if (this.#isFull(size + sizeOf(this.#missing(kind)))) this.#onFull();
    // Only now: what was done about a full block may have begun another segment.
    const missing = this.#missing(kind);
    const needed = size + sizeOf(missing);
    const last = this.tail.last;
    const block = last === undefined || this.#isFull(needed) ? this.tail.add(this.#segment, needed) : last;
    define(block, this.#segment, missing);
    kind.definedIn = this.#segment;
    return block;
  }

  /** Whether there is a block, and it does not take so much. */
  #isFull(bytes: number): boolean {
    const last = this.tail.last;
    return last !== undefined && (last.segment !== this.#segment || last.used + bytes > last.bytes.length);
  }

  #missing({ headerId, nameId, mask }: RecordKind): ReturnType<Definitions['missingIn']> {
    return this.definitions.missingIn(this.#segment, headerId, nameId, mask);
  }
}
