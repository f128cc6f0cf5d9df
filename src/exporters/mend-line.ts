import { readSync, writeSync } from 'node:fs';

const LINE_BREAK = Buffer.from('\n');
const SPACE = Buffer.from(' ');
const CHUNK_BYTES = 64 * 1024;

// All of this waits for the file: it happens after a crash or on a full disk only, and the fewer moments there
// are between its steps the better.

/**
 * Whether the last line has to be given its line break: it is complete, or somebody else's. Half a line of ours
 * stays for now, its writer may be at it still: {@link mendBefore} is called by whoever writes behind it.
 */
export function lacksLineBreak(fd: number, size: number, lineStart: string): boolean {
  const start = lineStartBefore(fd, size);
  if (start === size) return false;
  const line = read(fd, start, size);
  return !isOurs(line, lineStart) || isJson(line);
}

/**
 * Makes sure that a line that begins at `end` stands alone: what a failed write or a crash has left in front of
 * it becomes blanks.
 * @param fd - does not append
 * @param halfEnd - where half a line ends that begins at `end`; `end` if it is whole
 * @returns false when something of somebody else is in front, on the same line
 */
export function mendBefore(fd: number, end: number, lineStart: string, halfEnd: number): boolean {
  const start = tornLineBefore(fd, end);
  if (start === end) return true;
  // Whoever has written behind the half has mended it: what seems to be torn here is a whole line without its break.
  if (halfEnd > end && endsLine(fd, halfEnd)) return false;
  const torn = read(fd, start, end);
  if (isBlank(torn)) return true;
  // It begins with blanks where somebody was killed while mending it.
  if (torn[0] !== SPACE[0] && !isOurs(torn, lineStart)) return false;
  blankOut(fd, start, end, start > 0);
  return true;
}

/**
 * Takes half a line out of a file without moving what others have written behind it: it becomes blanks at the
 * end of the line before. The file is never cut: others may append to it at any moment. Its writer and whoever writes
 * behind it may do so at the same time: what each of them writes is the same.
 * @param fd - does not append
 * @param followsLine - whether a line break was in front of it: not to be read here, where another may have moved it
 */
export function blankOut(fd: number, start: number, end: number, followsLine: boolean): void {
  writeAt(fd, Buffer.alloc(end - start - (followsLine ? 1 : 0), SPACE), start);
  if (!followsLine) return;
  // Whoever looks for the beginning of this line finds one of the two line breaks at any moment.
  writeAt(fd, LINE_BREAK, end - 1);
  writeAt(fd, SPACE, start - 1);
}

/** Whether the line is ended in front of `end`. */
export function endsLine(fd: number, end: number): boolean {
  return end > 0 && read(fd, end - 1, end).equals(LINE_BREAK);
}

/** Where the line begins that is not ended at `end`; `end` if it is. */
function tornLineBefore(fd: number, end: number): number {
  for (;;) {
    const start = lineStartBefore(fd, end);
    // Somebody else may have blanked it out while we looked: then its line break shows now.
    if (lineStartBefore(fd, end) === start) return start;
  }
}

/** The place after the last line break in front of `end`, 0 if there is none. */
function lineStartBefore(fd: number, end: number): number {
  // Nearly always it is the last byte.
  for (let at = end, bytes = 1; at > 0; at -= bytes, bytes = CHUNK_BYTES) {
    const from = Math.max(0, at - bytes);
    const found = read(fd, from, at).lastIndexOf(LINE_BREAK);
    if (found >= 0) return from + found + 1;
  }
  return 0;
}

function isOurs(line: Buffer, lineStart: string): boolean {
  const start = Buffer.from(lineStart);
  const head = line.subarray(0, start.length);
  return start.subarray(0, head.length).equals(head);
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === SPACE[0]);
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

/** The bytes from `start` to `end`, or to the end of the file. */
export function read(fd: number, start: number, end: number): Buffer {
  const buffer = Buffer.alloc(end - start);
  return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, start));
}

function writeAt(fd: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(fd, bytes, done, bytes.length - done, at + done);
  }
}
