import type { OtlpValue } from './decode-protobuf.ts';
import { encodeField } from './encode-protobuf.ts';
import type { Field } from './message.ts';
import type { OpenedBytes } from './transcoder.ts';

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

  /** Where the next byte goes, for {@link rewind} and {@link replace}. */
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
    this.bytes(encodeField(field, value));
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

function widthOf(size: number): number {
  let width = 1;
  for (let rest = size; rest >= 0x80; rest >>>= 7) width++;
  return width;
}
