import type { IncomingMessage } from 'node:http';
import { GrowingBuffer, gatherBytes } from '../gather-bytes.ts';
import type { BodyLease } from './body-budget.ts';
import { inflate, tooLarge } from './inflate.ts';
import { Refusal } from './refusal.ts';

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
  const isPacked = isGzip(request);
  const { 'content-length': said } = request.headers;
  const expectedBytes = said === undefined ? undefined : Number(said);
  // The OpenTelemetry Collector answers 400 to what is too large; the OTLP specification asks for 413.
  if (expectedBytes !== undefined && expectedBytes > maxBytes) throw tooLarge(maxBytes);
  const received = new GrowingBuffer({ maxBytes, expectedBytes, onGrow: lease.grow });
  if (!(await gatherBytes(request, received))) throw tooLarge(maxBytes);
  if (!isPacked) return received.take();
  const body = await inflate(received.take(), maxBytes, lease);
  lease.shrink(received.heldBytes);
  return body;
}

function isGzip(request: IncomingMessage): boolean {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'gzip') return true;
  if (encoding === 'identity' || encoding === '') return false;
  throw new Refusal(415, 'unsupported content encoding; gzip and identity are supported');
}
