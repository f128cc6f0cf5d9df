import zlib from 'node:zlib';
import { ProtobufReader } from '../../../otlp/wire/protobuf-reader.ts';
import { compress } from '../block/column.ts';

/** The most records in one piece of compressed bytes: all of them are read for one. */
export const CHUNK_RECORDS = 128;

/** A chunk of more bytes is ended: records of its size gain nothing from each other. */
export const CHUNK_BYTES = 512 * 1024;

/** Where a record lies in a chunk's bytes, and what it belongs to. */
export interface StoredRecord {
  readonly isSpan: boolean;
  readonly resource: number;
  readonly scope: number;
  readonly start: number;
  readonly end: number;
}

export interface Chunk {
  readonly bytes: Buffer;
  readonly records: ChunkRecords;
}

const INTEGERS = 5;

/** Where the records of a chunk lie, as integers: chunks are kept in memory, and a hundred objects for each would weigh on it. */
class ChunkRecords implements Iterable<StoredRecord> {
  readonly length: number;
  readonly #integers: Int32Array;

  /** @param integers - five of each: 1 for a span, resource, scope, start, end */
  constructor(integers: readonly number[]) {
    this.#integers = Int32Array.from(integers);
    this.length = integers.length / INTEGERS;
  }

  /** @param index - below `length` */
  record(index: number): StoredRecord {
    const at = index * INTEGERS;
    const integers = this.#integers;
    return {
      isSpan: integers[at] === 1,
      resource: integers[at + 1] as number,
      scope: integers[at + 2] as number,
      start: integers[at + 3] as number,
      end: integers[at + 4] as number,
    };
  }

  *[Symbol.iterator](): Generator<StoredRecord> {
    for (let index = 0; index < this.length; index++) yield this.record(index);
  }

  *entries(): Generator<[index: number, record: StoredRecord]> {
    for (let index = 0; index < this.length; index++) yield [index, this.record(index)];
  }
}

const HEAD_BYTES = 24;

/** Puts records together: of each whether it is a span, its resource, its scope, its length as varints, and its bytes. */
export class ChunkWriter {
  records = 0;
  #bytes = Buffer.allocUnsafeSlow(64 * 1024);
  #at = 0;

  add(isSpan: boolean, resource: number, scope: number, bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#at + HEAD_BYTES + end - start;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(2 * needed);
      this.#bytes.copy(larger, 0, 0, this.#at);
      this.#bytes = larger;
    }
    this.#bytes[this.#at++] = isSpan ? 1 : 0;
    this.#varint(resource);
    this.#varint(scope);
    this.#varint(end - start);
    this.#bytes.set(bytes.subarray(start, end), this.#at);
    this.#at += end - start;
    this.records++;
  }

  /** The records so far, compressed; it is empty then. */
  take(): Buffer {
    const bytes = compress(this.#bytes.subarray(0, this.#at));
    this.clear();
    return bytes;
  }

  get bytes(): number {
    return this.#at;
  }

  clear(): void {
    this.#at = 0;
    this.records = 0;
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#at++] = rest;
  }
}

/** @throws of bytes that are damaged */
export function readChunk(compressed: Uint8Array): Chunk {
  const bytes = zlib.zstdDecompressSync(compressed);
  const reader = new ProtobufReader(bytes);
  const integers: number[] = [];
  while (reader.position < reader.end) {
    integers.push(reader.varint(), reader.varint(), reader.varint());
    const length = reader.length();
    integers.push(reader.position, reader.position + length);
    reader.position += length;
  }
  return { bytes, records: new ChunkRecords(integers) };
}
