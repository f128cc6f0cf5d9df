import { GZIP_LEVEL } from './gzip-level.ts';

/** How a body is packed, as `Content-Encoding` says it; in HTTP `deflate` is the format of zlib. */
export type Compression = 'gzip' | 'zstd' | 'zlib' | 'deflate';

/** Each piece of compressed output costs the main thread a callback. */
const CHUNK_BYTES = 256 * 1024;

/** Packs a body, off the main thread. @returns its pieces */
export async function pack(pieces: readonly Uint8Array[], compression: Compression): Promise<Uint8Array[]> {
  const { createDeflate, createGzip, createZstdCompress } = await import('node:zlib');
  const deflate = () => createDeflate({ chunkSize: CHUNK_BYTES, level: GZIP_LEVEL });
  const makers = {
    gzip: () => createGzip({ chunkSize: CHUNK_BYTES, level: GZIP_LEVEL }),
    zstd: () => createZstdCompress({ chunkSize: CHUNK_BYTES }),
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
