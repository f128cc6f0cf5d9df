import { xxh32 } from '../xxh32.ts';
import { copyBytes } from './copy-bytes.ts';
import { decodeLz4Block, lz4BlockLength } from './decode-lz4-block.ts';
import { MalformedBody, type Reserve } from './malformed-body.ts';

const FRAME = 0x184d2204;
/** These sixteen numbers begin what is not for readers. */
const SKIPPABLE = 0x184d2a5;

/** In the size of a block: its content is as it was. */
const PLAIN = 0x80000000;

/** How far a match may reach back: into the block before, where blocks are linked. */
const WINDOW_BYTES = 65_536;

/** What the head of a frame says. */
interface Frame {
  readonly maxBlockBytes: number;
  readonly areLinked: boolean;
  readonly haveBlocksChecksums: boolean;
  readonly hasChecksum: boolean;
  /** Of all that is in it. */
  readonly length: number | undefined;
}

/**
 * Unpacks frames of LZ4; nothing at all is none of them. Frames that need a dictionary, and those of before 1.4, are
 * malformed here.
 * @throws MalformedBody, or what `reserve` throws
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
export function decodeLz4(packed: Buffer, reserve: Reserve): Buffer {
  // Twice through the frames, so that nothing is kept of blocks: there may be millions of a byte each.
  const output = reserve(new FrameReader(packed, undefined).read());
  new FrameReader(packed, output).read();
  return output;
}

class FrameReader {
  readonly #packed: Buffer;
  readonly #view: DataView;
  readonly #output: Buffer | undefined;
  #at = 0;
  /** How much has been unpacked, or would have been. */
  #length = 0;

  /** @param output - where the content goes; undefined to measure it */
  constructor(packed: Buffer, output: Buffer | undefined) {
    this.#packed = packed;
    this.#view = viewOf(packed);
    this.#output = output;
  }

  /** @returns how long the content is */
  read(): number {
    while (this.#at < this.#packed.length) {
      const magic = this.#number();
      if (magic === FRAME) this.#frame();
      else if (magic >>> 4 === SKIPPABLE) this.#pass(this.#number());
      else throw new MalformedBody();
    }
    return this.#length;
  }

  #frame(): void {
    const frame = this.#head();
    const start = this.#length;
    for (let size = this.#number(); size !== 0; size = this.#number()) this.#block(size, frame, start);
    if (frame.length !== undefined && frame.length !== this.#length - start) throw new MalformedBody();
    if (!frame.hasChecksum) return;
    const checksum = this.#number();
    if (this.#output === undefined) return;
    if (xxh32(viewOf(this.#output), start, this.#length) !== checksum) throw new MalformedBody();
  }

  #head(): Frame {
    const start = this.#pass(2);
    const flags = this.#view.getUint8(start);
    const sizes = this.#view.getUint8(start + 1);
    const maxBlockBytes = 2 ** (8 + 2 * (sizes >> 4));
    const isKnown = flags >> 6 === 1 && (flags & 0b11) === 0 && (sizes & 0x8f) === 0;
    if (!isKnown || maxBlockBytes < WINDOW_BYTES) throw new MalformedBody();
    const length = flags & 8 ? Number(this.#view.getBigUint64(this.#pass(8), true)) : undefined;
    const checksum = (xxh32(this.#view, start, this.#at) >>> 8) & 0xff;
    if (this.#view.getUint8(this.#pass(1)) !== checksum) throw new MalformedBody();
    return {
      maxBlockBytes,
      areLinked: (flags & 32) === 0,
      haveBlocksChecksums: (flags & 16) !== 0,
      hasChecksum: (flags & 4) !== 0,
      length,
    };
  }

  /** @param frameStart - where the content of its frame begins */
  #block(size: number, { maxBlockBytes, areLinked, haveBlocksChecksums }: Frame, frameStart: number): void {
    const isPlain = size >= PLAIN;
    const start = this.#pass(isPlain ? size - PLAIN : size);
    const end = this.#at;
    if (haveBlocksChecksums && this.#number() !== xxh32(this.#view, start, end)) throw new MalformedBody();
    const length = isPlain ? end - start : lz4BlockLength(this.#packed, start, end);
    if (length > maxBlockBytes) throw new MalformedBody();
    const to = this.#length;
    this.#length += length;
    if (this.#output === undefined) return;
    const earliest = areLinked ? Math.max(frameStart, to - WINDOW_BYTES) : to;
    if (isPlain) copyBytes(this.#packed, start, this.#output, to, length);
    else decodeLz4Block(this.#packed, start, end, this.#output, to, earliest);
  }

  #number(): number {
    return this.#view.getUint32(this.#pass(4), true);
  }

  /** Passes over so many bytes. @returns where they begin */
  #pass(size: number): number {
    const start = this.#at;
    if (start + size > this.#packed.length) throw new MalformedBody();
    this.#at += size;
    return start;
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
