import { Malformed } from './malformed.ts';
import { MAX_MESSAGES } from './messages.ts';

/** The deepest nesting of groups in fields that nobody knows. */
const MAX_GROUP_DEPTH = 100;

const TWO_32 = 2 ** 32;

/**
 * Reads protobuf's wire format, from bytes that may be hostile: it never reads past `end` and every malformed
 * input throws `Malformed`.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufReader {
  readonly #bytes: Buffer;
  position = 0;
  /** The end of the message being read. */
  end: number;
  #messages = 0;
  /** Upper half of what `varint` read last. */
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.byteLength;
  }

  /** Goes to a message that has been checked; what is counted is counted anew. */
  goTo(start: number, end: number): void {
    this.position = start;
    this.end = end;
    this.#messages = 0;
  }

  /** The key of the next field: `number * 8 + wire type`. */
  tag(): number {
    const low = this.varint();
    const tag = low + this.#high * TWO_32;
    // Field numbers have 29 bits, and 0 is none.
    if (tag < 8 || tag >= TWO_32) this.#fail('bad field number');
    return tag;
  }

  /** The lower 32 bits of a varint, unsigned; the upper ones are dropped, as protobuf does for int32. */
  varint(): number {
    const bytes = this.#bytes;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.end) this.#fail('varint cut off');
      const byte = bytes[this.position++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else if (bits <= 1) high |= bits << 31;
      else this.#fail('varint longer than 64 bits');
      if (byte < 0x80) {
        this.#high = high >>> 0;
        return low >>> 0;
      }
    }
    return this.#fail('varint longer than 64 bits');
  }

  /** A varint as a signed 64-bit integer, in decimal. */
  int64(): string {
    const low = this.varint();
    const high = this.#high | 0;
    if (high === 0) return String(low);
    if (high >= -0x20_0000 && high < 0x20_0000) return String(high * TWO_32 + low);
    return String((BigInt(high) << 32n) | BigInt(low));
  }

  /** A varint as a signed 64-bit integer: a number where that is exact, else in decimal. */
  integer(): number | string {
    const low = this.varint();
    const high = this.#high | 0;
    if (high === 0) return low;
    if (high < -0x20_0000 || high >= 0x20_0000) return String((BigInt(high) << 32n) | BigInt(low));
    const value = high * TWO_32 + low;
    return Number.isSafeInteger(value) ? value : String(value);
  }

  /** A varint as an unsigned 64-bit integer, in decimal. */
  uint64(): string {
    const low = this.varint();
    const high = this.#high;
    if (high < 0x20_0000) return String(high * TWO_32 + low);
    return String((BigInt(high) << 32n) | BigInt(low));
  }

  bool(): boolean {
    return (this.varint() | this.#high) !== 0;
  }

  /** Eight bytes as an unsigned integer, in decimal. */
  fixed64(): string {
    return String(this.#bytes.readBigUInt64LE(this.#take(8)));
  }

  /** Eight bytes as a signed integer, in decimal. */
  sfixed64(): string {
    return String(this.#bytes.readBigInt64LE(this.#take(8)));
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  fixed32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  /** Counts a message or an item of a list against the most that one request may hold. */
  count(): void {
    if (++this.#messages > MAX_MESSAGES) this.#fail(`more than ${MAX_MESSAGES} messages and items of lists`);
  }

  /** The length of what follows, checked to lie inside the message. */
  length(): number {
    const length = this.varint();
    if (this.#high !== 0 || length > this.end - this.position) this.#fail('length beyond the end');
    return length;
  }

  /** Goes into a nested message: from here on `end` is its end. */
  enter(): void {
    this.count();
    const length = this.length();
    this.end = this.position + length;
  }

  /** Invalid UTF-8 reads as U+FFFD, as in the OpenTelemetry Collector: one bad name must not cost a batch. */
  string(): string {
    const length = this.length();
    const start = this.#take(length);
    return this.#bytes.toString('utf8', start, this.position);
  }

  base64(): string {
    const length = this.length();
    const start = this.#take(length);
    return this.#bytes.toString('base64', start, this.position);
  }

  /** An id of `size` bytes in hex; empty and all-zero ids mean no id: `''`. */
  hex(size: number): string {
    const start = this.#id(size);
    for (let at = start; at < this.position; at++) {
      if (this.#bytes[at] !== 0) return this.#bytes.toString('hex', start, this.position);
    }
    return '';
  }

  /** Passes over a value of a known field that needs no look inside. */
  skipScalar(wireType: number, idSize: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.#take(8);
    else if (wireType === 5) this.#take(4);
    else if (idSize > 0) this.#id(idSize);
    else this.#take(this.length());
  }

  /** Passes over a field that nobody knows, groups included. */
  skipUnknown(tag: number, depth = 0): void {
    const wireType = tag & 7;
    if (wireType === 3) this.#skipGroup(tag, depth);
    else if (wireType === 4 || wireType > 5) this.#fail('bad wire type');
    else this.skipScalar(wireType, 0);
  }

  #skipGroup(start: number, depth: number): void {
    if (depth >= MAX_GROUP_DEPTH) this.#fail('groups nested too deeply');
    for (;;) {
      const tag = this.tag();
      if (tag === start + 1) return;
      this.skipUnknown(tag, depth + 1);
    }
  }

  #id(size: number): number {
    const length = this.length();
    if (length !== 0 && length !== size) this.#fail(`an id of ${length} bytes, not ${size}`);
    return this.#take(length);
  }

  #take(length: number): number {
    const start = this.position;
    if (length > this.end - start) this.#fail('value cut off');
    this.position = start + length;
    return start;
  }

  #fail(reason: string): never {
    throw new Malformed(`${reason}, at byte ${this.position}`);
  }
}
