import type { IncomingMessage } from 'node:http';
import { GrowingBuffer, gatherBytes } from '../gather-bytes.ts';
import type { BodyLease } from './body-budget.ts';
import { inflate, type Packing, tooLarge } from './inflate.ts';
import { Refusal } from './refusal.ts';

/** How a body may come. */
export interface BodyBounds {
  /** Before and after inflation. */
  readonly maxBytes: number;
  readonly lease: BodyLease;
  /** The content encodings that are taken; `identity` always is. Default: all of {@link CONTENT_ENCODINGS}. */
  readonly encodings?: readonly string[] | undefined;
}

const PACKINGS: ReadonlyMap<string, Packing> = new Map([
  ['gzip', 'gzip'],
  ['zstd', 'zstd'],
  ['zlib', 'zlib'],
  ['deflate', 'zlib'],
  ['snappy', 'snappy'],
  ['x-snappy-framed', 'framed snappy'],
  ['lz4', 'lz4'],
]);

/** How bodies may be packed, as the header `Content-Encoding` says it. */
export const CONTENT_ENCODINGS: readonly string[] = [...PACKINGS.keys()];

/**
 * Reads the body of a request, inflated, up to `maxBytes` before and after inflation. After an error the rest
 * of the body is still to be passed over.
 * @throws Refusal 400, 413 or 503
 */
export async function readBody(request: IncomingMessage, bounds: BodyBounds): Promise<Buffer> {
  const { maxBytes, lease } = bounds;
  const packing = packingOf(request, bounds);
  const { 'content-length': said } = request.headers;
  const expectedBytes = said === undefined ? undefined : Number(said);
  // The OpenTelemetry Collector answers 400 to what is too large; the OTLP specification asks for 413.
  if (expectedBytes !== undefined && expectedBytes > maxBytes) throw tooLarge(maxBytes);
  const received = new GrowingBuffer({ maxBytes, expectedBytes, onGrow: lease.grow });
  if (!(await gatherBytes(request, received))) throw tooLarge(maxBytes);
  if (packing === undefined) return received.take();
  const body = await inflate(received.take(), { packing, maxBytes, lease });
  lease.shrink(received.heldBytes);
  return body;
}

/** Undefined: the body is as it is. */
function packingOf(
  { headers }: IncomingMessage,
  { encodings = CONTENT_ENCODINGS }: BodyBounds,
): Packing | undefined {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return undefined;
  const packing = encodings.includes(encoding) ? PACKINGS.get(encoding) : undefined;
  if (packing !== undefined) return packing;
  // As the OpenTelemetry Collector has it; HTTP has 415.
  throw new Refusal(
    400,
    `unsupported content encoding; ${[...encodings, 'identity'].join(', ')} are supported`,
  );
}
