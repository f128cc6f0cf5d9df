import { copyBytes, repeatBytes } from './copy-bytes.ts';
import { MalformedBody, type Reserve } from './malformed-body.ts';

/** Three bytes stand for 64 at most: what claims more holds less than it says. */
const MAX_GROWTH = 64 / 3;

const MAX_LENGTH_BYTES = 5;

/** Literals that are longer have their length in the bytes behind their tag. */
const MAX_SHORT_LITERAL = 60;

/**
 * Unpacks one block of Snappy.
 * @throws MalformedBody, or what `reserve` throws
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
export function decodeSnappy(packed: Buffer, reserve: Reserve): Buffer {
  const output = reserve(snappyLength(packed, 0, packed.length));
  decodeSnappyInto(packed, 0, packed.length, output, 0);
  return output;
}

/** How long a block that lies from `from` to `to` will be. @throws MalformedBody, also for what cannot be as long */
export function snappyLength(packed: Buffer, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to && at < from + MAX_LENGTH_BYTES; at++) {
    const byte = packed[at] as number;
    length += (byte & 0x7f) * 2 ** (7 * (at - from));
    if (byte < 0x80) {
      if (length > MAX_GROWTH * (to - from)) break;
      return length;
    }
  }
  throw new MalformedBody();
}

/** Unpacks a block, whose length there is room for, to a place in a larger piece. @throws MalformedBody */
export function decodeSnappyInto(
  packed: Buffer,
  from: number,
  end: number,
  output: Buffer,
  start: number,
): void {
  const outputEnd = start + snappyLength(packed, from, end);
  let at = from;
  while ((packed[at++] as number) >= 0x80);
  let to = start;
  while (at < end) {
    const tag = packed[at++] as number;
    const kind = tag & 3;
    const width = kind === 0 ? literalWidth(tag) : kind === 3 ? 4 : kind;
    if (at + width > end) throw new MalformedBody();
    const number = readNumber(packed, at, width);
    at += width;
    if (kind === 0) {
      const length = (width === 0 ? tag >> 2 : number) + 1;
      if (at + length > end || to + length > outputEnd) throw new MalformedBody();
      copyBytes(packed, at, output, to, length);
      at += length;
      to += length;
    } else {
      const offset = kind === 1 ? ((tag & 0xe0) << 3) | number : number;
      const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      if (offset === 0 || offset > to - start || to + length > outputEnd) throw new MalformedBody();
      repeatBytes(output, to, offset, length);
      to += length;
    }
  }
  if (to !== outputEnd) throw new MalformedBody();
}

/** How many bytes hold the length of a literal. */
function literalWidth(tag: number): number {
  return Math.max(0, (tag >> 2) + 1 - MAX_SHORT_LITERAL);
}

/** Four bytes at most, the lowest first. */
function readNumber(bytes: Buffer, at: number, width: number): number {
  let number = 0;
  for (let index = width - 1; index >= 0; index--) number = number * 256 + (bytes[at + index] as number);
  return number;
}
