import type { RecordWalker } from './record-walker.ts';

/** What a record is told by when it comes again: `log.record.uid`, or of a span its trace and span id; '' without. */
export function recordKey({ isSpan, uid, traceId, spanId }: RecordWalker): string {
  if (isSpan) return traceId !== '' && spanId !== '' ? traceId + spanId : '';
  return uid ?? '';
}

/** 32 bits of a key, never 0; 0 of no key. */
export function keyHash(key: string): number {
  if (key === '') return 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  // The last characters of a key differ most, and have hardly reached the upper bits.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0 || 1;
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7/i;

/** The time under which a key is looked for: that in a UUIDv7, else the record's own; both are the same when it comes again. */
export function keyTimeMs(key: string, timeMs: number): number {
  return UUID_V7.test(key) ? Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16) : timeMs;
}
