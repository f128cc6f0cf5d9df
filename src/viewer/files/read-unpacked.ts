import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress, type Gunzip } from 'node:zlib';

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
 * What a file holds, which may be packed with gzip or zstd, whatever its name; members and frames behind each other are one.
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
    try {
      for await (const chunk of chunks) {
        if (source.bytesRead !== read) onRead?.(start + source.bytesRead);
        read = source.bytesRead;
        yield chunk;
      }
    } finally {
      source.destroy();
      unpacker?.destroy();
    }
    // A decompressor of zstd ends with its frame; that of gzip goes on by itself.
    start = packing === 'zstd' && unpacker?.bytesWritten ? start + unpacker.bytesWritten : size;
  } while (start < size);
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
function unpackerOf(packing: Packing): Gunzip {
  return packing === 'gzip' ? createGunzip() : (createZstdDecompress() as unknown as Gunzip);
}
