const TWO_32 = 2 ** 32;
const TWO_16 = 2 ** 16;
const BILLION = 1_000_000_000;
const MINUS = 0x2d;
const SHORT_TEXT = 48;
/** Below 10^19, and so below 2^64. */
const MAX_EASY_DIGITS = 19;
const EMPTY = Buffer.alloc(0);

/**
 * Writes protobuf from the end of a buffer towards its start: the length of a nested message is known when it
 * has to be written, and nothing moves, however large and deep the message. The last field is written first,
 * and of each field the value, then its length, then its tag.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class BackwardWriter {
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
    if (encoding === 'utf8' && value.length <= SHORT_TEXT && this.#ascii(value)) return;
    const length = Buffer.byteLength(value, encoding);
    this.#reserve(length);
    this.#bytes.write(value, this.#start, length, encoding);
  }

  /** A call into Node.js costs more than to copy a short text. @returns false of what is not ASCII */
  #ascii(value: string): boolean {
    const { length } = value;
    this.#reserve(length);
    const [bytes, start] = [this.#bytes, this.#start];
    for (let index = 0; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit >= 0x80) {
        this.#start += length;
        return false;
      }
      bytes[start + index] = unit;
    }
    return true;
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

  /** An integer of 64 bits, in decimal. */
  fixed64(value: string): void {
    this.#reserve(8);
    const { length } = value;
    if (length > MAX_EASY_DIGITS || value.charCodeAt(0) === MINUS) {
      this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), this.#start);
      return;
    }
    // A bigint takes ten times as long. All products here are exact: below 2^48.
    const upper = Number(value.slice(0, -9));
    const [first, second] = [Math.floor(upper / TWO_16), upper % TWO_16];
    const most = first * BILLION;
    const rest = (most % TWO_16) * TWO_16 + second * BILLION + Number(value.slice(-9));
    this.#bytes.writeUInt32LE(rest % TWO_32, this.#start);
    this.#bytes.writeUInt32LE(Math.floor(most / TWO_16) + Math.floor(rest / TWO_32), this.#start + 4);
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
