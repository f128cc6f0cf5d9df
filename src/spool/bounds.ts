import { OtelEventsError } from '../errors.ts';
import type { BlockTail } from './log/block-tail.ts';
import type { Cursor } from './log/cursor.ts';
import type { RecordKind } from './log/record-kind.ts';
import type { SegmentWriter } from './segment-writer.ts';
import type { ResolvedSpoolOptions } from './spool-options.ts';

/** What {@link Bounds} looks at. */
export interface BoundsOptions extends ResolvedSpoolOptions {
  readonly cursors: readonly Cursor[];
  readonly tail: BlockTail;
  /** The files, while they cannot be written and memory fills instead. */
  readonly unwritten: () => SegmentWriter | undefined;
  readonly isClosed: () => boolean;
  readonly tidy: () => void;
  /** Keeps how far a sink has come, so that records it has passed do not come again after a crash. */
  readonly keep: (cursor: Cursor) => void;
}

/** Keeps the lag of each sink, and what waits in memory, within their bounds. */
export class Bounds {
  /** As long as the log does not grow beyond this position, nothing needs to be looked at. */
  limit = 0;
  readonly #options: BoundsOptions;
  /** Sinks that are dropping, and have been reported. */
  readonly #bursts = new Set<Cursor>();

  constructor(options: BoundsOptions) {
    this.#options = options;
  }

  /** Has the next append look at the bounds again: a cursor, the files or the tail have changed. */
  recheck(): void {
    this.limit = 0;
  }

  /** Told that a sink has come forward: the next drop for that sink is reported again. */
  moved(cursor: Cursor): void {
    this.#bursts.delete(cursor);
    this.recheck();
  }

  /** Applies the bounds before `size` more bytes. @returns the mask of the sinks that take the record */
  makeRoom(kind: RecordKind, size: number): number {
    if (this.#options.isClosed()) return 0;
    const { maxBytes, onFull, tail, cursors } = this.#options;
    let sinks = this.#makeRoomInMemory(kind, size);
    for (const cursor of cursors) {
      const lag = tail.end + size - lagStart(cursor);
      if (lag <= maxBytes) continue;
      // Records of other sinks make the log grow too: at twice the bound the oldest go in any case.
      if (onFull === 'drop-oldest' || lag > 2 * maxBytes) this.#dropOldest(cursor, lag - maxBytes);
      else if ((sinks >>> cursor.bit) & 1) {
        this.#reportFull(cursor);
        sinks = (sinks & ~(1 << cursor.bit)) >>> 0;
      }
    }
    this.limit = this.#nextLimit();
    return sinks;
  }

  #makeRoomInMemory(kind: RecordKind, size: number): number {
    const { maxMemoryBytes, onFull, tail } = this.#options;
    const files = this.#options.unwritten();
    if (files === undefined) return kind.mask;
    if (tail.end + size - files.safe > maxMemoryBytes) {
      files.skipSettled();
      this.#options.tidy();
    }
    while (onFull === 'drop-oldest' && tail.end + size - files.safe > maxMemoryBytes) {
      const block = tail.blocks.find(({ start, used }) => start + used > files.safe);
      if (block === undefined) break;
      for (const cursor of this.#options.cursors) this.#dropBefore(cursor, block.start + block.used);
      files.skipTo(block.start + block.used);
      this.#options.tidy();
    }
    const isFull = onFull === 'drop-newest' && tail.end + size - files.safe > maxMemoryBytes;
    if (!isFull) return kind.mask;
    for (const cursor of kind.cursors) this.#reportFull(cursor);
    return 0;
  }

  #nextLimit(): number {
    const { cursors, maxBytes, maxMemoryBytes, unwritten } = this.#options;
    const files = unwritten();
    const memory = files === undefined ? Number.POSITIVE_INFINITY : files.safe + maxMemoryBytes;
    return Math.min(memory, ...cursors.map((cursor) => lagStart(cursor) + maxBytes));
  }

  /** Drops in steps, so that not every append pays for a walk through the log. */
  #dropOldest(cursor: Cursor, excess: number): void {
    const { segmentBytes, maxBytes, tidy } = this.#options;
    this.#dropBefore(cursor, cursor.next + excess + Math.min(segmentBytes, maxBytes / 8));
    tidy();
  }

  #dropBefore(cursor: Cursor, position: number): void {
    if (cursor.pending > 0 && cursor.next < position) this.#reportFull(cursor);
    cursor.dropWhile('queue_full', (record) => record.position < position, true);
    this.#options.keep(cursor);
  }

  #reportFull(cursor: Cursor): void {
    if (this.#bursts.has(cursor)) return;
    this.#bursts.add(cursor);
    const fix = 'the destination is slower than the source, or away; each drop is counted';
    const message = `the spool is full for ${cursor.sink}, records are dropped`;
    this.#options.onError(new OtelEventsError('QUEUE_FULL', message, { fix }));
  }
}

/** Where the records begin that a sink still has to read. */
export function lagStart(cursor: Cursor): number {
  return cursor.pending === 0 ? cursor.position : cursor.next;
}
