import type { Message } from './message.ts';
import type { OpenedBytes } from './transcoder.ts';

/** The words of a note, as `wasm/fields.ts` writes them: the number of the field and one more, or 0 of an unknown one. */
const [NOTE_WORDS, FIELD, START, CONTENT, END, KEY, KEY_END, VALUE] = [8, 0, 1, 2, 3, 4, 5, 6];
/** Of a value that is a text. */
const TEXT_TAG = 0x0a;
/** How many notes there are of a message of which none were made, or of which none can be made. */
const NOT_YET = -2;
const RARE = -1;

/** Where the fields of a message stand in opened bytes. They are looked for when somebody asks, once. */
export class MessageNotes {
  readonly #opened: OpenedBytes;
  readonly #bytes: Buffer;
  readonly #table: number;
  /** Where its table is, in words. */
  readonly #base: number;
  #message: Message | undefined;
  /** Where the message stands. */
  start = 0;
  end = 0;
  #count = NOT_YET;

  /** @param table - that nobody else fills */
  constructor(opened: OpenedBytes, bytes: Uint8Array, table: number) {
    this.#opened = opened;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#table = table;
    this.#base = opened.notesAt(table);
  }

  /** Begins with another message. */
  take(message: Message, start: number, end: number): void {
    this.#message = message;
    this.start = start;
    this.end = end;
    this.#count = NOT_YET;
  }

  /** Below zero of a message that is not as everybody sends it. */
  get count(): number {
    if (this.#count === NOT_YET)
      this.#count = this.#opened.note(this.#message as Message, this.start, this.end, this.#table);
    return this.#count;
  }

  get isUsual(): boolean {
    return this.count !== RARE;
  }

  /** All of the message. */
  content(): Uint8Array {
    return this.#bytes.subarray(this.start, this.end);
  }

  /** The number of the field; below zero of one that nobody knows. */
  placeAt(note: number): number {
    return this.#word(note, FIELD) - 1;
  }

  startOf(note: number): number {
    return this.#word(note, START);
  }

  /** Behind tag and length. */
  contentOf(note: number): number {
    return this.#word(note, CONTENT);
  }

  endOf(note: number): number {
    return this.#word(note, END);
  }

  /** Of an entry: where its key ends, which begins with its content. */
  keyEndOf(note: number): number {
    return this.#word(note, KEY_END);
  }

  /** Of an entry: the content of its value, which ends with it. */
  valueOf(note: number): number {
    return this.#word(note, VALUE);
  }

  keyOf(note: number): string {
    return this.#bytes.toString('utf8', this.#word(note, KEY), this.keyEndOf(note));
  }

  /** The text that is all of an `AnyValue` from `content` on, as most are; undefined of others, and of long ones. */
  textIn(content: number, note: number): string | undefined {
    const bytes = this.#bytes;
    const end = this.endOf(note);
    const [size, start] = [bytes[content + 1] as number, content + 2];
    if (bytes[content] !== TEXT_TAG || size >= 0x80 || start + size !== end) return undefined;
    return bytes.toString('utf8', start, end);
  }

  /** The last note of a field, before another note; below zero if there is none. */
  find(place: number, before: number = this.count): number {
    let note = before - 1;
    while (note >= 0 && this.#word(note, FIELD) !== place + 1) note--;
    return note;
  }

  /** The first note from `from` on of an entry that has this key, which is ASCII; below zero if there is none. */
  findKey(place: number, key: string, from: number): number {
    const { count } = this;
    const { words } = this.#opened;
    let at = this.#base + from * NOTE_WORDS;
    for (let note = from; note < count; note++, at += NOTE_WORDS) {
      if (words[at + FIELD] !== place + 1) continue;
      const start = words[at + KEY] as number;
      const size = (words[at + KEY_END] as number) - start;
      if (size === key.length && this.#isAt(start, key)) return note;
    }
    return -1;
  }

  /** Whether the content of a field is this text; false of one that is not ASCII. */
  isText(note: number, text: string): boolean {
    const start = this.contentOf(note);
    return this.endOf(note) - start === text.length && this.#isAt(start, text);
  }

  #word(note: number, which: number): number {
    return this.#opened.words[this.#base + note * NOTE_WORDS + which] as number;
  }

  #isAt(start: number, text: string): boolean {
    const bytes = this.#bytes;
    for (let index = text.length - 1; index >= 0; index--) {
      const byte = bytes[start + index] as number;
      if (byte !== text.charCodeAt(index) || byte >= 0x80) return false;
    }
    return true;
  }
}
