import { GZIP_LEVEL } from './gzip-level.ts';

/** How a body is packed, as `Content-Encoding` says it; in HTTP `deflate` is the format of zlib. */
export type Compression = 'gzip' | 'zstd' | 'zlib' | 'deflate';

/** Each piece of compressed output costs the main thread a callback, and memory of this size. */
const MAX_CHUNK_BYTES = 256 * 1024;
const MIN_CHUNK_BYTES = 16 * 1024;
/** Events shrink to less than this part. */
const USUAL_RATIO = 4;

/** Packs a body, off the main thread. @returns its pieces */
export async function pack(pieces: readonly Uint8Array[], compression: Compression): Promise<Uint8Array[]> {
  const { createDeflate, createGzip, createZstdCompress } = await import('node:zlib');
  const length = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const usual = Math.max(MIN_CHUNK_BYTES, Math.ceil(length / USUAL_RATIO));
  const chunkSize = Math.min(MAX_CHUNK_BYTES, usual);
  const deflate = () => createDeflate({ chunkSize, level: GZIP_LEVEL });
  const makers = {
    gzip: () => createGzip({ chunkSize, level: GZIP_LEVEL }),
    zstd: () => createZstdCompress({ chunkSize }),
    zlib: deflate,
    deflate,
  };
  return new Promise((resolve, reject) => {
    const packed: Uint8Array[] = [];
    const stream = makers[compression]();
    stream.on('data', (piece: Uint8Array) => packed.push(piece));
    stream.on('end', () => resolve(packed));
    stream.on('error', reject);
    for (const piece of pieces) stream.write(piece);
    stream.end();
  });
}
