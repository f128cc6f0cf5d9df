import {
  constants,
  createGunzip,
  createInflate,
  createZstdDecompress,
  gunzipSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
import { GrowingBuffer, gatherBytes } from '../gather-bytes.ts';
import type { BodyLease } from './body-budget.ts';
import { decodeLz4 } from './decode-lz4.ts';
import { decodeSnappy } from './decode-snappy.ts';
import { decodeSnappyFrames, isSnappyFramed } from './decode-snappy-frames.ts';
import { MalformedBody, type Reserve } from './malformed-body.ts';
import { Refusal } from './refusal.ts';

const CHUNK_BYTES = 64 * 1024;

/** Packed so small, a body is inflated faster here than another thread is asked to, and at worst in a few milliseconds. */
const MAX_SYNC_BYTES = 8 * 1024;

/** What a sender of zstd may ask for of memory to look back in, as a power of two; at least so much by RFC 9659. */
const ZSTD_WINDOW = { least: 23, most: 27 };

/** How a body is packed: `deflate` of HTTP is the format of zlib (RFC 9110, 8.4.1.2). */
export type Packing = keyof typeof FORMATS | keyof typeof DECODERS;

const FORMATS = {
  gzip: { sync: gunzipSync, stream: createGunzip },
  zlib: { sync: inflateSync, stream: createInflate },
  zstd: { sync: zstdDecompressSync, stream: createZstdDecompress },
} as const;

/** Formats that Node does not have. Unpacked on this thread, in one go. */
const DECODERS = {
  // Old clients say this of both; as the OpenTelemetry Collector takes them.
  snappy: (packed: Buffer, reserve: Reserve) =>
    isSnappyFramed(packed) ? decodeSnappyFrames(packed, reserve) : decodeSnappy(packed, reserve),
  'framed snappy': decodeSnappyFrames,
  lz4: decodeLz4,
} as const;

/** How a body is to be inflated. */
export interface InflateOptions {
  readonly packing: Packing;
  /** Of the inflated body. */
  readonly maxBytes: number;
  readonly lease: BodyLease;
}

/**
 * What was packed, up to `maxBytes`. Only when all is there: inflated piece by piece, a body that comes byte by byte
 * costs a call for each.
 * @throws Refusal 400, 413 or 503
 */
export async function inflate(packed: Buffer, options: InflateOptions): Promise<Buffer> {
  const { packing, maxBytes, lease } = options;
  if (isDecoded(packing)) return decode(packed, packing, options);
  if (packed.length <= MAX_SYNC_BYTES) return inflateNow(packed, packing, options);
  const inflated = new GrowingBuffer({ maxBytes, onGrow: lease.grow });
  const stream = FORMATS[packing].stream({ chunkSize: CHUNK_BYTES, ...paramsOf(options) });
  stream.end(packed);
  try {
    if (await gatherBytes(stream, inflated)) return inflated.take();
  } catch (error) {
    throw refusalOf(error, options);
  } finally {
    stream.destroy();
  }
  throw tooLarge(maxBytes);
}

function isDecoded(packing: Packing): packing is keyof typeof DECODERS {
  return Object.hasOwn(DECODERS, packing);
}

function decode(packed: Buffer, packing: keyof typeof DECODERS, { maxBytes, lease }: InflateOptions): Buffer {
  const reserve = (bytes: number): Buffer => {
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    lease.grow(bytes);
    return Buffer.allocUnsafeSlow(bytes);
  };
  try {
    return DECODERS[packing](packed, reserve);
  } catch (error) {
    throw error instanceof MalformedBody ? new Refusal(400, `the body is not ${packing}`) : error;
  }
}

function inflateNow(packed: Buffer, packing: keyof typeof FORMATS, options: InflateOptions): Buffer {
  const { maxBytes, lease } = options;
  try {
    const inflated = FORMATS[packing].sync(packed, {
      maxOutputLength: Math.max(1, maxBytes),
      ...paramsOf(options),
    });
    lease.grow(inflated.length);
    return inflated;
  } catch (error) {
    throw refusalOf(error, options);
  }
}

function paramsOf({ packing, maxBytes }: InflateOptions): { readonly params?: Record<number, number> } {
  if (packing !== 'zstd') return {};
  const { least, most } = ZSTD_WINDOW;
  const windowLog = Math.min(most, Math.max(least, Math.ceil(Math.log2(Math.max(1, maxBytes)))));
  return { params: { [constants.ZSTD_d_windowLogMax]: windowLog } };
}

function refusalOf(error: unknown, { packing, maxBytes }: InflateOptions): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxBytes);
  return /^(Z_|ZSTD_)/.test(code) ? new Refusal(400, `the body is not ${packing}`) : error;
}

/** @param maxBytes - the most that is taken */
export function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, `the body is larger than ${maxBytes} bytes`);
}
