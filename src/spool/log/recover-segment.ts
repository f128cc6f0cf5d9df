import { lstat, readFile, truncate, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { DamageFiles } from '../disk/damage-files.ts';
import {
  baseIn,
  baseOf,
  type Contents,
  emptyView,
  findRecord,
  identify,
  isTorn,
  MAX_SEGMENT_BYTES,
  PREAMBLE_BYTES,
  readRecord,
} from './layout.ts';
import type { Segment } from './segment.ts';
import type { Visit } from './segment-reader.ts';

/** What {@link recoverSegment} expects, and whom it tells. */
export interface RecoverOptions {
  readonly holds: Contents;
  readonly damageFiles: DamageFiles;
  readonly visit: Visit;
}

/**
 * Reads a file that a dead process left, whole, and visits its records. A torn end is cut off. A damaged
 * stretch is copied to the directory `quarantine`, and reading goes on at the next record: every offset behind the
 * damage is tried for one that carries its own position and has a valid checksum.
 * @returns undefined if the file holds nothing for us, `unreadable` if it may hold something
 */
export async function recoverSegment(
  file: string,
  { holds, damageFiles, visit }: RecoverOptions,
): Promise<Segment | 'unreadable' | undefined> {
  const nameBase = baseOf(path.basename(file));
  if (nameBase === undefined) return undefined;
  const bytes = await readWhole(file, damageFiles);
  if (bytes === undefined || bytes === 'unreadable') return bytes;
  const found = identify(bytes, holds);
  if (found === 'unknown-version') return setAside(file, damageFiles);
  // With a damaged preamble the name still says where the file begins, and the records agree with it or not.
  const base = found === 'segment' ? baseIn(bytes) : nameBase;
  const end = await walk(file, bytes, base, damageFiles, visit, found === 'foreign');
  if (end === PREAMBLE_BYTES) {
    if (found !== 'foreign' || bytes.length === 0) await quietly(unlink(file));
    return undefined;
  }
  if (found !== 'segment') await damageFiles.keep(file, 0, bytes.subarray(0, PREAMBLE_BYTES));
  if (end < bytes.length) await quietly(truncate(file, end));
  return { base, prelude: Buffer.alloc(0), end: base + end - PREAMBLE_BYTES, file };
}

async function readWhole(file: string, damageFiles: DamageFiles): Promise<Buffer | 'unreadable' | undefined> {
  try {
    const found = await lstat(file);
    // What is no file is not ours: a pipe could be read for ever, a link leads anywhere.
    if (!found.isFile() || found.size > MAX_SEGMENT_BYTES) return setAside(file, damageFiles);
    return await readFile(file);
  } catch {
    // Not now, perhaps later: it stays where it is.
    return 'unreadable';
  }
}

async function setAside(file: string, damageFiles: DamageFiles): Promise<undefined> {
  await damageFiles.setAside(file);
  return undefined;
}

/** @returns the offset behind the last record */
async function walk(
  file: string,
  bytes: Buffer,
  base: number,
  damageFiles: DamageFiles,
  visit: Visit,
  isForeign: boolean,
): Promise<number> {
  const view = emptyView();
  let at = PREAMBLE_BYTES;
  let end = at;
  while (at < bytes.length) {
    const position = base + at - PREAMBLE_BYTES;
    const unreadable = readRecord(bytes, at, bytes.length, position, view);
    if (unreadable === undefined) {
      visit(view);
      at = view.to;
      end = at;
      continue;
    }
    const next = findRecord(bytes, at, bytes.length, position);
    const stretch = bytes.subarray(at, next);
    const isTail = next === bytes.length;
    if (isTail && isTorn(unreadable, stretch)) damageFiles.damage.tornBytes += stretch.length;
    else if (!isForeign || !isTail || end > PREAMBLE_BYTES) await damageFiles.keep(file, at, stretch);
    at = next;
  }
  return end;
}

async function quietly(action: Promise<void>): Promise<void> {
  try {
    await action;
  } catch {
    // The end of the segment is known; the file is tried again when the directory goes.
  }
}
