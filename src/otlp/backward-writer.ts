/** Below this many characters a loop is faster than a call to the native writer (measured, Node 24). */
const SHORT_STRING = 32;

/** With a short key around it, such an entry is shorter than 128 bytes. */
const MAX_SHORT_VALUE = 0x7f - SHORT_STRING - 4;
const MAX_SHORT_ENTRY = 0x80;

/** A buffer that grew beyond this is let go again: one huge event must not keep its memory. */
const MAX_KEPT_BYTES = 1024 * 1024;

const FIRST_BYTES = 16 * 1024;

const TWO_32 = 2 ** 32;

/** The tags of `KeyValue`'s fields. */
const KEY = 0x0a;
const VALUE = 0x12;

/** The value of a hex digit by its character code; 255 for what is none. */
const NIBBLES = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 255 : value;
});

/**
 * Writes protobuf from the end of a buffer towards its start: the length of a nested message is known when
 * it has to be written, and nothing is measured or moved. The last field is written first, and of each field
 * the value, then its length, then its tag.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class BackwardWriter {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #view = viewOf(this.#bytes);
  /** Where the last byte was written. */
  #at = FIRST_BYTES;

  /** Bytes written so far. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** What has been written, valid until the writer is used again. */
  written(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, this.#at, this.#bytes.length - this.#at);
  }

  /** Starts anew; the buffer stays. */
  clear(): void {
    if (this.#bytes.length > MAX_KEPT_BYTES) {
      this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
      this.#view = viewOf(this.#bytes);
    }
    this.#at = this.#bytes.length;
  }

  /** Takes back everything after the first `length` bytes. */
  rewind(length: number): void {
    this.#at = this.#bytes.length - length;
  }

  /** Closes a length-delimited field whose content began when `length` was `end`. */
  delimit(tag: number, end: number): void {
    if (this.#at < 8) this.#grow(8);
    const size = this.#bytes.length - this.#at - end;
    if (size < 0x80) this.#bytes[--this.#at] = size;
    else this.#longVarint(size);
    this.#bytes[--this.#at] = tag;
  }

  /**
   * Closes a `KeyValue` whose value began when `length` was `end`: one pass over what is nearly always short.
   * @param tag - of the field the entry is in, one byte
   */
  entry(tag: number, key: string, end: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    const size = bytes.length - at - end;
    const { length } = key;
    // All three lengths take one byte: there is no need to look at each.
    if (size > MAX_SHORT_VALUE || length > SHORT_STRING || at < MAX_SHORT_ENTRY) {
      this.#longEntry(tag, key, end);
      return;
    }
    bytes[at - 1] = size;
    bytes[at - 2] = VALUE;
    at -= 2;
    let bits = 0;
    for (let index = length - 1; index >= 0; index--) {
      const code = key.charCodeAt(index);
      bits |= code;
      bytes[--at] = code;
    }
    if (bits >= 0x80) {
      this.#longEntry(tag, key, end);
      return;
    }
    bytes[at - 1] = length;
    bytes[at - 2] = KEY;
    bytes[at - 3] = size + length + 4;
    bytes[at - 4] = tag;
    this.#at = at - 4;
  }

  #longEntry(tag: number, key: string, end: number): void {
    this.delimit(VALUE, end);
    this.string(KEY, key);
    this.delimit(tag, end);
  }

  /** Text that is known to be ASCII and short, such as the ids made here. */
  ascii(tag: number, value: string): void {
    const { length } = value;
    if (this.#at < length + 2) this.#grow(length + 2);
    this.#at -= length;
    this.#bytes.write(value, this.#at, length, 'latin1');
    this.#bytes[--this.#at] = length;
    this.#bytes[--this.#at] = tag;
  }

  /** A field whose value is a varint of one byte. */
  small(tag: number, value: number): void {
    if (this.#at < 2) this.#grow(2);
    this.#bytes[--this.#at] = value;
    this.#bytes[--this.#at] = tag;
  }

  /** A field with text as UTF-8; lone surrogates become U+FFFD, since receivers refuse invalid UTF-8. */
  string(tag: number, value: string): void {
    const { length } = value;
    if (length >= SHORT_STRING) {
      this.#longString(tag, value);
      return;
    }
    if (this.#at < SHORT_STRING + 2) this.#grow(SHORT_STRING + 2);
    const bytes = this.#bytes;
    let at = this.#at;
    let bits = 0;
    for (let index = length - 1; index >= 0; index--) {
      const code = value.charCodeAt(index);
      bits |= code;
      bytes[--at] = code;
    }
    if (bits >= 0x80) {
      this.#longString(tag, value);
      return;
    }
    bytes[at - 1] = length;
    bytes[at - 2] = tag;
    this.#at = at - 2;
  }

  bytes(tag: number, value: Uint8Array): void {
    const end = this.length;
    this.raw(value);
    this.delimit(tag, end);
  }

  /** Bytes as they are, without tag and length. */
  raw(value: Uint8Array): void {
    if (this.#at < value.length) this.#grow(value.length);
    this.#at -= value.length;
    this.#bytes.set(value, this.#at);
  }

  /**
   * A field with the bytes of an id.
   * @returns false, with nothing usable written, unless `value` is `size` bytes in hex and not only zeros:
   * receivers refuse the whole request for an id of another length
   */
  hex(tag: number, value: string, size: number): boolean {
    if (value.length !== 2 * size) return false;
    if (this.#at < size + 2) this.#grow(size + 2);
    let some = 0;
    let invalid = 0;
    for (let index = 2 * size - 2; index >= 0; index -= 2) {
      const high = NIBBLES[value.charCodeAt(index)] ?? 255;
      const low = NIBBLES[value.charCodeAt(index + 1)] ?? 255;
      some |= high | low;
      invalid |= (high | low) & 0xf0;
      this.#bytes[--this.#at] = (high << 4) | low;
    }
    this.small(tag, size);
    return invalid === 0 && some !== 0;
  }

  double(tag: number, value: number): void {
    if (this.#at < 9) this.#grow(9);
    this.#at -= 8;
    this.#view.setFloat64(this.#at, value, true);
    this.#bytes[--this.#at] = tag;
  }

  /** The one kind of field here whose tag may take two bytes. */
  fixed32(tag: number, value: number): void {
    if (this.#at < 6) this.#grow(6);
    this.#at -= 4;
    this.#view.setUint32(this.#at, value, true);
    if (tag >= 0x80) this.#longVarint(tag);
    else this.#bytes[--this.#at] = tag;
  }

  /** Nanoseconds since the epoch as fixed64, computed in two halves: a bigint would be an allocation. */
  time(tag: number, seconds: number, nanos: number): void {
    if (this.#at < 9) this.#grow(9);
    const lower = (seconds & 0xffff) * 1e9 + nanos;
    const upper = ((seconds / 0x10000) >>> 0) * 1e9;
    const low = ((upper << 16) >>> 0) + (lower >>> 0);
    const high = Math.floor(upper / 0x10000) + Math.floor(lower / TWO_32) + (low >= TWO_32 ? 1 : 0);
    this.#at -= 8;
    this.#view.setUint32(this.#at, low, true);
    this.#view.setUint32(this.#at + 4, high, true);
    this.#bytes[--this.#at] = tag;
  }

  /** A whole number within int64, as a varint. */
  int(tag: number, value: number): void {
    if (this.#at < 11) this.#grow(11);
    if (value >= 0 && value < 0x80) this.#bytes[--this.#at] = value;
    else if (value >= 0 && value < TWO_32) this.#longVarint(value);
    // Both are exact: a remainder and a division by a power of two.
    else this.#varint64(value >>> 0, Math.floor(value / TWO_32));
    this.#bytes[--this.#at] = tag;
  }

  /** The same for a bigint. */
  bigint(tag: number, value: bigint): void {
    if (this.#at < 11) this.#grow(11);
    this.#varint64(Number(value & 0xffff_ffffn), Number(value >> 32n));
    this.#bytes[--this.#at] = tag;
  }

  #longString(tag: number, value: string): void {
    const size = Buffer.byteLength(value);
    if (this.#at < size + 8) this.#grow(size + 8);
    this.#at -= size;
    this.#bytes.write(value, this.#at, size, size === value.length ? 'latin1' : 'utf8');
    if (size < 0x80) this.#bytes[--this.#at] = size;
    else this.#longVarint(size);
    this.#bytes[--this.#at] = tag;
  }

  /** An unsigned number below 2^32; the caller has made room. */
  #longVarint(value: number): void {
    const size = value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
    let at = this.#at - size;
    this.#at = at;
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[at++] = (rest & 0x7f) | 0x80;
    this.#bytes[at] = rest;
  }

  /** 64 bits in two halves; the caller has made room. */
  #varint64(low: number, high: number): void {
    const groups: number[] = [];
    for (let lower = low >>> 0, upper = high >>> 0; ; ) {
      groups.push(lower & 0x7f);
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
      if (lower === 0 && upper === 0) break;
    }
    for (let index = groups.length - 1; index >= 0; index--) {
      const more = index < groups.length - 1 ? 0x80 : 0;
      this.#bytes[--this.#at] = (groups[index] as number) | more;
    }
  }

  /** Grows at the front: what is written stays at the end. */
  #grow(size: number): void {
    const { length } = this;
    const bytes = Buffer.allocUnsafeSlow(2 * (this.#bytes.length + size));
    const at = bytes.length - length;
    this.#bytes.copy(bytes, at, this.#at);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#at = at;
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
