import { closeSync, openSync } from 'node:fs';
import { emptyView, findRecord, type RecordView, readRecord } from './layout.ts';
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
   * be read at all counts as damaged.
   * @returns where the next visit goes on
   */
  visit(segment: Segment, position: number, end: number, visit: Visit): number {
    const fd = this.#fdOf(segment);
    if (fd === undefined) return end;
    this.#window ??= Buffer.allocUnsafeSlow(WINDOW_BYTES);
    let wanted = Math.min(WINDOW_BYTES, end - position);
    let at = position;
    while (at < end) {
      const window =
        wanted > WINDOW_BYTES ? Buffer.allocUnsafeSlow(wanted) : this.#window.subarray(0, wanted);
      const count = readQuietly(fd, segment, at, window);
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
    if (this.#open !== undefined) closeSync(this.#open.fd);
    this.#open = undefined;
  }

  #fdOf(segment: Segment): number | undefined {
    if (this.#open?.segment === segment) return this.#open.fd;
    this.close();
    if (segment.file === undefined) return undefined;
    try {
      this.#open = { segment, fd: openSync(segment.file, 'r') };
    } catch {
      // Gone or unreadable: its records are missed by the cursors' own count, and reported there.
      return undefined;
    }
    return this.#open.fd;
  }
}

/** Visits whole records that lie in memory and need no check. @returns where it stopped */
export function visitBytes(
  bytes: Buffer,
  from: number,
  to: number,
  position: number,
  view: RecordView,
  visit: Visit,
): number {
  let at = from;
  while (at < to && readRecord(bytes, at, to, position + at - from, false, view) === undefined) {
    if (!visit(view)) break;
    at = view.to;
  }
  return position + at - from;
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
    const unreadable = readRecord(bytes, at, count, position + at, true, view);
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

function readQuietly(fd: number, segment: Segment, position: number, into: Buffer): number {
  try {
    return readAt(fd, segment, position, into);
  } catch {
    // EIO: the stretch counts as damaged.
    return 0;
  }
}
