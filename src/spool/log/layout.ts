import type { Signal } from '../../otlp/wire/batch.ts';
import { xxh32 } from '../../xxh32.ts';

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
const MAX_RECORD_BYTES = 256 * 1024 * 1024;
/** No segment grows beyond its size and one record; what is larger is not ours. */
export const MAX_SEGMENT_BYTES = 512 * 1024 * 1024;
/** Sinks are bits of a 32-bit mask. */
export const MAX_SINKS = 32;

const MAGIC = Buffer.from('OTELSPL');
/**
 * What data records hold, by the version of their files: a field of one log record or span, whose name is that of
 * the event; or a whole export request as it came, whose name is the number of log records or spans in it.
 */
const VERSION = { records: 1, requests: 2 } as const;
const MIN_LENGTH = DEFINITION_HEAD_BYTES - 8;

/** First byte of a record's own part. */
export const KIND = { logs: 1, traces: 2, definition: 3, metrics: 4 } as const;
/** What a definition defines. */
export const DEFINES = { header: 1, name: 2, sink: 3 } as const;

/** What the data records of a log hold. */
export type Contents = keyof typeof VERSION;

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

/** The signal of a data record. */
export function signalOf({ kind }: { readonly kind: number }): Signal {
  if (kind === KIND.metrics) return 'metrics';
  return kind === KIND.logs ? 'logs' : 'traces';
}

/** Whether `record` is a data record chosen for the sink of `bit`. */
export function isFor({ kind, sinks }: RecordView, bit: number): boolean {
  return kind !== KIND.definition && ((sinks >>> bit) & 1) === 1;
}

