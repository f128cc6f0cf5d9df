import type { OtlpObject, OtlpValue } from './decode-protobuf.ts';
import type { Field, Message, ScalarType } from './messages.ts';

const TWO_32 = 2 ** 32;
const EMPTY = Buffer.alloc(0);

/**
 * Encodes a decoded message as protobuf.
 * @param value - as `decodeProtobuf` and `decodeJson` return it: what they have not checked is not checked here
 */
export function encodeProtobuf(message: Message, value: OtlpObject): Uint8Array {
  const writer = new BackwardWriter();
  writeMessage(writer, message, value);
  return writer.written();
}

/** Last field first, so that the length of a nested message is known when it has to be written. */
function writeMessage(writer: BackwardWriter, message: Message, value: OtlpObject): void {
  for (let index = message.fields.length - 1; index >= 0; index--) {
    const field = message.fields[index] as Field;
    const given = value[field.name];
    if (given === undefined) continue;
    if (!Array.isArray(given)) {
      writeField(writer, field, given);
      continue;
    }
    for (let at = given.length - 1; at >= 0; at--) writeField(writer, field, given[at] as OtlpValue);
  }
}

function writeField(writer: BackwardWriter, field: Field, value: OtlpValue): void {
  const { type } = field;
  const end = writer.length;
  if (typeof type === 'object') writeMessage(writer, type, value as OtlpObject);
  else WRITE[type](writer, value);
  if (field.wireType === 2) writer.varint(writer.length - end);
  writer.varint(field.number * 8 + field.wireType);
}

const WRITE: Readonly<Record<ScalarType, (writer: BackwardWriter, value: OtlpValue) => void>> = {
  string: (writer, value) => writer.string(value as string, 'utf8'),
  bytes: (writer, value) => writer.string(value as string, 'base64'),
  traceId: (writer, value) => writer.string(value as string, 'hex'),
  spanId: (writer, value) => writer.string(value as string, 'hex'),
  bool: (writer, value) => writer.varint(value === true ? 1 : 0),
  int32: (writer, value) => writer.int64(value as number),
  uint32: (writer, value) => writer.varint(value as number),
  enum: (writer, value) => writer.int64(value as number),
  int64: (writer, value) => writer.int64(value as string),
  fixed32: (writer, value) => writer.fixed32(value as number),
  fixed64: (writer, value) => writer.fixed64(BigInt(value as string)),
  double: (writer, value) => writer.double(Number(value)),
};

/** A buffer that is filled from its end, and grows at its front. */
class BackwardWriter {
  #bytes: Buffer = EMPTY;
  #start = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#bytes.length - this.#start;
  }

  written(): Uint8Array {
    return this.#bytes.subarray(this.#start);
  }

  string(value: string, encoding: 'utf8' | 'base64' | 'hex'): void {
    const length = Buffer.byteLength(value, encoding);
    this.#reserve(length);
    this.#bytes.write(value, this.#start, length, encoding);
  }

  /** An unsigned integer below 2^53. */
  varint(value: number): void {
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
    this.#reserve(size);
    let rest = value;
    for (let at = this.#start; at < this.#start + size - 1; at++) {
      this.#bytes[at] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#start + size - 1] = rest;
  }

  /** A signed integer, given as a number or in decimal; negative ones take ten bytes. */
  int64(value: number | string): void {
    const number = Number(value);
    if (number >= 0 && number < TWO_32) this.varint(number);
    else this.#varint64(BigInt.asUintN(64, BigInt(value)));
  }

  fixed32(value: number): void {
    this.#reserve(4);
    this.#bytes.writeUInt32LE(value, this.#start);
  }

  fixed64(value: bigint): void {
    this.#reserve(8);
    this.#bytes.writeBigUInt64LE(value, this.#start);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#bytes.writeDoubleLE(value, this.#start);
  }

  #varint64(value: bigint): void {
    const bytes: number[] = [];
    for (let rest = value; ; rest >>= 7n) {
      const last = rest < 0x80n;
      bytes.push(Number(rest & 0x7fn) | (last ? 0 : 0x80));
      if (last) break;
    }
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#start);
  }

  #reserve(size: number): void {
    if (size > this.#start) this.#grow(size);
    this.#start -= size;
  }

  #grow(size: number): void {
    const { length } = this;
    const bytes = Buffer.allocUnsafe(Math.max(1024, 2 * (length + size)));
    const start = bytes.length - length;
    this.#bytes.copy(bytes, start, this.#start);
    this.#bytes = bytes;
    this.#start = start;
  }
}
