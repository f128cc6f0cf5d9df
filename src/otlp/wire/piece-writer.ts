import type { OtlpObject, OtlpValue } from './decode-protobuf.ts';
import { encodeField } from './encode-protobuf.ts';
import type { Field, Message } from './message.ts';
import type { OpenedBytes } from './transcoder.ts';

/** Of `string_value` in a value, and of `key` in an entry. */
const TEXT_TAG = 0x0a;
/** Up to this many characters a loop is faster than a call into Node.js. */
const SHORT_TEXT = 48;
/** So much is free behind what was made room for: tags and lengths. */
const SLACK = 32;

/** Puts protobuf together from pieces of opened bytes and from new fields, in the memory where those bytes are. */
export class PieceWriter {
  readonly #opened: OpenedBytes;
  #memory: Buffer;
  /** Of the memory, without what is always free. */
  #full: number;
  #at: number;
  /** What is to be copied next: pieces that stand side by side are copied at once. */
  #runStart = 0;
  #runEnd = 0;

  constructor(opened: OpenedBytes) {
    this.#opened = opened;
    this.#at = opened.output;
    this.#memory = opened.bytes;
    this.#full = this.#memory.length - SLACK;
  }

  /** Where the next byte goes, for {@link rewind} and {@link insert}. */
  mark(): number {
    this.#flush();
    return this.#at;
  }

  /** Takes back what was written since. */
  rewind(mark: number): void {
    this.#runStart = this.#runEnd;
    this.#at = mark;
  }

  /** Copies what stands in the opened bytes there. */
  copy(start: number, end: number): void {
    if (start !== this.#runEnd) {
      this.#flush();
      this.#runStart = start;
    }
    this.#runEnd = end;
  }

  /**
   * Begins a message.
   * @param width - how many bytes its length will probably take
   * @returns where it starts, for {@link close}
   */
  open(tag: number, width: number): number {
    this.#flush();
    this.#varint(tag);
    this.#at += width;
    return this.#at;
  }

  /** Ends the message that was opened with this `width` at `start`. */
  close(start: number, width: number): void {
    this.#flush();
    const size = this.#at - start;
    const needed = widthOf(size);
    if (needed !== width) {
      this.#reserve(needed);
      this.#opened.move(start + needed - width, start, size);
    }
    this.#at = start - width;
    this.#varint(size);
    this.#at += size;
  }

  /** A field with its value, or with all of its values. */
  field(field: Field, value: OtlpValue): void {
    this.#flush();
    if (typeof value !== 'string') this.#message(field, value);
    else if (field.type === 'string') this.#text(tagOf(field), value);
    else this.bytes(encodeField(field, value));
  }

  /** An entry of a map under the key of an earlier one: its tag and its text stand in the opened bytes there. */
  entry(field: Field, keyStart: number, keyEnd: number, value: OtlpObject): void {
    const start = this.open(tagOf(field), 1);
    this.copy(keyStart, keyEnd);
    this.#message(valueFieldOf(field), value);
    this.close(start, 1);
  }

  /** An entry of a map under a key of its own. */
  newEntry(field: Field, key: string, value: OtlpObject): void {
    const start = this.open(tagOf(field), 1);
    if (key !== '') this.#text(TEXT_TAG, key);
    this.#message(valueFieldOf(field), value);
    this.close(start, 1);
  }

  /** What was encoded before. */
  bytes(given: Uint8Array): void {
    this.#flush();
    this.#reserve(given.length);
    this.#memory.set(given, this.#at);
    this.#at += given.length;
  }

  /** Puts what `write` writes between what was written before `mark`, and all that came after `end`. */
  replace(mark: number, end: number, write: () => void): void {
    const behind = this.mark();
    write();
    const replacement = this.#opened.copy(behind, this.mark());
    this.#opened.move(mark + replacement.length, end, behind - end);
    this.#memory.set(replacement, mark);
    this.#at = mark + replacement.length + behind - end;
  }

  /** All that was written. */
  finish(): Uint8Array {
    return this.#opened.copy(this.#opened.output, this.mark());
  }

  /** Values that are texts are what statements set most. */
  #message(field: Field, value: OtlpValue): void {
    const text = isValue(field) ? (value as OtlpObject).stringValue : undefined;
    if (typeof text !== 'string') {
      this.bytes(encodeField(field, value));
      return;
    }
    const width = text.length < SHORT_TEXT ? 1 : 2;
    const start = this.open(tagOf(field), width);
    this.#text(TEXT_TAG, text);
    this.close(start, width);
  }

  #text(tag: number, text: string): void {
    if (text.length < 0x80 && this.#shortText(tag, text)) return;
    const size = Buffer.byteLength(text);
    this.#reserve(size);
    this.#varint(tag);
    this.#varint(size);
    this.#memory.write(text, this.#at, size);
    this.#at += size;
  }

  /** Where one byte says the length: to measure a text first would take as long as to write it. @returns false of others */
  #shortText(tag: number, text: string): boolean {
    this.#reserve(3 * text.length);
    if (text.length <= SHORT_TEXT && this.#ascii(tag, text)) return true;
    const size = this.#memory.write(text, this.#at + 2);
    if (size >= 0x80) return false;
    this.#memory[this.#at] = tag;
    this.#memory[this.#at + 1] = size;
    this.#at += 2 + size;
    return true;
  }

  /** @returns false of a text that is not ASCII: nothing is written then */
  #ascii(tag: number, text: string): boolean {
    const { length } = text;
    const memory = this.#memory;
    const start = this.#at + 2;
    let bits = 0;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      bits |= code;
      memory[start + index] = code;
    }
    if (bits >= 0x80) return false;
    memory[this.#at] = tag;
    memory[this.#at + 1] = length;
    this.#at = start + length;
    return true;
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.#memory[this.#at++] = (rest & 0x7f) | 0x80;
    this.#memory[this.#at++] = rest;
  }

  #flush(): void {
    const size = this.#runEnd - this.#runStart;
    if (size === 0) return;
    this.#reserve(size);
    this.#opened.bring(this.#at, this.#runStart, size);
    this.#at += size;
    this.#runStart = this.#runEnd;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#full) return;
    this.#opened.grow(this.#at + bytes + SLACK);
    this.#memory = this.#opened.bytes;
    this.#full = this.#memory.length - SLACK;
  }
}

function tagOf({ number, wireType }: Field): number {
  return number * 8 + wireType;
}

/** Of an entry of a map. */
function valueFieldOf({ type }: Field): Field {
  return (type as Message).byName.get('value') as Field;
}

function isValue({ type, repeated }: Field): boolean {
  return typeof type === 'object' && type.name === 'AnyValue' && !repeated;
}

function widthOf(size: number): number {
  let width = 1;
  for (let rest = size; rest >= 0x80; rest >>>= 7) width++;
  return width;
}
