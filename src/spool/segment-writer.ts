import { closeSync, fsyncSync, openSync, truncateSync, unlink, unlinkSync } from 'node:fs';
import { performance } from '../time.ts';
import { closeQuietly } from './disk/close-quietly.ts';
import { GroupSync } from './disk/group-sync.ts';
import { isThere } from './disk/is-there.ts';
import { openDirectory } from './disk/open-directory.ts';
import { quietly } from './disk/quietly.ts';
import type { Block, BlockTail } from './log/block-tail.ts';
import { type Contents, PREAMBLE_BYTES } from './log/layout.ts';
import { createSegment, type Segment, writeAt } from './log/segment.ts';
import { Home } from './owner/home.ts';
import type { Owner } from './owner/owner.ts';

/** What a {@link SegmentWriter} needs. */
export interface SegmentWriterOptions {
  readonly directory: string;
  readonly owner: Owner;
  readonly tail: BlockTail;
  /** Whether what was written is also brought to the disk itself. */
  readonly sync: boolean;
  readonly holds: Contents;
  /** The log goes on at `position` in new files, whose bases are not taken: blocks from there on get new segments. */
  readonly restartAt: (position: number, isTaken: (base: number) => boolean) => void;
  /** Records before `position` that were not in memory as well cannot be read any more. */
  readonly onLost: (position: number, reason: 'taken_over' | 'spool_lost') => void;
  /** We have a new, empty sub-directory. */
  readonly onHome: () => void;
  readonly onSynced: () => void;
  readonly onSyncFailed: (error: unknown) => void;
  /** The first position that some sink still needs. */
  readonly needed: () => number;
}

/** After a pause of this long, the sub-directory is looked after before a write as well. */
const PAUSE_MS = 2_500;
/** A write looks after the sub-directory if the last look was longer ago: a look costs as much as a small write. */
const CHECK_MS = 10;
const MAX_MOVES = 3;

