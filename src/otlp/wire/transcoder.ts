import { memoryForLine } from './lent-line.ts';
import type { Message } from './message.ts';
import { OTLP_WASM } from './otlp-wasm.ts';
import { type MessagePlaces, writeTables } from './wasm-tables.ts';

/** Where the input lies, behind the tables; and the zeros behind it. */
const INPUT = 0x2_0000;
const PADDING = 64;
/** Larger requests are left to others: the module's memory never shrinks. */
const MAX_INPUT_BYTES = 8 * 1024 * 1024;
/** Of JSON: `0,` in a list becomes a double of eight bytes. */
const MAX_GROWTH = 5;
/** A module that has needed more memory than this is not kept. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024;
const PAGE_BYTES = 64 * 1024;
/** The most memory that what is put together may need. */
const MAX_OPENED_BYTES = 64 * 1024 * 1024;
/** How many messages may have their fields noted at a time. */
export const TABLES = 6;
/** 512 notes of 32 bytes. */
const TABLE_BYTES = 16 * 1024;

/** What is used of WebAssembly; Node.js has no types for it. Not there in a Node.js that makes no machine code. */
interface Api {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
  readonly RuntimeError: new () => Error;
}

const { WebAssembly: api } = globalThis as unknown as { readonly WebAssembly: Api | undefined };

/** What `wasm/index.ts` exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number };
  readonly scan: (message: number, start: number, end: number) => number;
  readonly toJson: (message: number, start: number, end: number, to: number) => number;
  readonly toProtobuf: (message: number, start: number, end: number, to: number) => number;
  readonly itemsRead: () => number;
  readonly fields: (message: number, base: number, start: number, end: number, to: number) => number;
  readonly move: (to: number, from: number, bytes: number) => void;
}

/** Bytes of a message in the memory of the module, where they are taken apart and others are put together from them. */
export interface OpenedBytes {
  /** Where what is put together may begin. */
  readonly output: number;
  /** The memory, until it grows: then it is another one. */
  readonly bytes: Buffer;
  readonly words: Int32Array;
  /** Makes the memory so large. @throws RangeError beyond what there may be */
  grow(bytes: number): void;
  /**
   * Notes where the fields of a message are that stands from `start` to `end` in the bytes: all but lists that hold
   * records.
   * @param table - which of the {@link TABLES} is filled
   * @returns how many are noted; below zero of a message that only a decoder takes care of
   */
  note(message: Message, start: number, end: number, table: number): number;
  /** Where the notes of a table begin, in words. @see `wasm/fields.ts` */
  notesAt(table: number): number;
  /** Copies from the bytes into the memory. */
  bring(to: number, start: number, bytes: number): void;
  /** Copies within the memory; the places may overlap. */
  move(to: number, from: number, bytes: number): void;
  /** A copy of what is in the memory. */
  copy(start: number, end: number): Uint8Array;
}

/** The module, and its memory as it is now. */
class Transcoder implements OpenedBytes {
  readonly exports: Exports;
  readonly #places: MessagePlaces;
  #memory: Buffer;
  bytes: Buffer;
  words: Int32Array;
  #tables = 0;

  constructor({ Instance: Of }: Api, module: object) {
    const imports = {
      'json-scalars': {
        formatDouble: (value: number, at: number) => this.memory().write(textOf(value), at, 'latin1'),
      },
      'json-reader': {
        parseDouble: (start: number, end: number) => Number(this.memory().toString('latin1', start, end)),
      },
    };
    this.exports = new Of(module, imports).exports as Exports;
    this.#places = writeTables(this.exports.memory.buffer);
    this.#memory = Buffer.from(this.exports.memory.buffer);
    this.bytes = this.#memory;
    this.words = new Int32Array(this.exports.memory.buffer);
  }

  /** Memory that grows is another one. */
  memory(): Buffer {
    const { buffer } = this.exports.memory;
    if (this.#memory.buffer !== buffer) this.#memory = Buffer.from(buffer);
    return this.#memory;
  }

  get output(): number {
    return this.#tables + TABLES * TABLE_BYTES;
  }

  /** @returns itself, with the bytes in its memory and room for as many again */
  open(bytes: Uint8Array): OpenedBytes {
    const room = TABLES * TABLE_BYTES + bytes.length + bytes.length / 2 + PAGE_BYTES;
    this.#tables = this.put(bytes, room);
    this.#look();
    return this;
  }

  grow(bytes: number): void {
    if (bytes > MAX_OPENED_BYTES) throw new RangeError('more memory than there may be');
    const missing = bytes - this.exports.memory.buffer.byteLength;
    if (missing > 0) this.exports.memory.grow(Math.ceil((missing + bytes / 4) / PAGE_BYTES));
    this.#look();
  }

  /** To ask for the memory each time would take longer than what is done with it. */
  #look(): void {
    this.bytes = this.memory();
    this.words = new Int32Array(this.bytes.buffer);
  }

