import { createGunzip, gunzipSync } from 'node:zlib';
import { GrowingBuffer, gatherBytes } from '../gather-bytes.ts';
import type { BodyLease } from './body-budget.ts';
import { Refusal } from './refusal.ts';

const CHUNK_BYTES = 64 * 1024;

/** Packed so small, a body is inflated faster here than another thread is asked to, and at worst in a few milliseconds. */
const MAX_SYNC_BYTES = 8 * 1024;

/**
 * What gzip has packed, up to `maxBytes`. Only when all is there: inflated piece by piece, a body that comes byte by byte
 * costs a call for each.
 * @throws Refusal 400, 413 or 503
 */
export async function inflate(packed: Buffer, maxBytes: number, lease: BodyLease): Promise<Buffer> {
  if (packed.length <= MAX_SYNC_BYTES) return inflateNow(packed, maxBytes, lease);
  const inflated = new GrowingBuffer({ maxBytes, onGrow: lease.grow });
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  gunzip.end(packed);
  try {
    if (await gatherBytes(gunzip, inflated)) return inflated.take();
  } catch (error) {
    throw refusalOf(error, maxBytes);
  } finally {
    gunzip.destroy();
  }
  throw tooLarge(maxBytes);
}

function inflateNow(packed: Buffer, maxBytes: number, lease: BodyLease): Buffer {
  try {
    const inflated = gunzipSync(packed, { maxOutputLength: Math.max(1, maxBytes) });
    lease.grow(inflated.length);
    return inflated;
  } catch (error) {
    throw refusalOf(error, maxBytes);
  }
}

function refusalOf(error: unknown, maxBytes: number): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxBytes);
  return code.startsWith('Z_') ? new Refusal(400, 'the body is not gzip') : error;
}

/** @param maxBytes - the most that is taken */
export function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, `the body is larger than ${maxBytes} bytes`);
}
