import { randomFillSync } from 'node:crypto';

const HEX_DIGITS = Buffer.from('0123456789abcdef');

/** Random bytes are drawn in blocks: one call to the system for 512 ids. */
const pool = Buffer.alloc(8 * 512);
let used = pool.length;

let lastMs = -1;
let lastFraction = 0;

/**
 * The last id as ASCII. Ids are read from here in one piece: strings joined from parts are put together only
 * when somebody reads them, at several times the cost.
 */
const text = Buffer.from('00000000-0000-7000-8000-000000000000');

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
  if (ms !== lastMs) putTime(ms);
  lastMs = ms;
  // The version, 7, and the variant, binary 10, stand before what they share a byte with.
  putByte(14, 0x70 | (lastFraction >> 8));
  putByte(16, lastFraction & 0xff);
  putRandom();
  return text.toString('latin1');
}

function putTime(ms: number): void {
  const high = Math.floor(ms / 0x1_0000);
  putByte(0, high >>> 24);
  putByte(2, (high >>> 16) & 0xff);
  putByte(4, (high >>> 8) & 0xff);
  putByte(6, high & 0xff);
  putByte(9, (ms >>> 8) & 0xff);
  putByte(11, ms & 0xff);
}

function putRandom(): void {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  putByte(19, 0x80 | ((pool[used] as number) & 0x3f));
  putByte(21, pool[used + 1] as number);
  for (let index = 2; index < 8; index++) putByte(20 + 2 * index, pool[used + index] as number);
  used += 8;
}

/** Puts a byte as two hex digits at a place of the id. */
function putByte(at: number, byte: number): void {
  text[at] = HEX_DIGITS[byte >> 4] as number;
  text[at + 1] = HEX_DIGITS[byte & 0xf] as number;
}
