import type { RecordWalker } from './record-walker.ts';

/** What a record is told by when it comes again. */
export interface RecordKey {
  /** `log.record.uid`, or of a span its trace and span id; '' without. */
  readonly text: string;
  /** 0 without. */
  readonly hash: number;
  /** The time under which it is looked for: that in a UUIDv7, else the record's own; both are the same when it comes again. */
  readonly ms: number;
}

export function recordKey({ isSpan, uid = '', traceId, spanId }: RecordWalker, timeMs: number): RecordKey {
  if (!isSpan) return { text: uid, hash: keyHash(uid), ms: UUID_V7.test(uid) ? msOf(uid) : timeMs };
  const text = traceId !== '' && spanId !== '' ? traceId + spanId : '';
  return { text, hash: keyHash(text), ms: timeMs };
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

function msOf(uid: string): number {
  return Number.parseInt(uid.slice(0, 8) + uid.slice(9, 13), 16);
}
