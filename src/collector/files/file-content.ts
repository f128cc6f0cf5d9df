import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** How a file may be packed: `auto` looks at its first bytes. */
export type FileCompression = '' | 'gzip' | 'auto';

const CHUNK_BYTES = 256 * 1024;
const GZIP_START = Buffer.from([0x1f, 0x8b]);

/**
 * What is in a file from a place on, unpacked; places count unpacked bytes. A file that is written still may end
 * anywhere, also within what is packed.
 */
export async function* contentFrom(
  handle: FileHandle,
  from: number,
  compression: FileCompression,
): AsyncGenerator<Buffer> {
  if (!(await isPacked(handle, compression))) {
    yield* bytesFrom(handle, from);
    return;
  }
  let at = 0;
  for await (const piece of unpacked(handle)) {
    const skipped = Math.min(piece.length, Math.max(0, from - at));
    at += piece.length;
    if (skipped < piece.length) yield piece.subarray(skipped);
  }
}

async function isPacked(handle: FileHandle, compression: FileCompression): Promise<boolean> {
  if (compression !== 'auto') return compression === 'gzip';
  const start = Buffer.alloc(GZIP_START.length);
  return (await handle.read(start, 0, start.length, 0)).bytesRead > 0 && start.equals(GZIP_START);
}

async function* bytesFrom(handle: FileHandle, from: number): AsyncGenerator<Buffer> {
  for (let at = from; ; ) {
    const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

/** Ends in silence where the file ends within what is packed: the rest may come. @throws for what is not gzip */
async function* unpacked(handle: FileHandle): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // Errors come out of the last stream.
  pipeline(Readable.from(bytesFrom(handle, 0)), gunzip, () => {});
  try {
    yield* gunzip;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'Z_BUF_ERROR') throw error;
  }
}