/** Brings the blocks of the tail into segment files of a sub-directory of our own. */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #sync: GroupSync | undefined;
  #segments: Segment[] = [];
  /** Bases of files that are being removed: a new file of the same name would be removed with them. */
  readonly #leaving = new Set<number>();
  #home: Home | undefined;
  #open: { readonly segment: Segment; readonly fd: number } | undefined;
  /** The position before which everything was written. */
  #written: number;
  /** The position before which everything was seen to lie in our directory after it was written. */
  #verified: number;
  #checkedMs = Number.NEGATIVE_INFINITY;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#written = options.tail.end;
    this.#verified = this.#written;
    if (!options.sync) return;
    const sync = new GroupSync(this.#written, options.onSynced, (error) => this.#syncFailed(sync, error));
    this.#sync = sync;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get home(): Home | undefined {
    return this.#home;
  }

  get written(): number {
    return this.#written;
  }

  /** The position before which every record is as safe as `durability` says; only those may leave memory. */
  get safe(): number {
    return this.#sync === undefined ? this.#verified : Math.min(this.#verified, this.#sync.synced);
  }

  /** Makes the sub-directory, so that the first write is cheap. @throws what the file system throws */
  settle(): Home {
    if (this.#home !== undefined) return this.#home;
    this.#home = Home.make(this.#options.directory, this.#options.owner);
    this.#sync?.entered(this.#options.directory);
    this.#options.onHome();
    return this.#home;
  }

  /**
   * Writes what is in memory only, and looks whether it lies in a directory that is ours: if that is gone, or
   * was taken over by someone who thought us dead, the log goes on in a new one.
   * @param now - look at once; else a later flush or `check` may do it, and until then it is not `safe`
   * @throws what the file system throws; what was written until then stays written
   */
  flush(now: boolean): void {
    for (let moves = 0; moves < MAX_MOVES; moves++) {
      this.settle();
      const idleMs = performance.now() - this.#checkedMs;
      // After a pause, before the write as well: somebody else may be reading these files by now.
      const isWritten = (idleMs < PAUSE_MS || this.#isInPlace()) && this.#writeBlocks();
      if (isWritten && !now && idleMs < CHECK_MS) return;
      if (this.#isInPlace()) {
        this.#verified = this.#written;
        return;
      }
      this.leave();
    }
    throw new Error('the spool directory does not stay');
  }

  /** Whether our sub-directory and the open file are where we left them; if not, moves out. */
  check(): void {
    if (this.#home === undefined) return;
    if (this.#isInPlace()) this.#verified = this.#written;
    else this.leave();
  }

  /** Brings everything written to the disk, on this thread. @throws what the file system throws */
  syncNow(): void {
    const sync = this.#sync;
    if (sync === undefined || this.#home === undefined) return;
    const files = this.#segments.filter(({ end }) => end > sync.synced).map(({ file = '' }) => file);
    if (files.length === 0) return;
    try {
      for (const file of files) syncAndClose(openSync(file, 'r'));
      for (const directory of [this.#home.path, this.#options.directory])
        syncAndClose(openDirectory(directory));
      // A sync of the group that is under way may have been told of a failure that this one was not: that one decides.
      if (!sync.isRunning) sync.synced = this.#verified;
    } catch (error) {
      this.skipTo(Math.min(sync.synced, this.#written));
      throw error;
    }
  }

  /** Gives up what is in memory and was settled without a file. */
  skipSettled(): void {
    const needed = this.#options.needed();
    if (needed > this.safe) this.skipTo(needed);
  }

  /** The log goes on at `position` in new files. What is in memory before it is given up, what was written behind it is cut off. */
  skipTo(position: number): void {
    this.#closeOpen();
    const last = this.#segments.at(-1);
    for (const segment of this.#segments) {
      const end = segment === last ? Math.max(segment.end, this.#written) : segment.end;
      if (end > position) cut(segment, position);
    }
    this.#segments = this.#segments.filter(({ file }) => file !== undefined);
    this.#written = position;
    this.#verified = position;
    this.#sync?.restart(position);
    const isTaken = (base: number): boolean =>
      this.#leaving.has(base) || this.#segments.some((segment) => segment.base === base);
    this.#options.restartAt(position, isTaken);
  }

  /** After a failed write: the file is opened again for the next one, if it is still there. */
  reopen(): void {
    this.#closeOpen();
  }

  /** Removes the files that nobody needs, of those that get no more records. */
  removeWhere(isFree: (segment: Segment) => boolean): void {
    // The last file stays in any case: records go on in it.
    if (this.#segments.length < 2) return;
    const done = this.#segments.filter((segment) => isFree(segment) && !this.#isGrowing(segment));
    if (done.length === 0) return;
    this.#segments = this.#segments.filter((segment) => !done.includes(segment));
    for (const { base, file = '' } of done) {
      this.#leaving.add(base);
      // What cannot be removed now goes with the directory, here or at an adopter, for whom it is settled too.
      unlink(file, () => this.#leaving.delete(base));
    }
  }

  /** Moves out of a directory that is gone or somebody else's; out of a file, if only that is gone. */
  leave(): void {
    const { tail, needed, onLost } = this.#options;
    const home = this.#home;
    const inMemory = Math.max(tail.blocks[0]?.start ?? tail.end, needed());
    if (home?.isOurs()) {
      this.skipTo(inMemory);
      return;
    }
    // Whose files nobody can be seen to have are lost, wherever they may be.
    const isTaken = home?.wasTaken() === true;
    const from = isTaken ? this.safe : inMemory;
    this.#closeOpen();
    this.#segments = [];
    this.#home = undefined;
    this.skipTo(from);
    onLost(from, isTaken ? 'taken_over' : 'spool_lost');
    home?.cursors.close();
  }

  /** Lets go of the directory: removed if nothing in it is needed, else left to whoever comes next. */
  close(empty: boolean): void {
    this.#closeOpen();
    if (empty) this.#home?.remove();
    else this.#home?.release();
    this.#home = undefined;
  }

  /** @returns whether everything is written; false if the file that records go on in is gone */
  #writeBlocks(): boolean {
    try {
      for (const block of this.#options.tail.blocks) {
        if (block.start + block.used > this.#written) this.#writeBlock(block);
      }
      return true;
    } catch (error) {
      // No later attempt at the same file would do better.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || this.#isInPlace()) throw error;
      return false;
    }
  }

  #writeBlock(block: Block): void {
    const { segment } = block;
    const end = block.start + block.used;
    const fd = this.#fdOf(segment);
    while (this.#written < end) {
      const from = this.#written - block.start;
      this.#written += writeAt(fd, segment, block.bytes, from, block.used, this.#written);
    }
    segment.end = end;
    this.#sync?.wrote(fd, end);
  }

  #fdOf(segment: Segment): number {
    if (this.#open?.segment === segment) return this.#open.fd;
    this.#closeOpen();
    const isNew = segment.file === undefined;
    const directory = this.settle().path;
    const fd = isNew
      ? createSegment(directory, segment, this.#options.holds)
      : openSync(segment.file ?? '', 'r+');
    if (isNew) this.#segments.push(segment);
    if (isNew) this.#sync?.entered(directory);
    this.#open = { segment, fd };
    return fd;
  }

  #closeOpen(): void {
    if (this.#open === undefined) return;
    if (this.#sync === undefined) closeQuietly(this.#open.fd);
    else this.#sync.leave(this.#open.fd);
    this.#open = undefined;
  }

  /** Whether the file gets more: now, with the next records, or if a sync fails and everything is written again. */
  #isGrowing(segment: Segment): boolean {
    const { blocks, last } = this.#options.tail;
    const current = last?.segment ?? this.#segments.at(-1);
    if (segment === current || segment === this.#open?.segment) return true;
    const { safe } = this;
    return blocks.some((block) => block.segment === segment && block.start + block.used > safe);
  }

  /** @throws what the file system throws, if it does not say whether it is there */
  #isInPlace(): boolean {
    this.#checkedMs = performance.now();
    const next = this.#options.tail.blocks.find(({ start, used }) => start + used > this.#written);
    return isThere((this.#open?.segment ?? next?.segment)?.file ?? this.#home?.path ?? '');
  }

  // The kernel forgets what it could not write, and says so once: a second fsync would succeed and mean
  // nothing. So it is all written again, from memory, into a new file.
  #syncFailed(sync: GroupSync, error: unknown): void {
    this.skipTo(Math.min(sync.synced, this.#written));
    this.#options.onSyncFailed(error);
  }
}

function syncAndClose(fd: number | undefined): void {
  if (fd === undefined) return;
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Takes what is behind `position` out of the files, so that it is not there twice. */
function cut(segment: Segment, position: number): void {
  const { base, prelude, file = '' } = segment;
  const isEmpty = base + prelude.length >= position;
  // A new file may begin at the same position, with the same definitions, and so have the same name. A record that is
  // in both files is better than one that is in none.
  quietly(() => (isEmpty ? unlinkSync(file) : truncateSync(file, PREAMBLE_BYTES + position - base)));
  segment.end = Math.max(base, position);
  if (isEmpty) segment.file = undefined;
}
