import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { FileLock } from '../store/file/file-lock.ts';

interface Kept {
  readonly directory: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/** Removes stores that were not used for longest, until the others have no more than `maxBytes`; that in use stays. */
export function pruneCache(cache: string, inUse: string, maxBytes: number): void {
  const now = new Date();
  utimesSync(inUse, now, now);
  const kept = storesIn(cache)
    .map(keptAt)
    .sort((one, other) => other.usedMs - one.usedMs);
  let bytes = keptAt(inUse).bytes;
  for (const one of kept.filter(({ directory }) => directory !== inUse)) {
    bytes += one.bytes;
    if (bytes > maxBytes && remove(one.directory)) bytes -= one.bytes;
  }
}

function keptAt(directory: string): Kept {
  const files = readdirSync(directory).map((name) => path.join(directory, name));
  const bytes = files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  return { directory, bytes, usedMs: statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
}

/** Removes all stores; they are made again of their files. @returns how many there were, and how many somebody asks just now */
export function emptyCache(cache: string): { readonly stores: number; readonly inUse: number } {
  const stores = storesIn(cache);
  return { stores: stores.length, inUse: stores.filter((directory) => !remove(directory)).length };
}

/** The directories of stores in a cache; none if it is not there. */
export function storesIn(cache: string): string[] {
  if (!existsSync(cache)) return [];
  return readdirSync(cache, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(cache, name));
}

/** What a process holds while it asks a store. */
export function lockOf(directory: string): string {
  return `${directory}.lock`;
}

/** @returns false: another process asks it just now */
function remove(directory: string): boolean {
  const lock = FileLock.take(lockOf(directory), 0);
  if (lock === undefined) return false;
  rmSync(directory, { recursive: true, force: true });
  lock.release();
  return true;
}
