import { openSync } from 'node:fs';
import { performance } from '../../time.ts';
import { closeQuietly } from '../disk/close-quietly.ts';
import { isForWant } from '../disk/is-for-want.ts';
import { emptyView, findRecord, type RecordView, readOwn, readRecord, type Writable } from './layout.ts';
import { readAt, type Segment } from './segment.ts';

/** Looks at a record; `false` stops before it. The view is filled again for the next one. */
export type Visit = (record: RecordView) => boolean;

/** What a {@link SegmentReader} asks and tells. */
export interface SegmentReaderOptions {
  /** Whether the whole directory is out of reach: then nothing is known of one file in it. Default: never. */
  readonly isAway?: () => boolean;
  /** A file that cannot be read and may be readable later; once, as long as that lasts. */
  readonly onHeld?: (file: string, cause: unknown) => void;
}

const WINDOW_BYTES = 256 * 1024;
/** What a file answers that is not there any more, or where something else is now. */
const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP']);
/** A file of a directory that works otherwise is given up when the device has failed to read it for so long. */
const DEVICE_MS = 60_000;

/** Reads records from the files of segments, in windows of a reused buffer, checking each. */
export class SegmentReader {
  readonly #isAway: () => boolean;
  readonly #onHeld: (file: string, cause: unknown) => void;
  /** The segments that are not to be read for now, and since when by `performance.now()`. */
  readonly #held = new WeakMap<Segment, number>();
  #skips = 0;
  readonly #view = emptyView();
  #window: Buffer | undefined;
  #open: { readonly segment: Segment; readonly fd: number } | undefined;

  constructor({ isAway = () => false, onHeld = () => {} }: SegmentReaderOptions = {}) {
    this.#isAway = isAway;
    this.#onHeld = onHeld;
  }

  /** How often something was left out of a visit: it is damaged or gone. */
  get skips(): number {
    return this.#skips;
  }

  /**
   * Visits the records of `segment` from `position` on, up to `end`. What is damaged or gone is left out. Where
   * a file is there and cannot be read, this stops: permissions, servers and memory come back, and what was
   * acknowledged is not to be given up for that. Only a device that fails for a minute is not believed to mend.
   * @param leaveOut - what cannot be read now is left out as well
   * @returns where the next visit goes on
   */
  visit(segment: Segment, position: number, end: number, visit: Visit, leaveOut = false): number {
    this.#window ??= Buffer.allocUnsafeSlow(WINDOW_BYTES);
    let wanted = Math.min(WINDOW_BYTES, end - position);
    let at = position;
    while (at < end) {
      const window =
        wanted > WINDOW_BYTES ? Buffer.allocUnsafeSlow(wanted) : this.#window.subarray(0, wanted);
      const count = this.#read(segment, at, window);
      if (count === 'later' && !leaveOut) return at;
      if (count === 'later' || count === 0) {
        this.#skips++;
        return end;
      }
      const step = walk(window, count, at, visit, this.#view, count < wanted || at + count === end);
      if (step.skipped) this.#skips++;
      if (step.stopped) return step.position;
      wanted = Math.min(end - step.position, step.position === at ? wanted * 4 : WINDOW_BYTES);
      at = step.position;
    }
    return end;
  }

  /** Lets go of a file, before it is removed or its directory goes. */
  close(): void {
    if (this.#open !== undefined) closeQuietly(this.#open.fd);
    this.#open = undefined;
  }

  /** A second time with a new handle: a server that was away does not know the old one any more. */
  #read(segment: Segment, position: number, into: Buffer): number | 'later' {
    let cause: unknown;
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        const count = readAt(this.#fdOf(segment), segment, position, into);
        this.#held.delete(segment);
        return count;
      } catch (error) {
        if (isForWant(error)) return 'later';
        this.close();
        cause = error;
      }
    }
    // Gone: its records are missed by the cursors' own count, and reported there.
    return this.#isHeld(segment, cause) ? 'later' : 0;
  }

  #isHeld(segment: Segment, cause: unknown): boolean {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (GONE.has(code)) return false;
    const nowMs = performance.now();
    const sinceMs = this.#held.get(segment);
    if (sinceMs === undefined) this.#onHeld(segment.file ?? '', cause);
    if (sinceMs === undefined || this.#isAway()) this.#held.set(segment, nowMs);
    else if (code === 'EIO' && nowMs - sinceMs >= DEVICE_MS) return false;
    return true;
  }

  #fdOf(segment: Segment): number {
    if (this.#open?.segment === segment) return this.#open.fd;
    this.close();
    this.#open = { segment, fd: openSync(segment.file ?? '', 'r') };
    return this.#open.fd;
  }
}

/** Visits the records of a block of our own from `position` on. @returns where it stopped */
export function visitBlock(
  block: Readonly<Writable>,
  position: number,
  view: RecordView,
  visit: Visit,
): number {
  const { bytes, view: data, start, used } = block;
  let at = position - start;
  while (at < used) {
    readOwn(bytes, data, at, start, view);
    if (!visit(view)) break;
    at = view.to;
  }
  return start + at;
}

interface Step {
  readonly position: number;
  readonly stopped: boolean;
  /** Whether something on the way is damaged. */
  readonly skipped: boolean;
}

/** @param last - nothing follows this window: what is not whole in it is damaged */
function walk(
  bytes: Buffer,
  count: number,
  position: number,
  visit: Visit,
  view: RecordView,
  last: boolean,
): Step {
  let at = 0;
  let skipped = false;
  while (at < count) {
    const unreadable = readRecord(bytes, at, count, position + at, view);
    if (unreadable === undefined) {
      if (!visit(view)) return { position: position + at, stopped: true, skipped };
      at = view.to;
    } else if (!last) {
      // A damaged stretch is judged with all that follows in the file at hand; until then, read on from here.
      return { position: position + at, stopped: false, skipped };
    } else {
      skipped = true;
      at = findRecord(bytes, at, count, position + at);
    }
  }
  return { position: position + count, stopped: false, skipped };
}
