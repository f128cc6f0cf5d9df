import { statSync } from 'node:fs';
import path from 'node:path';
import { usageError } from './command.ts';

/**
 * Holds the files of a command against what can be read as one: more than once, from any place.
 * @returns how many bytes they have
 * @throws OtelEventsError `OPTION_INVALID` of a directory, a pipe, a device or `-`; what the file system throws
 */
export function wantRegularFiles(files: readonly string[]): number {
  return files.reduce((bytes, file) => bytes + sizeOf(file), 0);
}

const FIX = 'write what it gives to a file, and name that';

function sizeOf(file: string): number {
  const stats = statSync(file, { throwIfNoEntry: file !== '-' });
  if (stats === undefined) throw usageError('-: standard input is not read', FIX);
  if (stats.isDirectory())
    throw usageError(`${file} is a directory`, `name its files, such as ${path.join(file, '*.jsonl*')}`);
  if (!stats.isFile()) throw usageError(`${file} is a pipe or a device, and no file`, FIX);
  return stats.size;
}
