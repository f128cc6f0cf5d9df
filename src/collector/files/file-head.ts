import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { contentFrom, type FileCompression } from './file-content.ts';

/** How a file begins: what tells it from another that has come to its place, or to its number. */
export interface FileHead {
  /** Of the beginning, unpacked; 0 of an empty file, which is like no other. */
  readonly bytes: number;
  /** SHA-256 of so many bytes, in base64. */
  readonly hash: string;
}

/** The first bytes of a file, as many as there are, and no more than `maxBytes`. */
export async function readHead(
  handle: FileHandle,
  maxBytes: number,
  compression: FileCompression,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of contentFrom(handle, 0, compression)) {
    pieces.push(piece);
    length += piece.length;
    if (length >= maxBytes) break;
  }
  return Buffer.concat(pieces).subarray(0, maxBytes);
}

export function headOf(bytes: Buffer): FileHead {
  return { bytes: bytes.length, hash: createHash('sha256').update(bytes).digest('base64') };
}

/** Whether a file that begins with these bytes may be the one of that head: a file grows. */
export function beginsAs(bytes: Buffer, head: FileHead): boolean {
  return bytes.length >= head.bytes && head.hash === headOf(bytes.subarray(0, head.bytes)).hash;
}
