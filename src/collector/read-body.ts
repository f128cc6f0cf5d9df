import type { IncomingMessage } from 'node:http';
import { createGunzip, type Gunzip } from 'node:zlib';
import type { BodyLease } from './body-budget.ts';
import { Refusal } from './refusal.ts';

const CHUNK_BYTES = 64 * 1024;

/**
 * Reads the body of a request, inflated, up to `maxBytes` before and after inflation. After an error the rest
 * of the body is still to be passed over.
 * @throws Refusal 400, 413, 415 or 503
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  lease: BodyLease,
): Promise<Buffer> {
  // The OpenTelemetry Collector answers 400 to what is too large; the OTLP specification asks for 413.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const gunzip = isGzip(request) ? createGunzip({ chunkSize: CHUNK_BYTES }) : undefined;
  try {
    const source =
      gunzip === undefined
        ? request.iterator({ destroyOnReturn: false })
        : inflate(request, gunzip, maxBytes);
    return await collect(source, maxBytes, lease);
  } finally {
    request.unpipe();
    gunzip?.destroy();
  }
}

function isGzip(request: IncomingMessage): boolean {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'gzip') return true;
  if (encoding === 'identity' || encoding === '') return false;
  throw new Refusal(415, 'unsupported content encoding; gzip and identity are supported');
}

function inflate(request: IncomingMessage, gunzip: Gunzip, maxBytes: number): Gunzip {
  let received = 0;
  request.on('data', ({ length }: Buffer) => {
    received += length;
    // Deflate can also go on for ever without any output.
    if (received > maxBytes) gunzip.destroy(tooLarge(maxBytes));
  });
  // An error, such as that of a sender that went away, does not travel down a pipe.
  request.once('error', (error) => gunzip.destroy(error));
  return request.pipe(gunzip);
}

async function collect(source: AsyncIterable<Buffer>, maxBytes: number, lease: BodyLease): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of source) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      lease.grow(chunk.length);
      chunks.push(chunk);
    }
  } catch (error) {
    const isZlib = /^Z_/.test((error as NodeJS.ErrnoException).code ?? '');
    throw isZlib ? new Refusal(400, 'the body is not gzip') : error;
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, `the body is larger than ${maxBytes} bytes`);
}
