import { lstatSync } from 'node:fs';
import path from 'node:path';
import { readCursors } from './cursor-file.ts';
import type { LogFile } from './in-log-order.ts';
import { baseOf, PREAMBLE_BYTES } from './layout.ts';
import { SegmentScan } from './read-segment.ts';

/** The file of a segment, and the positions that it covers, torn records included. */
interface Stretch {
  readonly file: string;
  /** Where its first record begins: the definitions before it may have positions of records elsewhere. */
  readonly first: number;
  readonly end: number;
}

/**
 * Where each sink was, by its bit, in the log that lies in `directory`. A sink that is said to be where no record
 * ends, or where the log has never been, has settled nothing as far as anybody can tell: then all comes again.
 * @param files - of `directory`
 */
export function trustedCursors(directory: string, files: readonly LogFile[]): Map<number, number> {
  const stretches = files.flatMap((file) => stretchOf(directory, file));
  const end = Math.max(...stretches.map((stretch) => stretch.end));
  const trusted = new Map<number, boolean>();
  const isTrusted = (position: number): boolean => {
    const known =
      trusted.get(position) ?? (position <= end && !stretches.some((one) => isWithinRecord(one, position)));
    trusted.set(position, known);
    return known;
  };
  return new Map([...readCursors(directory)].filter(([, position]) => isTrusted(position)));
}

/** One that cannot be looked at ends anywhere. */
function stretchOf(directory: string, { name, first }: LogFile): Stretch[] {
  const file = path.join(directory, name);
  try {
    const found = lstatSync(file);
    if (!found.isFile()) return [];
    return [{ file, first, end: (baseOf(name) ?? first) + Math.max(0, found.size - PREAMBLE_BYTES) }];
  } catch {
    return [{ file, first, end: Number.POSITIVE_INFINITY }];
  }
}

function isWithinRecord({ file, first, end }: Stretch, position: number): boolean {
  if (position <= first || position >= end || end === Number.POSITIVE_INFINITY) return false;
  for (const record of new SegmentScan(file).read()) {
    if (record.end >= position) return record.position < position && record.end > position;
  }
  return false;
}
