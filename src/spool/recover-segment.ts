import { readFile, stat, truncate, unlink } from 'node:fs/promises';
import path from 'node:path';
import { baseIn, baseOf, emptyView, findRecord, identify, PREAMBLE_BYTES, readRecord } from './layout.ts';
import type { Quarantine } from './quarantine.ts';
import type { Segment } from './segment.ts';
import type { Visit } from './segment-reader.ts';

/** No segment grows beyond its size and one record; what is larger is not ours. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;

/**
 * Reads a file that a dead process left, whole, and visits its records. A torn end is cut off. A damaged
 * stretch is copied to the quarantine, and reading goes on at the next record: every offset behind the damage
 * is tried for one that carries its own position and has a valid CRC.
 * @returns undefined if the file holds nothing for us
 */
export async function recoverSegment(
  file: string,
  quarantine: Quarantine,
  visit: Visit,
): Promise<Segment | undefined> {
  const nameBase = baseOf(path.basename(file));
  if (nameBase === undefined) return undefined;
  const bytes = await readWhole(file, quarantine);
  if (bytes === undefined) return undefined;
  const found = identify(bytes);
  if (found === 'unknown-version') return setAside(file, quarantine);
  // With a damaged preamble the name still says where the file begins, and the records agree with it or not.
  const base = found === 'segment' ? baseIn(bytes) : nameBase;
  const end = await walk(file, bytes, base, quarantine, visit, found === 'foreign');
  if (end === PREAMBLE_BYTES) {
    if (found !== 'foreign' || bytes.length === 0) await quietly(unlink(file));
    return undefined;
  }
  if (found !== 'segment') await quarantine.keep(file, 0, bytes.subarray(0, PREAMBLE_BYTES));
  if (end < bytes.length) await quietly(truncate(file, end));
  return { base, prelude: Buffer.alloc(0), end: base + end - PREAMBLE_BYTES, file };
}

async function readWhole(file: string, quarantine: Quarantine): Promise<Buffer | undefined> {
  try {
    if ((await stat(file)).size > MAX_FILE_BYTES) return setAside(file, quarantine);
    return await readFile(file);
  } catch {
    // Unreadable now, perhaps not later: it stays where it is.
    return undefined;
  }
}

async function setAside(file: string, quarantine: Quarantine): Promise<undefined> {
  await quarantine.setAside(file);
  return undefined;
}

/** @returns the offset behind the last record */
async function walk(
  file: string,
  bytes: Buffer,
  base: number,
  quarantine: Quarantine,
  visit: Visit,
  isForeign: boolean,
): Promise<number> {
  const view = emptyView();
  let at = PREAMBLE_BYTES;
  let end = at;
  while (at < bytes.length) {
    const position = base + at - PREAMBLE_BYTES;
    const unreadable = readRecord(bytes, at, bytes.length, position, true, view);
    if (unreadable === undefined) {
      visit(view);
      at = view.to;
      end = at;
      continue;
    }
    const next = findRecord(bytes, at, bytes.length, position);
    const stretch = bytes.subarray(at, next);
    const isTail = next === bytes.length;
    if (isTail && (unreadable === 'short' || isZero(stretch))) quarantine.damage.tornBytes += stretch.length;
    else if (!isForeign || !isTail || end > PREAMBLE_BYTES) await quarantine.keep(file, at, stretch);
    at = next;
  }
  return end;
}

/** After a power loss a file may have its length and not its last bytes. */
function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

async function quietly(action: Promise<void>): Promise<void> {
  try {
    await action;
  } catch {
    // The end of the segment is known; the file is tried again when the directory goes.
  }
}
