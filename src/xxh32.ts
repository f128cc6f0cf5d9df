const { imul } = Math;

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

/**
 * XXH32 with seed 0 of the bytes from `from` to `to`.
 *
 * Not `zlib.crc32`: with the call out of JavaScript, and the view that it needs, it costs two to three times as
 * much for an event. Not a hash against somebody who wants to deceive, no more than a CRC.
 * @see xxHash fast digest algorithm, "XXH32 algorithm description"
 */
export function xxh32(view: DataView, from: number, to: number): number {
  let at = from;
  let hash = PRIME_5;
  if (to - from >= 16) {
    let a = (PRIME_1 + PRIME_2) | 0;
    let b = PRIME_2 | 0;
    let c = 0;
    let d = -PRIME_1 | 0;
    for (const last = to - 16; at <= last; at += 16) {
      a = round(a, view.getInt32(at, true));
      b = round(b, view.getInt32(at + 4, true));
      c = round(c, view.getInt32(at + 8, true));
      d = round(d, view.getInt32(at + 12, true));
    }
    hash = (turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18)) | 0;
  }
  hash = (hash + to - from) | 0;
  for (; at + 4 <= to; at += 4) {
    hash = imul(turn((hash + imul(view.getInt32(at, true), PRIME_3)) | 0, 17), PRIME_4);
  }
  for (; at < to; at++) hash = imul(turn((hash + imul(view.getUint8(at), PRIME_5)) | 0, 11), PRIME_1);
  hash = imul(hash ^ (hash >>> 15), PRIME_2);
  hash = imul(hash ^ (hash >>> 13), PRIME_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function round(lane: number, input: number): number {
  return imul(turn((lane + imul(input, PRIME_2)) | 0, 13), PRIME_1);
}

function turn(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
