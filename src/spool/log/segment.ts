import { openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { closeQuietly } from '../disk/close-quietly.ts';
import { type Contents, PREAMBLE_BYTES, preamble, segmentName } from './layout.ts';

/** A stretch of the log that is, or will be, one file. */
export interface Segment {
  /** Position of the first byte behind the preamble. */
  readonly base: number;
  /** Definitions that lie before the first record, where a log goes on in a new file. */
  readonly prelude: Buffer;
  /** The position after the last record. */
  end: number;
  /** Its file; undefined as long as nothing is written. */
  file: string | undefined;
}

/** A segment that begins with `prelude`, so that its first record has the position `start`. */
export function newSegment(start: number, prelude: Buffer = Buffer.alloc(0)): Segment {
  return { base: start - prelude.length, prelude, end: start, file: undefined };
}

/** Creates the file of `segment`, with all that lies before its first record. @returns the open file */
export function createSegment(directory: string, segment: Segment, holds: Contents): number {
  const file = path.join(directory, segmentName(segment.base));
  // Not exclusive: an attempt that ran out of space has left a piece of the same file.
  const fd = openSync(file, 'w', 0o600);
  try {
    const bytes = Buffer.concat([preamble(segment.base, holds), segment.prelude]);
    for (let done = 0; done < bytes.length; ) done += writeSome(fd, bytes, done, bytes.length, done);
  } catch (error) {
    closeQuietly(fd);
    throw error;
  }
  segment.file = file;
  return fd;
}

/** Writes bytes of `segment` to where `position` belongs. @returns how many went; at least one */
export function writeAt(
  fd: number,
  segment: Segment,
  bytes: Buffer,
  from: number,
  to: number,
  position: number,
): number {
  return writeSome(fd, bytes, from, to, PREAMBLE_BYTES + position - segment.base);
}

/** Reads bytes of `segment` from `position` into `into`. @returns how many came */
export function readAt(fd: number, segment: Segment, position: number, into: Buffer): number {
  const offset = PREAMBLE_BYTES + position - segment.base;
  let done = 0;
  while (done < into.length) {
    const count = readSync(fd, into, done, into.length - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

function writeSome(fd: number, bytes: Buffer, from: number, to: number, offset: number): number {
  const written = writeSync(fd, bytes, from, to - from, offset);
  if (written === 0) throw new Error('nothing was written');
  return written;
}
