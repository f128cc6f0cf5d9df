import { rmSync } from 'node:fs';
import { SUFFIXES } from '../file/store-files.ts';

/** Removes a file of SQLite with what belongs to it: the file itself first, since it is nothing without the rest. */
export function removeFile(file: string): void {
  for (const suffix of SUFFIXES) rmSync(file + suffix, { force: true });
}
