import { lstatSync } from 'node:fs';
import path from 'node:path';
import { baseOf, KIND } from './layout.ts';
import { SegmentScan } from './read-segment.ts';

/** A segment file of a directory. */
export interface LogFile {
  readonly name: string;
  /** Where its first record begins that holds a field; where the file does, if there is none. */
  readonly first: number;
}

/**
 * The segment files of a directory, in the order of their records. That is not the order of their names:
 * where a log goes on in a new file, after a sync that failed, the definitions before its first record take up positions
 * that records of an earlier file have.
 * @param names - others are left out
 */
export function inLogOrder(directory: string, names: readonly string[]): LogFile[] {
  return names
    .filter((name) => baseOf(name) !== undefined)
    .map((name) => ({ name, first: firstPositionOf(path.join(directory, name)) }))
    .sort((a, b) => a.first - b.first || (a.name < b.name ? -1 : 1));
}

function firstPositionOf(file: string): number {
  const base = baseOf(path.basename(file)) ?? 0;
  if (!isFile(file)) return base;
  for (const { kind, position } of new SegmentScan(file).read())
    if (kind !== KIND.definition) return position;
  return base;
}

/** Whatever else lies there under such a name is not opened: a pipe would never answer. */
function isFile(file: string): boolean {
  try {
    return lstatSync(file).isFile();
  } catch {
    return false;
  }
}
