import { copyBytes, repeatBytes } from './copy-bytes.ts';
import { MalformedBody } from './malformed-body.ts';

const MIN_MATCH_BYTES = 4;
const OFFSET_BYTES = 2;

/** A length in four bits that goes on in the bytes behind. */
const LONG = 15;

/**
 * How long a block that lies from `start` to `end` will be. All of its bytes are looked at, so that only offsets are
 * left to be checked.
 * @throws MalformedBody
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
export function lz4BlockLength(packed: Buffer, start: number, end: number): number {
  let length = 0;
  for (let at = start; at < end; ) {
    const token = packed[at++] as number;
    let literals = token >> 4;
    if (literals === LONG)
      for (let more = 255; more === 255; literals += more) more = byteAt(packed, at++, end);
    length += literals;
    at += literals;
    if (at > end) throw new MalformedBody();
    // The last sequence is of literals only.
    if (at === end) return length;
    at += OFFSET_BYTES;
    let match = token & 15;
    if (match === LONG) for (let more = 255; more === 255; match += more) more = byteAt(packed, at++, end);
    length += match + MIN_MATCH_BYTES;
  }
  throw new MalformedBody();
}

/**
 * Unpacks a block that {@link lz4BlockLength} has measured, and that there is room for.
 * @param earliest - the first byte of `output` that a match may repeat
 * @throws MalformedBody
 */
export function decodeLz4Block(
  packed: Buffer,
  start: number,
  end: number,
  output: Buffer,
  outputStart: number,
  earliest: number,
): void {
  let to = outputStart;
  for (let at = start; ; ) {
    const token = packed[at++] as number;
    let literals = token >> 4;
    if (literals === LONG) for (let more = 255; more === 255; literals += more) more = packed[at++] as number;
    copyBytes(packed, at, output, to, literals);
    at += literals;
    to += literals;
    if (at === end) return;
    const offset = (packed[at] as number) + 256 * (packed[at + 1] as number);
    at += OFFSET_BYTES;
    let match = token & 15;
    if (match === LONG) for (let more = 255; more === 255; match += more) more = packed[at++] as number;
    if (offset === 0 || to - offset < earliest) throw new MalformedBody();
    repeatBytes(output, to, offset, match + MIN_MATCH_BYTES);
    to += match + MIN_MATCH_BYTES;
  }
}

function byteAt(bytes: Buffer, at: number, end: number): number {
  if (at >= end) throw new MalformedBody();
  return bytes[at] as number;
}
