import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { Damage } from '../disk/damage-files.ts';
import {
  baseIn,
  baseOf,
  type Contents,
  contentsIn,
  emptyView,
  findRecord,
  identify,
  isTorn,
  KIND,
  MAX_SEGMENT_BYTES,
  PREAMBLE_BYTES,
  type RecordView,
  readRecord,
  type Unreadable,
} from './layout.ts';

/** Bytes of a segment file that are not a record. */
export interface Gap {
  /** In the file. */
  readonly offset: number;
  readonly bytes: number;
  /** A write that was not finished: nothing unusual after a crash, or while the owner writes. */
  readonly isTorn: boolean;
}

/**
 * What a file turned out to be. `damaged`: a segment whose preamble is; `foreign`: of somebody else; `gone`: it
 * was removed before it could be read, as an owner does with what every sink has.
 */
export type SegmentKind = 'segment' | 'damaged' | 'foreign' | 'unknown-version' | 'too-large' | 'gone';

/** Reads the file of a segment from its beginning and changes nothing, whoever is writing it. */
export class SegmentScan {
  readonly file: string;
  kind: SegmentKind = 'segment';
  holds: Contents = 'records';
  /** Position of the first byte behind the preamble. */
  base = 0;
  /** The position after the last record. */
  end = 0;
  /** Size of the file. */
  bytes = 0;
  /** Records that hold a field. */
  records = 0;
  readonly gaps: Gap[] = [];
  /** Why it could not be read to its end. */
  error: NodeJS.ErrnoException | undefined;
  readonly #view = emptyView();

  constructor(file: string) {
    this.file = file;
  }

  /** What an adopter would count. */
  get damage(): Damage {
    const stretches = this.gaps.filter((gap) => !gap.isTorn);
    const isSetAside = this.kind === 'unknown-version' || this.kind === 'too-large';
    return {
      stretches: stretches.length,
      bytes: sizeOf(stretches),
      files: isSetAside ? 1 : 0,
      tornBytes: sizeOf(this.gaps) - sizeOf(stretches),
    };
  }

  /** All records, definitions too. The view is filled again for the next one. Never throws. */
  *read(): Generator<RecordView, void> {
    let fd: number | undefined;
    try {
      fd = openSync(this.file, 'r');
      yield* this.#readOpen(fd);
    } catch (cause) {
      const error = cause as NodeJS.ErrnoException;
      if (error.code === 'ENOENT') this.kind = 'gone';
      else this.error = error;
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }

  *#readOpen(fd: number): Generator<RecordView, void> {
    const window = new Window(fd);
    this.bytes = window.size;
    window.load(0);
    const head = window.bytes.subarray(0, Math.min(window.count, PREAMBLE_BYTES));
    const found = identify(head);
    this.holds = contentsIn(head) ?? 'records';
    this.base = found === 'segment' ? baseIn(head) : (baseOf(path.basename(this.file)) ?? 0);
    this.end = this.base;
    if (window.size > MAX_SEGMENT_BYTES) this.kind = 'too-large';
    else if (window.size > 0) this.kind = found;
    if (this.kind === 'too-large' || this.kind === 'unknown-version') return;
    yield* this.#walk(window);
    this.bytes = window.size;
    this.#judgePreamble();
  }

  *#walk(window: Window): Generator<RecordView, void> {
    const view = this.#view;
    for (let offset = PREAMBLE_BYTES; offset < window.size; ) {
      const position = this.base + offset - PREAMBLE_BYTES;
      const unreadable = readOne(window, offset, position, view);
      if (unreadable !== undefined) {
        offset += this.#gapAt(offset, position, window, unreadable);
        continue;
      }
      this.end = view.end;
      if (view.kind !== KIND.definition) this.records++;
      offset += view.end - position;
      yield view;
    }
  }

  /** @returns its bytes */
  #gapAt(offset: number, position: number, window: Window, unreadable: Unreadable): number {
    const from = offset - window.start;
    const next = findRecord(window.bytes, from, window.count, position);
    const isTail = next === window.count;
    const bytes = next - from;
    const torn = isTail && isTorn(unreadable, window.bytes.subarray(from, next));
    if (bytes > 0) this.gaps.push({ offset, bytes, isTorn: torn });
    return Math.max(1, bytes);
  }

  /** Where the preamble is damaged, the records tell whether the file is one of ours. */
  #judgePreamble(): void {
    const hasRecords = this.end > this.base;
    if (this.kind === 'foreign' && hasRecords) this.kind = 'damaged';
    // Of somebody else's file nothing is missing.
    if (this.kind === 'foreign' && !this.gaps[0]?.isTorn) this.gaps.length = 0;
    if (this.kind === 'damaged' && hasRecords)
      this.gaps.unshift({ offset: 0, bytes: PREAMBLE_BYTES, isTorn: false });
  }
}

function readOne(window: Window, offset: number, position: number, view: RecordView): Unreadable | undefined {
  for (;;) {
    const { bytes, start, count } = window;
    const unreadable = readRecord(bytes, offset - start, count, position, view);
    if (unreadable === undefined || !window.widen(offset)) return unreadable;
  }
}

const WINDOW_BYTES = 256 * 1024;

/** The bytes of a file that are at hand. */
class Window {
  readonly #fd: number;
  readonly #small: Buffer = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  #isRest = false;
  bytes: Buffer = this.#small;
  /** Offset in the file of `bytes[0]`. */
  start = 0;
  /** How many of `bytes` are filled. */
  count = 0;
  /** Of the file, as far as it is known. */
  size: number;

  constructor(fd: number) {
    this.#fd = fd;
    this.size = fstatSync(fd).size;
  }

  /**
   * Gets more of what follows `offset`: a window of it, and then all. So before anything counts as damaged it has
   * been read a second time, which a record needs that its owner was just writing.
   * @returns whether there is anything new
   */
  widen(offset: number): boolean {
    if (this.#isRest) return false;
    if (offset > this.start) this.load(offset);
    else this.#loadRest(offset);
    return true;
  }

  load(offset: number): void {
    this.bytes = this.#small;
    this.start = offset;
    this.count = this.#fill();
  }

  #loadRest(offset: number): void {
    this.size = fstatSync(this.#fd).size;
    this.bytes = Buffer.allocUnsafeSlow(Math.max(0, this.size - offset));
    this.start = offset;
    this.count = this.#fill();
    this.size = offset + this.count;
    this.#isRest = true;
  }

  #fill(): number {
    let done = 0;
    while (done < this.bytes.length) {
      const count = readSync(this.#fd, this.bytes, done, this.bytes.length - done, this.start + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }
}

function sizeOf(gaps: readonly Gap[]): number {
  return gaps.reduce((sum, { bytes }) => sum + bytes, 0);
}
