import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type Cursor, fieldAt } from '../../src/spool/log/cursor.ts';
import type { Settlement } from '../../src/spool/log/outcome.ts';
import type { Spool } from '../../src/spool/spool.ts';

/** The header of most records in these tests. */
export const HEADER = { resource: Buffer.from('a resource'), scope: Buffer.from('a scope') };

/** A settlement as `<sink> <column>(<reason>) <count>`. */
export function inWords({ sink, outcome, count }: Settlement): string {
  const reason = 'reason' in outcome ? `(${outcome.reason})` : '';
  return `${sink} ${outcome.column}${reason} ${count}`;
}

/** Reads and acknowledges all there is for a cursor. @returns the fields as text */
export function drain(cursor: Cursor, maxBytes?: number): string[] {
  const found: string[] = [];
  for (let batch = cursor.read(maxBytes); batch !== undefined; batch = cursor.read(maxBytes)) {
    for (let index = 0; index < batch.count; index++)
      found.push(Buffer.from(fieldAt(batch, index)).toString());
    cursor.ack(batch.to);
  }
  return found;
}

/** The segment files of a spool's own directory, in order. */
export function segmentsIn({ directory }: Spool): string[] {
  return segmentFiles(directory ?? '');
}

/** The segment files of a sub-directory, in order. */
export function segmentFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.seg'))
    .sort()
    .map((file) => path.join(directory, file));
}

/** Copies a directory as it is at this moment, while files in it may still be on their way out. */
export function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    try {
      if (entry.isDirectory()) copyTree(source, target);
      else copyFileSync(source, target);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
