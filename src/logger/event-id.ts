import { randomFillSync } from 'node:crypto';

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Random bytes are drawn in blocks: one call to the system for 512 ids. */
const pool = Buffer.alloc(8 * 512);
let used = pool.length;

let lastMs = -1;
let lastFraction = 0;
let prefixMs = -1;
let prefix = '';

/**
 * A UUIDv7: 48 bits of milliseconds, 12 bits of sub-millisecond order, 62 random bits. Ids of one process
 * sort in the order they were made, also within a millisecond and when the clock steps back.
 * @param epochMs - the time in the id, milliseconds since the epoch
 * @see RFC 9562, section 5.7, and 6.2 method 1 for the counter
 */
export function eventId(epochMs: number): string {
  let ms = Math.max(epochMs, lastMs);
  if (ms === lastMs) {
    lastFraction++;
    if (lastFraction > 0xfff) {
      // The counter ran over: borrow from the next millisecond rather than break the order.
      ms++;
      lastFraction = 0;
    }
  } else {
    lastFraction = 0;
  }
  lastMs = ms;
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const at = used;
  used += 8;
  const variant = HEX[((pool[at] as number) & 0x3f) | 0x80];
  return `${timePrefix(ms)}7${HEX[lastFraction >> 8]?.[1]}${HEX[lastFraction & 0xff]}-${variant}${byte(at + 1)}-${byte(at + 2)}${byte(at + 3)}${byte(at + 4)}${byte(at + 5)}${byte(at + 6)}${byte(at + 7)}`;
}

const byte = (at: number): string => HEX[pool[at] as number] as string;

function timePrefix(ms: number): string {
  if (ms !== prefixMs) {
    const hex = ms.toString(16).padStart(12, '0');
    prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-`;
    prefixMs = ms;
  }
  return prefix;
}