/** What a data record says about its field. */
export interface RecordMeta {
  /** One of {@link KIND}. */
  readonly kind: number;
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

/**
 * Writes a data record at the end of `block`, which has room for it.
 * @param check - whether it gets its checksum; what never leaves memory needs none
 */
export function writeData(
  block: Writable,
  meta: RecordMeta,
  sinks: number,
  timeMs: number,
  field: Uint8Array,
  check: boolean,
): void {
  const { view, used: at } = block;
  view.setUint32(at + 12, meta.kind, true);
  view.setUint32(at + 16, meta.headerId, true);
  view.setUint32(at + 20, meta.nameId, true);
  view.setUint32(at + 24, sinks, true);
  view.setFloat64(at + 28, timeMs, true);
  block.bytes.set(field, at + DATA_HEAD_BYTES);
  seal(block, DATA_HEAD_BYTES + field.length, check);
}

/** Writes a definition at the end of `block`, which has room for it. */
export function writeDefinition(block: Writable, defines: number, id: number, value: Uint8Array): void {
  const { view, used: at } = block;
  view.setUint32(at + 12, KIND.definition + 0x100 * defines, true);
  view.setUint32(at + 16, id, true);
  block.bytes.set(value, at + DEFINITION_HEAD_BYTES);
  seal(block, DEFINITION_HEAD_BYTES + value.length, true);
}

function seal(block: Writable, size: number, check: boolean): void {
  const { view, used: at } = block;
  view.setUint32(at + 4, size - 8, true);
  // The setter takes it modulo 2^32.
  view.setUint32(at + 8, block.start + at, true);
  if (check) view.setUint32(at, xxh32(view, at + 4, at + size), true);
  block.used = at + size;
}

/**
 * Reads the record at `at` that was written there in this process, and needs no check.
 * @param start - the position of `bytes[0]`
 */
export function readOwn(bytes: Buffer, view: DataView, at: number, start: number, into: RecordView): void {
  const kind = bytes[at + 12] ?? 0;
  const data = kind !== KIND.definition;
  const to = at + 8 + view.getUint32(at + 4, true);
  into.bytes = bytes;
  into.position = start + at;
  into.end = start + to;
  into.kind = kind;
  into.defines = bytes[at + 13] ?? 0;
  into.id = view.getUint32(at + 16, true);
  into.to = to;
  into.from = at + (data ? DATA_HEAD_BYTES : DEFINITION_HEAD_BYTES);
  into.nameId = data ? view.getUint32(at + 20, true) : 0;
  into.sinks = data ? view.getUint32(at + 24, true) : 0;
  into.timeMs = data ? view.getFloat64(at + 28, true) : 0;
}

/** Why no record could be read: it goes on behind the bytes at hand, or these are not a record. */
export type Unreadable = 'short' | 'bad';

/**
 * Reads the record at `at`, of which the position is known: a record carries it, so that a copy of a record
 * inside a payload is never taken for one.
 * @param limit - end of the bytes at hand
 */
export function readRecord(
  bytes: Buffer,
  at: number,
  limit: number,
  position: number,
  into: RecordView,
): Unreadable | undefined {
  const view = viewOf(bytes);
  if (limit - at < DEFINITION_HEAD_BYTES) return 'short';
  const length = view.getUint32(at + 4, true);
  if (length < MIN_LENGTH || length > MAX_RECORD_BYTES) return 'bad';
  if (view.getUint32(at + 8, true) !== position % 2 ** 32 || view.getUint16(at + 14, true) !== 0)
    return 'bad';
  const kind = view.getUint8(at + 12);
  const data = kind === KIND.logs || kind === KIND.traces || kind === KIND.metrics;
  if ((!data && kind !== KIND.definition) || (data && length < DATA_HEAD_BYTES - 8)) return 'bad';
  const to = at + 8 + length;
  if (to > limit) return 'short';
  if (view.getUint32(at, true) !== xxh32(view, at + 4, to)) return 'bad';
  readOwn(bytes, view, at, position - at, into);
  return undefined;
}

const views = new WeakMap<Buffer, DataView>();

/** Made once for each buffer that is read from. */
function viewOf(bytes: Buffer): DataView {
  let view = views.get(bytes);
  if (view === undefined) {
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    views.set(bytes, view);
  }
  return view;
}

/**
 * Finds the next whole, valid record behind a bad one. Every offset is tried; the position that a record
 * carries makes that cheap, since almost no other four bytes match it, and the checksum decides.
 * @returns its offset, or `limit` if there is none
 */
export function findRecord(bytes: Buffer, after: number, limit: number, position: number): number {
  const view = emptyView();
  for (let at = after + 1; at + DEFINITION_HEAD_BYTES <= limit; at++) {
    if (readRecord(bytes, at, limit, position + at - after, view) === undefined) return at;
  }
  return limit;
}

/**
 * Whether what lies behind the last record of a file is a write that was not finished: cut off within a record,
 * or zeros, since after a power loss a file may have its length and not its last bytes.
 */
export function isTorn(unreadable: Unreadable, rest: Buffer): boolean {
  return unreadable === 'short' || rest.every((byte) => byte === 0);
}

/** The first bytes of a segment file: magic, version, position of the first record, checksum of all that. */
export function preamble(base: number, holds: Contents = 'records'): Buffer {
  const bytes = Buffer.alloc(PREAMBLE_BYTES);
  MAGIC.copy(bytes);
  bytes[7] = VERSION[holds];
  bytes.writeBigUInt64LE(BigInt(base), 8);
  bytes.writeUInt32LE(xxh32(viewOf(bytes), 0, 16), 16);
  return bytes;
}

/** Reads the base out of a preamble that is whole. */
export function baseIn(bytes: Buffer): number {
  return Number(bytes.readBigUInt64LE(8));
}

/**
 * What the first bytes of a file say it is; `damaged` is a segment of ours with a bad preamble.
 * @param wanted - to whoever reads only this, a file that holds something else is of an unknown version
 */
export function identify(
  bytes: Buffer,
  wanted?: Contents,
): 'segment' | 'damaged' | 'unknown-version' | 'foreign' {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return 'foreign';
  if (bytes.length < PREAMBLE_BYTES) return 'damaged';
  if (bytes.readUInt32LE(16) !== xxh32(viewOf(bytes), 0, 16)) return 'damaged';
  const holds = contentsIn(bytes);
  return holds === undefined || (wanted ?? holds) !== holds ? 'unknown-version' : 'segment';
}

/** What a file holds, by the version in its preamble; undefined of one that is not known here. */
export function contentsIn(bytes: Buffer): Contents | undefined {
  if (bytes[7] === VERSION.records) return 'records';
  return bytes[7] === VERSION.requests ? 'requests' : undefined;
}

/** `<base, 16 digits>.seg`: names sort by position, and say it when the preamble cannot. */
export function segmentName(base: number): string {
  return `${String(base).padStart(16, '0')}.seg`;
}

/** The base in a segment's name; undefined for other files. */
export function baseOf(name: string): number | undefined {
  return /^\d{16}\.seg$/.test(name) ? Number(name.slice(0, 16)) : undefined;
}