  note(message: Message, start: number, end: number, table: number): number {
    return this.exports.fields(this.place(message), INPUT, start, end, this.#tables + table * TABLE_BYTES);
  }

  notesAt(table: number): number {
    return (this.#tables + table * TABLE_BYTES) / 4;
  }

  bring(to: number, start: number, bytes: number): void {
    this.exports.move(to, INPUT + start, bytes);
  }

  move(to: number, from: number, bytes: number): void {
    this.exports.move(to, from, bytes);
  }

  place(message: Message): number {
    return this.#places.get(message) as number;
  }

  /** Puts the input where it belongs, and makes sure of room behind it. @returns where output may begin */
  put(bytes: Uint8Array, room: number): number {
    const end = INPUT + bytes.length;
    const output = (end + PADDING + 15) & ~15;
    const missing = output + room - this.exports.memory.buffer.byteLength;
    if (missing > 0) this.exports.memory.grow(Math.ceil(missing / PAGE_BYTES));
    const memory = this.memory();
    memory.set(bytes, INPUT);
    memory.fill(0, end, output);
    return output;
  }

  /** A copy, in such memory. */
  copy(start: number, end: number, memoryFor = Buffer.allocUnsafeSlow): Uint8Array {
    const copy = memoryFor(end - start);
    this.memory().copy(copy, 0, start, end);
    return copy;
  }
}

/** The text of a negative zero has no sign. */
function textOf(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

let compiled: object | undefined;
let kept: Transcoder | undefined;

/** Runs what the module does; undefined of what it leaves to others, or where there is no WebAssembly. */
function run<T>(bytes: Uint8Array, work: (instance: Transcoder) => T): T | undefined {
  if (api === undefined || bytes.length > MAX_INPUT_BYTES) return undefined;
  const instance = kept;
  // While it works nobody else may: a callback of it never comes here.
  kept = undefined;
  let used: Transcoder | undefined;
  try {
    compiled ??= new api.Module(Buffer.from(OTLP_WASM, 'base64'));
    used = instance ?? new Transcoder(api, compiled);
    return work(used);
  } catch (error) {
    // It has given up, or there was no memory.
    if (error instanceof api.RuntimeError || error instanceof RangeError) return undefined;
    throw error;
  } finally {
    if (used !== undefined && used.exports.memory.buffer.byteLength <= MAX_KEPT_BYTES) kept = used;
  }
}

/**
 * Checks protobuf, as `scanProtobuf` does, in a third of its time.
 * @returns how many log records, spans or data points are inside; undefined of what is malformed or rare
 */
export function scanQuickly(message: Message, bytes: Uint8Array): number | undefined {
  return run(bytes, (instance) => {
    instance.put(bytes, 0);
    return instance.exports.scan(instance.place(message), INPUT, INPUT + bytes.length);
  });
}

/**
 * Protobuf that has been checked as a line of OTLP/JSON, with its line break, from bytes to bytes: no objects are made.
 * The keys stand in the order of the messages' declaration, as the OpenTelemetry Collector writes them.
 * @returns undefined of what only a decoder takes care of: a message that comes in two pieces, text that is no UTF-8
 */
export function protobufToJson(message: Message, bytes: Uint8Array): Uint8Array | undefined {
  return run(bytes, (instance) => {
    const output = instance.put(bytes, 0);
    const end = instance.exports.toJson(instance.place(message), INPUT, INPUT + bytes.length, output);
    return instance.copy(output, end, memoryForLine);
  });
}

/** OTLP/JSON that was read. */
export interface ReadJson {
  readonly protobuf: Uint8Array;
  /** Log records, spans or data points inside. */
  readonly count: number;
}

/**
 * Reads OTLP/JSON, as `decodeJson` does, into protobuf, and makes no objects.
 * @returns undefined of what is malformed or rare: unknown members, nulls, escapes in keys, values nested deep
 */
export function jsonToProtobuf(message: Message, bytes: Uint8Array): ReadJson | undefined {
  return run(bytes, (instance) => {
    const output = instance.put(bytes, MAX_GROWTH * bytes.length + PAGE_BYTES);
    const { toProtobuf, itemsRead } = instance.exports;
    const end = toProtobuf(instance.place(message), INPUT, INPUT + bytes.length, output);
    return { protobuf: instance.copy(output, end), count: itemsRead() };
  });
}

/**
 * Has protobuf that has been checked taken apart and put together anew.
 * @param work - has to be done with it when it returns
 * @returns undefined where there is no WebAssembly, and of what is too large
 */
export function openBytes<T>(bytes: Uint8Array, work: (opened: OpenedBytes) => T): T | undefined {
  return run(bytes, (instance) => work(instance.open(bytes)));
}
