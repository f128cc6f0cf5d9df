import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, createZstdDecompress, type Gunzip, type ZlibOptions } from 'node:zlib';

/** How a file is read. */
export interface ReadOptions {
  /** Where to begin, in bytes; 0 of a packed file. */
  readonly from?: number | undefined;
  /** Told how many bytes of the file have been read, as it is on the disk. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/** How a file is packed. */
export type Packing = 'gzip' | 'zstd';

const CHUNK_BYTES = 256 * 1024;

const MAGIC: Readonly<Record<Packing, Buffer>> = {
  gzip: Buffer.from([0x1f, 0x8b]),
  zstd: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
};

/**
 * What a file holds, which may be packed with gzip or zstd, whatever its name; members and frames behind each other are one, with
 * zeros between them passed over: a file system puts those where a machine went down. Where a packed file breaks off, all that
 * can be unpacked comes before the error.
 * @throws what the file system and zlib throw
 */
export async function* readUnpacked(file: string, { from = 0, onRead }: ReadOptions): AsyncGenerator<Buffer> {
  const { packing, size } = await lookAt(file);
  let start = from;
  do {
    const source = createReadStream(file, { start, highWaterMark: CHUNK_BYTES });
    const unpacker = packing === undefined ? undefined : unpackerOf(packing);
    // Errors reach who reads the last one.
    const chunks = unpacker === undefined ? source : pipeline(source, unpacker, () => {});
    let read = 0;
    let given = 0;
    try {
      for await (const chunk of chunks) {
        if (source.bytesRead !== read) onRead?.(start + source.bytesRead);
        read = source.bytesRead;
        given += chunk.length;
        yield chunk;
      }
    } catch (error) {
      if (packing !== undefined && isOfPacking(error)) {
        const brokeAt = start + (unpacker?.bytesWritten ?? 0);
        yield* keptBack(packing, { file, start, brokeAt, given });
      }
      throw error;
    } finally {
      source.destroy();
      unpacker?.destroy();
    }
    // A decompressor of zstd ends with its frame, that of gzip with zeros behind a member.
    const end = unpacker?.bytesWritten ? start + unpacker.bytesWritten : size;
    start = packing === 'gzip' ? await behindZeros(file, end, size) : end;
  } while (start < size);
}

/** Whether a packed file is damaged or cut off. */
export function isOfPacking(error: unknown): boolean {
  return /^Z(?:_|STD_)/.test(String((error as NodeJS.ErrnoException).code));
}

/** Pieces in which a file is unpacked to find where it breaks off: what the last one held before that is lost. */
const PIECE_BYTES = [1024, 4];

interface Broken {
  readonly file: string;
  /** Where it was begun to be unpacked, and behind which piece it broke off, in bytes of the file. */
  readonly start: number;
  readonly brokeAt: number;
  /** What came out before, in bytes. */
  readonly given: number;
}

/** Of a piece in which an error comes Node keeps to itself what it has unpacked before: it gets that in small pieces once more. */
async function* keptBack(packing: Packing, broken: Broken): AsyncGenerator<Buffer> {
  let { brokeAt, given } = broken;
  let pieceBefore = CHUNK_BYTES;
  for (const piece of PIECE_BYTES) {
    const unpacker = unpackerOf(packing, { finishFlush: constants.Z_SYNC_FLUSH });
    const source = Readable.from(inPieces(broken, brokeAt - 2 * pieceBefore, piece));
    let before = 0;
    try {
      for await (const chunk of pipeline(source, unpacker, () => {}) as AsyncIterable<Buffer>) {
        const rest = chunk.subarray(Math.max(0, given - before));
        before += chunk.length;
        given += rest.length;
        if (rest.length > 0) yield rest;
      }
      return;
    } catch (error) {
      if (!isOfPacking(error)) throw error;
    } finally {
      unpacker.destroy();
    }
    brokeAt = broken.start + unpacker.bytesWritten;
    pieceBefore = piece;
  }
}

/** A file in pieces, which are small from `fineFrom` on. */
async function* inPieces(
  { file, start }: Broken,
  fineFrom: number,
  pieceBytes: number,
): AsyncGenerator<Buffer> {
  let place = start;
  for await (const chunk of createReadStream(file, { start, highWaterMark: CHUNK_BYTES })) {
    const coarse = Math.min(chunk.length, Math.max(0, fineFrom - place));
    if (coarse > 0) yield chunk.subarray(0, coarse);
    for (let at = coarse; at < chunk.length; at += pieceBytes) yield chunk.subarray(at, at + pieceBytes);
    place += chunk.length;
  }
}

/** The place of the first byte from `start` on that is no zero; the size if there is none. */
async function behindZeros(file: string, start: number, size: number): Promise<number> {
  if (start >= size) return size;
  let place = start;
  for await (const chunk of createReadStream(file, {
    start,
    highWaterMark: CHUNK_BYTES,
  }) as AsyncIterable<Buffer>) {
    const found = chunk.findIndex((byte) => byte !== 0);
    if (found !== -1) return place + found;
    place += chunk.length;
  }
  return size;
}

/** How a file is packed; then it can only be read from its beginning. */
export async function packingOf(file: string): Promise<Packing | undefined> {
  return (await lookAt(file)).packing;
}

/** No message of a request is larger. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

/** How a request of protobuf begins, one of JSON, and one that is packed with zstd. */
const MESSAGE_STARTS = [Buffer.of(0x0a), Buffer.from('{"'), MAGIC.zstd];

/** Whether a file holds messages behind their lengths, as collectors write them with `format: proto` or `compression`, and no lines. */
export async function holdsMessages(file: string): Promise<boolean> {
  const { head } = await lookAt(file);
  if (head.length < 2 * LENGTH_BYTES) return false;
  const [length, start] = [head.readUInt32BE(0), head.subarray(LENGTH_BYTES)];
  const isLength = length > 0 && length <= MAX_MESSAGE_BYTES;
  return isLength && MESSAGE_STARTS.some((each) => start.subarray(0, each.length).equals(each));
}

const LENGTH_BYTES = 4;

interface Look {
  readonly packing: Packing | undefined;
  readonly size: number;
  /** The first bytes. */
  readonly head: Buffer;
}

async function lookAt(file: string): Promise<Look> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    const head = buffer.subarray(0, bytesRead);
    const packing = (['gzip', 'zstd'] as const).find((one) =>
      head.subarray(0, MAGIC[one].length).equals(MAGIC[one]),
    );
    return { packing, size: (await handle.stat()).size, head };
  } finally {
    await handle.close();
  }
}

/** Both count what they have taken in; the types of zstd's do not say so. */
function unpackerOf(packing: Packing, options: ZlibOptions = {}): Gunzip {
  return packing === 'gzip' ? createGunzip(options) : (createZstdDecompress() as unknown as Gunzip);
}
