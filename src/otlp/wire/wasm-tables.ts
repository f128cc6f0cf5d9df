import type { Field, Message, ScalarType } from './message.ts';
import { REQUEST } from './messages.ts';

/** What the module reads its tables with stands in `wasm/tables.ts`: each number here is one of there. */
const [PAIRS, POWERS, TABLES, TABLES_END] = [0, 256, 0x1_0000, 0x2_0000];
const [MESSAGE_BYTES, FIELD_BYTES, NAME_BYTES] = [32 + 256, 64, 48];
const TYPES: readonly ScalarType[] = [
  'string',
  'bytes',
  'traceId',
  'spanId',
  'bool',
  'int32',
  'uint32',
  'enum',
  'sint32',
  'int64',
  'uint64',
  'fixed32',
  'fixed64',
  'sfixed64',
  'double',
];
const EXACT_POWERS = 22;

/** Where the module finds each message. */
export type MessagePlaces = ReadonlyMap<Message, number>;

/**
 * Writes into the memory of the WebAssembly module what it knows of messages, from the one table of them: their
 * fields, and how these are called.
 */
export function writeTables(memory: ArrayBufferLike): MessagePlaces {
  const bytes = Buffer.from(memory as ArrayBuffer);
  bytes.write(Array.from({ length: 100 }, (_, pair) => String(pair).padStart(2, '0')).join(''), PAIRS);
  for (let power = 0; power <= EXACT_POWERS; power++)
    bytes.writeDoubleLE(Number(`1e${power}`), POWERS + 8 * power);
  const tables = new Tables(bytes);
  for (const message of Object.values(REQUEST)) tables.place(message);
  return tables.places;
}

class Tables {
  readonly places = new Map<Message, number>();
  readonly #bytes: Buffer;
  #end = TABLES;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Writes a message and what is in it, unless it is there. @returns where it is */
  place(message: Message): number {
    const known = this.places.get(message);
    if (known !== undefined) return known;
    const bytes = this.#bytes;
    const names = [...message.byName];
    const at = this.#take(MESSAGE_BYTES);
    const fieldsAt = this.#take(message.fields.length * FIELD_BYTES);
    const namesAt = this.#take(names.length * NAME_BYTES);
    this.places.set(message, at);
    const header = [flagsOfMessage(message), message.fields.length, fieldsAt, names.length, namesAt, namesAt];
    for (const [index, word] of header.entries()) bytes.writeUInt32LE(word, at + 4 * index);
    for (const [index, field] of message.fields.entries()) {
      bytes[at + 32 + 8 * field.number + field.wireType] = index + 1;
      // A tag that takes two bytes is one of a table of 256 too.
      if (field.packed) bytes[at + 32 + 8 * field.number + 2] = index + 1;
      this.#field(field, index, fieldsAt + index * FIELD_BYTES);
    }
    for (const [index, [name, field]] of names.entries()) {
      const nameAt = namesAt + index * NAME_BYTES;
      bytes.writeUInt32LE(name.length, nameAt);
      bytes.writeUInt32LE(fieldsAt + message.fields.indexOf(field) * FIELD_BYTES, nameAt + 4);
      bytes.write(name, nameAt + 16, 'latin1');
    }
    return at;
  }

  #field(field: Field, index: number, at: number): void {
    const { type, wireType, number, name } = field;
    const bytes = this.#bytes;
    bytes[at] = typeof type === 'object' ? 0 : TYPES.indexOf(type) + 1;
    bytes[at + 1] = flagsOfField(field);
    bytes[at + 2] = wireType;
    bytes[at + 3] = usualWidth(field);
    bytes.writeUInt32LE(number * 8 + wireType, at + 4);
    if (typeof type === 'object') bytes.writeUInt32LE(this.place(type), at + 8);
    const text = `,"${name}":`;
    bytes.writeUInt32LE(text.length, at + 12);
    bytes.write(text, at + 16, 'latin1');
    bytes.writeUInt32LE(type === 'traceId' ? 16 : type === 'spanId' ? 8 : 0, at + 48);
    bytes.writeUInt32LE(index, at + 52);
  }

  #take(size: number): number {
    const at = this.#end;
    this.#end += size;
    if (this.#end > TABLES_END) throw new Error('the tables of messages are larger than their room');
    return at;
  }
}

function flagsOfMessage({ recursive, holdsItems, name }: Message): number {
  const [isKeyValue, isAnyValue] = [name === 'KeyValue', name === 'AnyValue'];
  return bits([recursive, holdsItems, isKeyValue, isAnyValue]);
}

function flagsOfField({ repeated, member, always, counted, packed, absent, type }: Field): number {
  const hasAbsent = typeof type === 'string' && !repeated && absent !== undefined;
  return bits([repeated, member, always, counted, packed, hasAbsent]);
}

function bits(flags: readonly boolean[]): number {
  return flags.reduce((sum, flag, index) => sum + (flag ? 2 ** index : 0), 0);
}

/** How many bytes the length of a message mostly takes: another one moves what is in it. */
function usualWidth({ type, counted }: Field): number {
  if (counted) return 2;
  return typeof type === 'object' && type.holdsItems ? 3 : 1;
}
