import {
  chmodSync,
  chownSync,
  closeSync,
  createWriteStream,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  utimesSync,
} from 'node:fs';
import path from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';
import { counted } from '../counted.ts';
import { syncToDisk } from '../sync-to-disk.ts';
import { readLines } from '../viewer/files/read-lines.ts';
import { type Packing, packingOf } from '../viewer/files/read-unpacked.ts';
import { whoWrites } from './file-writers.ts';
import { JudgedLines } from './judged-lines.ts';
import type { PersonMatch } from './person-match.ts';

/** What was found in a place. */
export interface Found {
  /** Log records, spans and data points. */
  readonly found: number;
  readonly erased: number;
  /** Why not all of them could be erased; undefined: all could. */
  readonly problem?: string | undefined;
  /** What was dropped, or would be, since nobody can read it and it holds an id, or may; undefined: nothing. */
  readonly dropped?: string | undefined;
}

export interface EraseFileOptions {
  /** Nothing is changed. */
  readonly dryRun: boolean;
  /** What cannot be read, and holds an id or may, goes too. Default false: it stays, and is said. */
  readonly dropUnreadable?: boolean | undefined;
  /** Told how many bytes of the file have been read, as it is on the disk; twice where it is written anew. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/** Beside the file; nobody takes it for one of events, and the next run writes it anew. */
export const ERASING = '.erasing';

const LINE_BREAK = Buffer.from('\n');

/**
 * Takes a person's records out of a file of OTLP/JSON lines. The file is written anew beside it, with its packing, mode and times,
 * synced and put in its place: a crash leaves the one or the other whole. All other lines stay byte for byte. Behind a symbolic
 * link that is the file to which it leads. What cannot be read may be of others: a line of it stays as it is, and so does the
 * whole file where such a thing could not be copied.
 * @throws what the file system throws
 */
export async function eraseFile(
  named: string,
  match: PersonMatch,
  { dryRun, dropUnreadable = false, onRead }: EraseFileOptions,
): Promise<Found> {
  const file = realpathSync(named);
  const next = file + ERASING;
  // What a run that was killed has left.
  if (!dryRun && existsSync(next) && whoWrites(next) === undefined) rmSync(next, { force: true });
  const before = statSync(file);
  const lines = new JudgedLines(match, dropUnreadable);
  for await (const line of readLines(file, { onRead })) lines.judge(line);
  const { found, isCopyable, unread } = lines;
  if (!dropUnreadable && !isCopyable)
    return {
      found,
      erased: 0,
      problem: `${unread}: all of it stays; put a whole one in its place, or drop what cannot be read with --drop-unreadable`,
    };
  const left =
    unread === undefined || dropUnreadable
      ? undefined
      : `${unread}: look at it, or drop it with --drop-unreadable`;
  const told = unread !== undefined && dropUnreadable ? { dropped: unread } : {};
  if (found === 0 && told.dropped === undefined) return { found: 0, erased: 0, problem: left };
  const problem = left ?? otherNames(before);
  if (dryRun) return { found, erased: 0, problem: whoWrites(file) ?? problem, ...told };
  const writer = whoWrites(file);
  if (writer !== undefined)
    return { found, erased: 0, problem: `${writer}: have it begin another, or end it` };
  // Open until it is in its place: so another run sees that this one is at work.
  const handle = openNew(next);
  if (handle === undefined)
    return { found, erased: 0, problem: 'another run is at work on it: run this again' };
  try {
    await writeWithout(file, handle, new JudgedLines(match, dropUnreadable), onRead);
    takeOver(next, before);
    if (whoWrites(file) !== undefined || hasChanged(before, statSync(file)) || !isAt(next, handle))
      return { found, erased: 0, problem: 'it was written to meanwhile: run this again' };
    renameSync(next, file);
  } finally {
    // In its place it is there no more; neither is half of it after an error.
    if (isAt(next, handle)) rmSync(next);
    closeSync(handle);
  }
  syncToDisk(path.dirname(file));
  return { found, erased: found, problem, ...told };
}

/** @returns undefined: it is there */
function openNew(file: string): number | undefined {
  try {
    return openSync(file, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
}

/** Whether what is open is what has this name. */
function isAt(file: string, handle: number): boolean {
  return statSync(file, { throwIfNoEntry: false })?.ino === fstatSync(handle).ino;
}

/** A file that is written anew takes one name with it. */
function otherNames({ nlink }: Stats): string | undefined {
  if (nlink === 1) return undefined;
  const names = counted(nlink - 1, 'other name');
  return `it has ${names} (hard links), under which all of it still stands: run this on those too`;
}

async function writeWithout(
  file: string,
  handle: number,
  judged: JudgedLines,
  onRead: ((bytes: number) => void) | undefined,
): Promise<void> {
  const lines = async function* (): AsyncGenerator<Uint8Array> {
    for await (const line of readLines(file, { onRead })) {
      const rest = judged.judge(line);
      if (rest === undefined) continue;
      yield rest;
      if (line.isEnded) yield LINE_BREAK;
    }
  };
  const target = createWriteStream('', { fd: handle, autoClose: false });
  const packer = packerOf(await packingOf(file));
  await (packer === undefined
    ? pipeline(Readable.from(lines(), { objectMode: true, highWaterMark: 64 }), target)
    : pipeline(Readable.from(lines(), { objectMode: true, highWaterMark: 64 }), packer, target));
  fsyncSync(handle);
}

function packerOf(packing: Packing | undefined): Transform | undefined {
  if (packing === undefined) return undefined;
  return packing === 'gzip' ? createGzip() : createZstdCompress();
}

/** Owner, mode and times of the file before it. */
function takeOver(next: string, { mode, uid, gid, atime, mtime }: Stats): void {
  chmodSync(next, mode & 0o7777);
  try {
    chownSync(next, uid, gid);
  } catch {
    // Only the owner of both may: it is ours then.
  }
  utimesSync(next, atime, mtime);
}

function hasChanged(before: Stats, now: Stats): boolean {
  return before.ino !== now.ino || before.size !== now.size || before.mtimeMs !== now.mtimeMs;
}
