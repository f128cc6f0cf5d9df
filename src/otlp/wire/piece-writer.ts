import type { OtlpValue } from './decode-protobuf.ts';
import { encodeField } from './encode-protobuf.ts';
import type { Field } from './message.ts';
import type { OpenedBytes } from './transcoder.ts';

/** Puts protobuf together from pieces of opened bytes and from new fields, in the memory where those bytes are. */
export class PieceWriter {
  readonly #opened: OpenedBytes;
  #memory: Buffer;
  #at: number;
  /** What is to be copied next: pieces that stand side by side are copied at once. */
  #runStart = 0;
  #runEnd = 0;

  constructor(opened: OpenedBytes) {
    this.#opened = opened;
    this.#at = opened.output;
    this.#memory = opened.bytes;
  }

  /** Copies what stands in the opened bytes there. */
  copy(start: number, end: number): void {
    if (start !== this.#runEnd) {
      this.#flush();
      this.#runStart = start;
    }
    this.#runEnd = end;
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

  /** All that was written. */
  finish(): Uint8Array {
    this.#flush();
    return this.#opened.copy(this.#opened.output, this.#at);
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
    if (this.#at + bytes <= this.#memory.length) return;
    this.#opened.grow(this.#at + bytes);
    this.#memory = this.#opened.bytes;
  }
}
