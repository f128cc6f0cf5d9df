import { END_OF_TIME_SECONDS } from '../../epoch-time.ts';
import type { CachedKey } from './cached-key.ts';

/** Up to this many characters a loop is faster than a call to the native writer (measured, Node 24). */
const SHORT_STRING = 24;

/** Room at the end of the buffer that is always there: nothing but long strings and bytes takes more. */
const SLACK = 256;

/** Longer texts are measured before room is made for them: UTF-8 may take three bytes a character. */
const MEASURED_STRING = 4096;

/** A buffer that grew beyond this is let go again: one huge event must not keep its memory. */
const MAX_KEPT_BYTES = 1024 * 1024;

const FIRST_BYTES = 16 * 1024;

/** The value of a hex digit by its character code; 255 for what is none. */
const NIBBLES = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 255 : value;
});

const TWO_32 = 2 ** 32;

/** Thrown, without a stack, for what does not fit as it is. */
export const BEYOND_LIMITS = Symbol('beyond the limits of an event');

/**
 * Writes protobuf into a buffer that is used again. The length of a nested message stands before it and is
 * known only behind it: bytes for it are left free, nearly always the right number, else the message moves.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class ForwardWriter {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #view = viewOf(this.#bytes);
  #at = 0;
  /** Beyond this the buffer grows before anything is written. */
  #full = FIRST_BYTES - SLACK;
  #maxBytes = Number.POSITIVE_INFINITY;

  /** Bytes written so far. */
  get length(): number {
    return this.#at;
  }

  /** What has been written, valid until the writer is used again. */
  written(): Uint8Array {
    return new Uint8Array(this.#bytes.buffer, 0, this.#at);
  }

  /**
   * Starts anew; the buffer stays.
   * @param maxBytes - what would make more than that throws {@link BEYOND_LIMITS}, about when it gets there
   */
  clear(maxBytes: number): void {
    if (this.#bytes.length > MAX_KEPT_BYTES) this.#use(Buffer.allocUnsafeSlow(FIRST_BYTES));
    this.#at = 0;
    this.#maxBytes = maxBytes;
  }

  /** @throws BEYOND_LIMITS if so many bytes more would be too many */
  expect(bytes: number): void {
    if (this.#at + bytes > this.#maxBytes) throw BEYOND_LIMITS;
  }

  /** Takes back everything after the first `length` bytes. */
  rewind(length: number): void {
    this.#at = length;
  }

  /**
   * Begins a length-delimited field.
   * @param width - how many bytes its length will probably take
   * @returns where its content starts, for {@link close}
   */
  open(tag: number, width: number): number {
    if (this.#at > this.#full) this.#grow(0);
    this.#bytes[this.#at] = tag;
    this.#at += 1 + width;
    return this.#at;
  }

  /** Ends the field that was opened with this `width` at `start`; returns the width that its length took. */
  close(start: number, width: number): number {
    const size = this.#at - start;
    if (size >= 0x80 || width !== 1) return this.#closeWide(start, width, size);
    this.#bytes[start - 1] = size;
    return 1;
  }

  /**
   * Begins a `KeyValue`: its key, and the head of its value.
   * @param width - how many bytes the lengths around the value will probably take
   * @returns where the value starts, for {@link closeEntry}
   */
  openEntry(tag: number, { words, size }: CachedKey, width: number): number {
    if (this.#at > this.#full) this.#grow(0);
    const view = this.#view;
    let at = this.#at + 1 + width;
    this.#bytes[this.#at] = tag;
    this.#at = at + size + width;
    for (let index = 0; index < words.length; index++, at += 4) {
      view.setInt32(at, words[index] as number, true);
    }
    return this.#at;
  }

  /** Ends the entry that was opened at `start` with this `width`, and whose value began at `valueStart`. */
  closeEntry(start: number, valueStart: number, key: CachedKey, width: number): void {
    const size = this.#at - start - 2;
    if (size >= 0x80 || width !== 1) {
      this.close(valueStart, width);
      key.width = this.close(start + 1 + width, width);
      return;
    }
    const bytes = this.#bytes;
    bytes[start + 1] = size;
    bytes[valueStart - 1] = this.#at - valueStart;
  }

  /** A field with the text of a key. */
  cached(tag: number, { words, size }: CachedKey): void {
    const start = this.#at;
    // Without the tag of the value, which follows a key.
    this.words(words, size - 1);
    this.#bytes[start] = tag;
  }

  /** Bytes that were encoded before, four a number, of which the last may hold some that are none. */
  words(words: readonly number[], size: number): void {
    if (this.#at > this.#full) this.#grow(0);
    const view = this.#view;
    let at = this.#at;
    this.#at = at + size;
    for (let index = 0; index < words.length; index++, at += 4) {
      view.setInt32(at, words[index] as number, true);
    }
  }

  /** Fills `words` with what was written from `start` on; it must be short. */
  readWords(start: number, words: number[]): void {
    for (let index = 0; index < words.length; index++) {
      words[index] = this.#view.getInt32(start + 4 * index, true);
    }
  }

  /** A field whose value is a varint of one byte. */
  small(tag: number, value: number): void {
    if (this.#at > this.#full) this.#grow(0);
    const at = this.#at;
    this.#bytes[at] = tag;
    this.#bytes[at + 1] = value;
    this.#at = at + 2;
  }

  /**
   * A field with text as UTF-8; lone surrogates become U+FFFD, since receivers refuse invalid UTF-8.
   * @throws for what is no text: what other libraries promise need not be so
   */
  string(tag: number, value: string): void {
    if (typeof value !== 'string') throw BEYOND_LIMITS;
    const { length } = value;
    if (length > SHORT_STRING) {
      this.#longString(tag, value);
      return;
    }
    if (this.#at > this.#full) this.#grow(0);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at] = tag;
    bytes[at + 1] = length;
    at += 2;
    let bits = 0;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      bits |= code;
      bytes[at + index] = code;
    }
    if (bits < 0x80) this.#at = at + length;
    else this.#longString(tag, value);
  }

  #longString(tag: number, value: string): void {
    const { length } = value;
    // Before it is measured: it may be half a gigabyte.
    if (length > this.#maxBytes) throw BEYOND_LIMITS;
    const room = length < MEASURED_STRING ? 3 * length : Buffer.byteLength(value);
    if (this.#at + room > this.#full) this.#grow(room);
    // It takes a byte a character, nearly always.
    const width = widthOf(length);
    const start = this.open(tag, width);
    this.#at = start + this.#bytes.write(value, start);
    this.close(start, width);
  }

  /** A field with bytes. */
  bytes(tag: number, value: Uint8Array): void {
    if (this.#at + value.length > this.#full) this.#grow(value.length);
    const width = widthOf(value.length);
    const start = this.open(tag, width);
    this.#bytes.set(value, start);
    this.#at = start + value.length;
    this.close(start, width);
  }

  /**
   * A field with the bytes of an id.
   * @returns false, with nothing written, unless `value` is `size` bytes in hex and not only zeros: receivers
   * refuse the whole request for an id of another length
   */
  hex(tag: number, value: string, size: number): boolean {
    if (value.length !== 2 * size || value === NO_IDS[size]) return false;
    this.small(tag, size);
    const bytes = this.#bytes;
    const at = this.#at;
    let invalid = 0;
    for (let index = 0; index < size; index++) {
      const high = NIBBLES[value.charCodeAt(2 * index)] ?? 255;
      const low = NIBBLES[value.charCodeAt(2 * index + 1)] ?? 255;
      invalid |= (high | low) & 0xf0;
      bytes[at + index] = (high << 4) | low;
    }
    this.#at = invalid === 0 ? at + size : at - 2;
    return invalid === 0;
  }

  double(tag: number, value: number): void {
    if (this.#at > this.#full) this.#grow(0);
    this.#bytes[this.#at] = tag;
    this.#view.setFloat64(this.#at + 1, value, true);
    this.#at += 9;
  }

  /** The one kind of field here whose tag may take two bytes. */
  fixed32(tag: number, value: number): void {
    if (this.#at > this.#full) this.#grow(0);
    this.#varint(tag);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  /**
   * Nanoseconds since the epoch as fixed64, computed in two halves: a bigint would be an allocation. What is no
   * such time becomes 0, which stands for an unknown one.
   */
  time(tag: number, seconds: number, nanos: number): void {
    if (this.#at > this.#full) this.#grow(0);
    this.#bytes[this.#at] = tag;
    if (seconds >= 0 && seconds < END_OF_TIME_SECONDS && nanos >= 0 && nanos < TWO_32) {
      const lower = (seconds & 0xffff) * 1e9 + nanos;
      const upper = ((seconds / 0x10000) >>> 0) * 1e9;
      const low = ((upper << 16) >>> 0) + (lower >>> 0);
      const high = Math.floor(upper / 0x10000) + Math.floor(lower / TWO_32) + (low >= TWO_32 ? 1 : 0);
      this.#view.setUint32(this.#at + 1, low, true);
      this.#view.setUint32(this.#at + 5, high, true);
    } else {
      this.#view.setFloat64(this.#at + 1, 0);
    }
    this.#at += 9;
  }

  /** A whole number within int64, as a varint. */
  int(tag: number, value: number): void {
    if (this.#at > this.#full) this.#grow(0);
    this.#bytes[this.#at++] = tag;
    if (value >= 0 && value < TWO_32) this.#varint(value);
    // Both are exact: a remainder and a division by a power of two.
    else this.#varint64(value >>> 0, Math.floor(value / TWO_32));
  }

  /** The same for a bigint. */
  bigint(tag: number, value: bigint): void {
    if (this.#at > this.#full) this.#grow(0);
    this.#bytes[this.#at++] = tag;
    this.#varint64(Number(value & 0xffff_ffffn), Number(value >> 32n));
  }

  /** An unsigned number below 2^32; there is room. */
  #varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#at++] = rest;
  }

  /** 64 bits in two halves; there is room. */
  #varint64(low: number, high: number): void {
    let lower = low >>> 0;
    let upper = high >>> 0;
    while (upper > 0 || lower >= 0x80) {
      this.#bytes[this.#at++] = (lower & 0x7f) | 0x80;
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    this.#bytes[this.#at++] = lower;
  }

  /** Ends a field whose length takes several bytes, or not as many as were left free. */
  #closeWide(start: number, width: number, size: number): number {
    const needed = widthOf(size);
    const end = this.#at;
    if (needed !== width) {
      if (end > this.#full) this.#grow(0);
      this.#bytes.copyWithin(start + needed - width, start, end);
    }
    this.#at = start - width;
    this.#varint(size);
    this.#at += size;
    return needed;
  }

  /** Makes room for `size` bytes and the slack. */
  #grow(size: number): void {
    if (size > this.#maxBytes || this.#at > this.#maxBytes) throw BEYOND_LIMITS;
    const bytes = Buffer.allocUnsafeSlow(2 * (this.#bytes.length + size));
    this.#bytes.copy(bytes, 0, 0, this.#at);
    this.#use(bytes);
  }

  #use(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#full = bytes.length - SLACK;
  }
}

/** The ids that are none, by their size in bytes. */
const NO_IDS: Readonly<Record<number, string>> = { 8: '0'.repeat(16), 16: '0'.repeat(32) };

/** How many bytes a length takes as a varint. */
function widthOf(size: number): number {
  if (size < 0x80) return 1;
  if (size < 0x4000) return 2;
  if (size < 0x20_0000) return 3;
  return size < 0x1000_0000 ? 4 : 5;
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
