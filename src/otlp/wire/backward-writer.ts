const TWO_32 = 2 ** 32;
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
