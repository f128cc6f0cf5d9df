import { copyBytes } from './copy-bytes.ts';
import { crc32c } from './crc32c.ts';
import { decodeSnappyInto, snappyLength } from './decode-snappy.ts';
import { MalformedBody, type Reserve } from './malformed-body.ts';

/** How every stream of framed Snappy begins: a chunk that says so. */
const STREAM_START = Buffer.from([0xff, 0x06, 0x00, 0x00, ...Buffer.from('sNaPpY')]);

const HEADER_BYTES = 4;
const CHECKSUM_BYTES = 4;
const MAX_CHUNK_BYTES = 65_536;

const CHUNK = { packed: 0x00, plain: 0x01, firstSkippable: 0x80, start: 0xff } as const;

/** Whether this is a stream of framed Snappy, and not a block. */
export function isSnappyFramed(packed: Buffer): boolean {
  return packed.subarray(0, STREAM_START.length).equals(STREAM_START);
}

/**
 * Unpacks a stream of framed Snappy; nothing at all is one.
 * @throws MalformedBody, or what `reserve` throws
 * @see https://github.com/google/snappy/blob/main/framing_format.txt
 */
export function decodeSnappyFrames(packed: Buffer, reserve: Reserve): Buffer {
  if (packed.length > 0 && !isSnappyFramed(packed)) throw new MalformedBody();
  // Twice through the headers, so that nothing is kept of chunks: there may be millions of empty ones.
  const output = reserve(unpack(packed, undefined));
  unpack(packed, output);
  return output;
}

/** Goes through the chunks. @param output - where they go; undefined to measure. @returns how long all will be */
function unpack(packed: Buffer, output: Buffer | undefined): number {
  let length = 0;
  for (let at = 0; at < packed.length; ) {
    if (at + HEADER_BYTES > packed.length) throw new MalformedBody();
    const kind = packed[at] as number;
    const from = at + HEADER_BYTES;
    const end = from + packed.readUIntLE(at + 1, 3);
    if (end > packed.length) throw new MalformedBody();
    if (kind === CHUNK.packed || kind === CHUNK.plain) {
      length += unpackChunk(packed, from, end, kind === CHUNK.packed, output, length);
    } else if (kind === CHUNK.start) {
      if (!packed.subarray(at, end).equals(STREAM_START)) throw new MalformedBody();
    } else if (kind < CHUNK.firstSkippable) throw new MalformedBody();
    at = end;
  }
  return length;
}

function unpackChunk(
  packed: Buffer,
  start: number,
  end: number,
  isPacked: boolean,
  output: Buffer | undefined,
  to: number,
): number {
  const from = start + CHECKSUM_BYTES;
  if (from > end) throw new MalformedBody();
  const length = isPacked ? snappyLength(packed, from, end) : end - from;
  if (length > MAX_CHUNK_BYTES) throw new MalformedBody();
  if (output === undefined) return length;
  if (isPacked) decodeSnappyInto(packed, from, end, output, to);
  else copyBytes(packed, from, output, to, length);
  if (masked(crc32c(output, to, to + length)) !== packed.readUInt32LE(start)) throw new MalformedBody();
  return length;
}

/** Turned and moved, so that a checksum of bytes that hold checksums is not a special case. */
function masked(checksum: number): number {
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
