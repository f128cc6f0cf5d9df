import { crc32c } from '../../src/serve/crc32c.ts';
import { xxh32 } from '../../src/xxh32.ts';

/** The longest literal whose length takes two bytes. */
const MAX_LITERAL_BYTES = 65_536;
const TWO_BYTES_OF_LENGTH = 61 << 2;

/** A block of Snappy that is right and saves nothing: Node.js has no packer for it. */
export function packSnappy(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += MAX_LITERAL_BYTES) {
    const literal = bytes.subarray(at, at + MAX_LITERAL_BYTES);
    const head = Buffer.from([TWO_BYTES_OF_LENGTH, 0, 0]);
    head.writeUInt16LE(literal.length - 1, 1);
    pieces.push(head, literal);
  }
  return Buffer.concat(pieces);
}

/** The same as a stream of frames, each with its checksum. */
export function packSnappyFrames(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [Buffer.from([0xff, 6, 0, 0, ...Buffer.from('sNaPpY')])];
  for (let at = 0; at < bytes.length; at += MAX_LITERAL_BYTES) {
    const part = bytes.subarray(at, at + MAX_LITERAL_BYTES);
    const checksum = crc32c(part, 0, part.length);
    const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0]);
    const packed = packSnappy(part);
    head.writeUIntLE(packed.length + 4, 1, 3);
    head.writeUInt32LE((((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0, 4);
    pieces.push(head, packed);
  }
  return Buffer.concat(pieces);
}

/** A frame of LZ4 in blocks that are as they were. */
export function packLz4(bytes: Buffer): Buffer {
  // Version 1, blocks on their own, of 64 KiB at most.
  const settings = Buffer.from([0x60, 0x40]);
  const checksum = (xxh32(viewOf(settings), 0, settings.length) >>> 8) & 0xff;
  const pieces: Buffer[] = [Buffer.from('04224d18', 'hex'), settings, Buffer.from([checksum])];
  for (let at = 0; at < bytes.length; at += MAX_LITERAL_BYTES) {
    const block = bytes.subarray(at, at + MAX_LITERAL_BYTES);
    const size = Buffer.alloc(4);
    size.writeUInt32LE((0x8000_0000 | block.length) >>> 0);
    pieces.push(size, block);
  }
  return Buffer.concat([...pieces, Buffer.alloc(4)]);
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

function varint(given: number): Buffer {
  const bytes: number[] = [];
  let rest = given;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
