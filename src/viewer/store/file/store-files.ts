import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { firstOf } from './event-file.ts';

/** The paths of a store's files, oldest first. */
export function storeFiles(directory: string): string[] {
  const numbered = readdirSync(directory).flatMap((name) => {
    const first = firstOf(name);
    return first === undefined ? [] : [{ file: path.join(directory, name), first }];
  });
  return numbered.sort((one, other) => one.first - other.first).map(({ file }) => file);
}

/** What belongs to a file of SQLite. */
export const SUFFIXES = ['', '-wal', '-shm'] as const;

/** The size of a file on disk, with what belongs to it. */
export function bytesOfFile(file: string): number {
  return SUFFIXES.reduce((sum, suffix) => sum + sizeOf(file + suffix), 0);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
