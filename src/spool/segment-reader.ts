import { openSync } from 'node:fs';
import { closeQuietly } from './close-quietly.ts';
import { isForWant } from './is-for-want.ts';
import { emptyView, findRecord, type RecordView, readOwn, readRecord, type Writable } from './layout.ts';
import { readAt, type Segment } from './segment.ts';

/** Looks at a record; `false` stops before it. The view is filled again for the next one. */
export type Visit = (record: RecordView) => boolean;

const WINDOW_BYTES = 256 * 1024;

/** Reads records from the files of segments, in windows of a reused buffer, checking each. */
export class SegmentReader {
  readonly #view = emptyView();
  #window: Buffer | undefined;
  #open: { readonly segment: Segment; readonly fd: number } | undefined;

  /**
   * Visits the records of `segment` from `position` on, up to `end`. What is damaged is skipped; what cannot
   * be read at all counts as damaged, unless that is for want of files or memory: then this is where it stops.
   * @returns where the next visit goes on
   */
  visit(segment: Segment, position: number, end: number, visit: Visit): number {
    this.#window ??= Buffer.allocUnsafeSlow(WINDOW_BYTES);
    let wanted = Math.min(WINDOW_BYTES, end - position);
    let at = position;
    while (at < end) {
      const window =
        wanted > WINDOW_BYTES ? Buffer.allocUnsafeSlow(wanted) : this.#window.subarray(0, wanted);
      const count = this.#read(segment, at, window);
      if (count === 'later') return at;
      if (count === 0) return end;
      const step = walk(window, count, at, visit, this.#view, count < wanted || at + count === end);
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
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        return readAt(this.#fdOf(segment), segment, position, into);
      } catch (error) {
        if (isForWant(error)) return 'later';
        this.close();
      }
    }
    // Gone or unreadable: its records are missed by the cursors' own count, and reported there.
    return 0;
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
  while (at < count) {
    const unreadable = readRecord(bytes, at, count, position + at, view);
    if (unreadable === undefined) {
      if (!visit(view)) return { position: position + at, stopped: true };
      at = view.to;
    } else if (!last) {
      // A damaged stretch is judged with all that follows in the file at hand; until then, read on from here.
      return { position: position + at, stopped: false };
    } else {
      at = findRecord(bytes, at, count, position + at);
    }
  }
  return { position: position + count, stopped: false };
}
