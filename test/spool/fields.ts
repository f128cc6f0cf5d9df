import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type Cursor, fieldAt } from '../../src/spool/cursor.ts';
import type { Spool } from '../../src/spool/spool.ts';

/** The header of most records in these tests. */
export const HEADER = { resource: Buffer.from('a resource'), scope: Buffer.from('a scope') };

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
