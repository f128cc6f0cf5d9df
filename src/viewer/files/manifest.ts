import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A file, as it was when it was read. */
export interface FileSeen {
  readonly path: string;
  readonly inode: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly isPacked: boolean;
  /** Up to where it was read. */
  readonly end: number;
  /** Of the bytes before that: whether it is still the same file. */
  readonly lastBytes: string;
  /** Lines that could not be read, and records in others. */
  readonly skipped: number;
  readonly skippedRecords: number;
  /** Records that came again, and are kept once. */
  readonly repeated: number;
  /** Whether the last of them has no end. */
  readonly isHalf: boolean;
}

/** Grows when stores that were made of files before cannot be used any more. */
const VERSION = 2;

const LAST_BYTES = 4096;

/** @param end - up to where it was read */
export function seenFile(file: string, end = 0): FileSeen {
  const { ino, size, mtimeMs } = statSync(file);
  return {
    path: file,
    inode: String(ino),
    size,
    mtimeMs,
    isPacked: false,
    end,
    lastBytes: lastBytesOf(file, end),
    skipped: 0,
    skippedRecords: 0,
    repeated: 0,
    isHalf: false,
  };
}

/** Whether what was read of a file before is still there as it was. */
export function hasOnlyGrown(before: FileSeen | undefined, now: FileSeen): boolean {
  if (before === undefined || before.inode !== now.inode || before.isPacked !== now.isPacked) return false;
  if (before.size === now.size) return before.mtimeMs === now.mtimeMs;
  const hasGrown = !now.isPacked && now.size > before.size;
  return hasGrown && before.lastBytes === lastBytesOf(now.path, before.end);
}

/** Undefined: there is none, or it is of another version. */
export function readManifest(directory: string): Map<string, FileSeen> | undefined {
  try {
    const { version, files } = JSON.parse(readFileSync(nameIn(directory), 'utf8')) as {
      version: number;
      files: FileSeen[];
    };
    return version === VERSION ? new Map(files.map((file) => [file.path, file])) : undefined;
  } catch {
    // Whatever is wrong with it: the files are read again.
    return undefined;
  }
}

export function writeManifest(directory: string, files: readonly FileSeen[]): void {
  const file = nameIn(directory);
  writeFileSync(`${file}.new`, JSON.stringify({ version: VERSION, files }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function nameIn(directory: string): string {
  return path.join(directory, 'manifest.json');
}

function lastBytesOf(file: string, end: number): string {
  const bytes = Buffer.alloc(Math.min(end, LAST_BYTES));
  const handle = openSync(file, 'r');
  try {
    const length = readSync(handle, bytes, 0, bytes.length, end - bytes.length);
    return createHash('sha256').update(bytes.subarray(0, length)).digest('hex');
  } finally {
    closeSync(handle);
  }
}
