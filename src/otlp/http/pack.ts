import type { Deflate } from 'node:zlib';
import { Deflater } from './deflater.ts';
import { GZIP_LEVEL } from './gzip-level.ts';
import { outsideOfRequests } from './without-tracing.ts';

/** How a body is packed, as `Content-Encoding` says it; in HTTP `deflate` is the format of zlib. */
export type Compression = 'gzip' | 'zstd' | 'zlib' | 'deflate';

/** Each piece of packed output costs the main thread a callback, and memory of this size until it is full. */
const CHUNK_BYTES = 64 * 1024;

/** Idle, for each format. Node.js packs four bodies at once; more of them wait. */
const MAX_SPARE = 4;

const SPARE: Readonly<Record<'gzip' | 'zlib', Deflater[]>> = { gzip: [], zlib: [] };

/** Packs a body, off the main thread. @returns its pieces */
export async function pack(pieces: readonly Uint8Array[], compression: Compression): Promise<Uint8Array[]> {
  const [first] = pieces;
  const body = first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces);
  if (compression === 'zstd') return packZstd(body);
  const spare = SPARE[compression === 'gzip' ? 'gzip' : 'zlib'];
  const deflater = spare.pop() ?? (await makeDeflater(compression));
  try {
    const packed = await deflater.pack(body);
    if (spare.length < MAX_SPARE) spare.push(deflater);
    else deflater.close();
    return packed;
  } catch (error) {
    deflater.close();
    throw error;
  }
}

async function makeDeflater(compression: Exclude<Compression, 'zstd'>): Promise<Deflater> {
  const { constants, createDeflate, createGzip } = await import('node:zlib');
  const create = compression === 'gzip' ? createGzip : createDeflate;
  const options = { chunkSize: CHUNK_BYTES, level: GZIP_LEVEL, flush: constants.Z_FINISH };
  // It lives longer than the request in which it is made. Gzip can begin anew too; its type does not say so.
  return outsideOfRequests(() => new Deflater(create(options) as Deflate));
}

async function packZstd(body: Uint8Array): Promise<Uint8Array[]> {
  const { zstdCompress } = await import('node:zlib');
  return new Promise((resolve, reject) =>
    zstdCompress(body, (error, packed) => (error === null ? resolve([packed]) : reject(error))),
  );
}
