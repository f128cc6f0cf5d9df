import { crc32 } from 'node:zlib';
import type { Signal } from '../otlp/batch.ts';

// docs/spool-format.md describes these bytes; a change of meaning needs a new version byte.

/** Bytes before the first record of a segment file. */
export const PREAMBLE_BYTES = 24;
/** Fixed part of a record that holds an encoded field. */
export const DATA_HEAD_BYTES = 36;
/** Fixed part of a record that defines a header, a name or a sink. */
export const DEFINITION_HEAD_BYTES = 20;
/** Where a spool begins to count, so that a prelude can lie before the first record. */
export const FIRST_POSITION = 2 ** 32;
/** A length beyond this is not a record. */
export const MAX_RECORD_BYTES = 256 * 1024 * 1024;
/** Sinks are bits of a 32-bit mask. */
export const MAX_SINKS = 32;

const MAGIC = Buffer.from('OTELSPL');
const VERSION = 1;
const MIN_LENGTH = DEFINITION_HEAD_BYTES - 8;

/** First byte of a record's own part. */
export const KIND = { logs: 1, traces: 2, definition: 3 } as const;
/** What a definition defines. */
export const DEFINES = { header: 1, name: 2, sink: 3 } as const;

/** One record, as it lies in `bytes`. Readers fill the same view again for each record. */
export interface RecordView {
  bytes: Buffer;
  position: number;
  /** The position after it. */
  end: number;
  kind: number;
  defines: number;
  /** Header of a data record; the defined id of a definition. */
  id: number;
  nameId: number;
  sinks: number;
  timeMs: number;
  /** The payload lies in `bytes` from `from` to `to`. */
  from: number;
  to: number;
}

/** A view to be filled. */
export function emptyView(): RecordView {
  return {
    bytes: Buffer.alloc(0),
    position: 0,
    end: 0,
    kind: 0,
    defines: 0,
    id: 0,
    nameId: 0,
    sinks: 0,
    timeMs: 0,
    from: 0,
    to: 0,
  };
}

/** What a data record says about its field. */
export interface RecordMeta {
  readonly signal: Signal;
  readonly headerId: number;
  readonly nameId: number;
}

/** A block of the log: whole records, where `bytes[0]` has the position `start`. */
export interface Writable {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly start: number;
  used: number;
}

/** Writes a data record at the end of `block`, which has room for it. */
export function writeData(
  block: Writable,
  meta: RecordMeta,
  sinks: number,
  timeMs: number,
  field: Uint8Array,
): void {
  const { view, used: at } = block;
  view.setUint8(at + 12, KIND[meta.signal]);
  view.setUint8(at + 13, 0);
  view.setUint32(at + 16, meta.headerId, true);
  view.setUint32(at + 20, meta.nameId, true);
  view.setUint32(at + 24, sinks, true);
  view.setFloat64(at + 28, timeMs, true);
  block.bytes.set(field, at + DATA_HEAD_BYTES);
  seal(block, DATA_HEAD_BYTES + field.length);
}

/** Writes a definition at the end of `block`, which has room for it. */
export function writeDefinition(block: Writable, defines: number, id: number, value: Uint8Array): void {
  const { view, used: at } = block;
  view.setUint8(at + 12, KIND.definition);
  view.setUint8(at + 13, defines);
  view.setUint32(at + 16, id, true);
  block.bytes.set(value, at + DEFINITION_HEAD_BYTES);
  seal(block, DEFINITION_HEAD_BYTES + value.length);
}

function seal(block: Writable, size: number): void {
  const { view, used: at } = block;
  view.setUint32(at + 4, size - 8, true);
  view.setUint32(at + 8, (block.start + at) % 2 ** 32, true);
  view.setUint16(at + 14, 0, true);
  view.setUint32(at, crc32(block.bytes.subarray(at + 4, at + size)), true);
  block.used = at + size;
}

/** Why no record could be read: it goes on behind the bytes at hand, or these are not a record. */
export type Unreadable = 'short' | 'bad';

/**
 * Reads the record at `at`, of which the position is known: a record carries it, so that a copy of a record
 * inside a payload is never taken for one.
 * @param limit - end of the bytes at hand
 * @param check - whether the CRC is computed; bytes that never left memory need none
 */
export function readRecord(
  bytes: Buffer,
  at: number,
  limit: number,
  position: number,
  check: boolean,
  view: RecordView,
): Unreadable | undefined {
  if (limit - at < DEFINITION_HEAD_BYTES) return 'short';
  const length = bytes.readUInt32LE(at + 4);
  if (length < MIN_LENGTH || length > MAX_RECORD_BYTES) return 'bad';
  if (bytes.readUInt32LE(at + 8) !== position % 2 ** 32 || bytes.readUInt16LE(at + 14) !== 0) return 'bad';
  const kind = bytes[at + 12] ?? 0;
  const data = kind === KIND.logs || kind === KIND.traces;
  if ((!data && kind !== KIND.definition) || (data && length < DATA_HEAD_BYTES - 8)) return 'bad';
  const to = at + 8 + length;
  if (to > limit) return 'short';
  if (check && bytes.readUInt32LE(at) !== crc32(bytes.subarray(at + 4, to))) return 'bad';
  view.bytes = bytes;
  view.position = position;
  view.end = position + 8 + length;
  view.kind = kind;
  view.defines = bytes[at + 13] ?? 0;
  view.id = bytes.readUInt32LE(at + 16);
  view.to = to;
  view.from = at + (data ? DATA_HEAD_BYTES : DEFINITION_HEAD_BYTES);
  view.nameId = data ? bytes.readUInt32LE(at + 20) : 0;
  view.sinks = data ? bytes.readUInt32LE(at + 24) : 0;
  view.timeMs = data ? bytes.readDoubleLE(at + 28) : 0;
  return undefined;
}

/**
 * Finds the next whole, valid record behind a bad one. Every offset is tried; the position that a record
 * carries makes that cheap, since almost no other four bytes match it, and the CRC decides.
 * @returns its offset, or `limit` if there is none
 */
export function findRecord(bytes: Buffer, after: number, limit: number, position: number): number {
  const view = emptyView();
  for (let at = after + 1; at + DEFINITION_HEAD_BYTES <= limit; at++) {
    if (readRecord(bytes, at, limit, position + at - after, true, view) === undefined) return at;
  }
  return limit;
}

/** The first bytes of a segment file: magic, version, position of the first record, CRC of all that. */
export function preamble(base: number): Buffer {
  const bytes = Buffer.alloc(PREAMBLE_BYTES);
  MAGIC.copy(bytes);
  bytes[7] = VERSION;
  bytes.writeBigUInt64LE(BigInt(base), 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 16)), 16);
  return bytes;
}

/** Reads the base out of a preamble that is whole. */
export function baseIn(bytes: Buffer): number {
  return Number(bytes.readBigUInt64LE(8));
}

/** What the first bytes of a file say it is; `damaged` is a segment of ours with a bad preamble. */
export function identify(bytes: Buffer): 'segment' | 'damaged' | 'unknown-version' | 'foreign' {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return 'foreign';
  if (bytes.length < PREAMBLE_BYTES) return 'damaged';
  if (bytes.readUInt32LE(16) !== crc32(bytes.subarray(0, 16))) return 'damaged';
  return bytes[7] === VERSION ? 'segment' : 'unknown-version';
}

/** `<base, 16 digits>.seg`: names sort by position, and say it when the preamble cannot. */
export function segmentName(base: number): string {
  return `${String(base).padStart(16, '0')}.seg`;
}

/** The base in a segment's name; undefined for other files. */
export function baseOf(name: string): number | undefined {
  return /^\d{16}\.seg$/.test(name) ? Number(name.slice(0, 16)) : undefined;
}
