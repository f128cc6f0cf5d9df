import { Malformed } from './malformed.ts';

export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const QUOTE = 0x22;

const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const LETTER_U = 0x75;
/** Makes a letter of ASCII small. */
const SMALL = 0x20;
const LETTER_E = 0x65;

/** So many digits always fit a number exactly. */
const EXACT_DIGITS = 15;

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Bytes of a string that are characters as they are. */
const PLAIN = new Uint8Array(256).map((_, byte) =>
  byte >= SPACE && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);
const WHITESPACE = classOf(' \t\n\r');
const ESCAPES = classOf('"\\/bfnrt');
const HEX = classOf('0123456789abcdefABCDEF');
const WORDS: readonly (string | undefined)[] = Array.from({ length: 256 }, (_, byte) =>
  ['true', 'false', 'null'].find((word) => word.charCodeAt(0) === byte),
);
/** What a value begins with. */
const STARTS = classOf('{["-0123456789tfn');

/**
 * Reads JSON in UTF-8, token by token, in one pass and without making objects: what is passed over costs its
 * bytes and no memory. Takes exactly what `JSON.parse` takes of the decoded text.
 * @throws Malformed with the place of the byte, from every method that moves on
 */
export class JsonTokens {
  readonly #bytes: Buffer;
  readonly #maxDepth: number;
  #at = 0;
  #depth = 0;
  /** One character for each byte, made at the first text: to take a part of it is cheap. */
  #latin1: string | undefined;
  #hasEscapes = false;
  #isAscii = true;

  /** The first byte of the last string, key or number, without its quotes. */
  start = 0;
  /** The byte after its last. */
  end = 0;
  /** Whether the last number was written without a fraction and an exponent. */
  isInteger = false;

  /** @param maxDepth - the deepest nesting of objects and arrays that is read */
  constructor(bytes: Uint8Array, maxDepth: number) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxDepth = maxDepth;
    if (BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte)) this.#at = BYTE_ORDER_MARK.length;
  }

  /** The first byte of what comes next, which stays unread; 0 at the end. */
  peek(): number {
    const bytes = this.#bytes;
    while (this.#at < bytes.length) {
      const byte = bytes[this.#at] as number;
      if (WHITESPACE[byte] === 0) return byte;
      this.#at++;
    }
    return 0;
  }

  /** Goes into the object or array that comes next. @returns whether there is anything in it */
  enter(close: number): boolean {
    if (this.#depth >= this.#maxDepth) {
      throw new Malformed(`nested more than ${this.#maxDepth} deep, at byte ${this.#at}`);
    }
    this.#at++;
    if (this.peek() !== close) {
      this.#depth++;
      return true;
    }
    this.#at++;
    return false;
  }

  /** Goes on to the next member or item, or out of the object or array. @returns whether there is another one */
  another(close: number): boolean {
    const byte = this.peek();
    if (byte !== COMMA && byte !== close) this.#fail();
    this.#at++;
    if (byte === COMMA) return true;
    this.#depth--;
    return false;
  }

  /** Reads the key of a member, up to its value. */
  key(): void {
    this.string();
    if (this.peek() !== COLON) this.#fail();
    this.#at++;
  }

  string(): void {
    if (this.peek() !== QUOTE) this.#fail();
    const bytes = this.#bytes;
    const { length } = bytes;
    let at = this.#at + 1;
    this.start = at;
    this.#hasEscapes = false;
    this.#isAscii = true;
    for (;;) {
      while (at < length && PLAIN[bytes[at] as number] === 1) at++;
      const byte = at < length ? (bytes[at] as number) : 0;
      if (byte === QUOTE) break;
      if (byte >= 0x80) {
        this.#isAscii = false;
        at++;
      } else if (byte === BACKSLASH) {
        this.#hasEscapes = true;
        at = this.#escapeEnd(at);
      } else this.#fail(at);
    }
    this.end = at;
    this.#at = at + 1;
  }

  number(): void {
    this.peek();
    this.start = this.#at;
    this.#isAscii = true;
    this.#hasEscapes = false;
    this.isInteger = true;
    this.#passIf(MINUS);
    if (!this.#passIf(ZERO)) this.#digits();
    if (this.#passIf(POINT)) {
      this.isInteger = false;
      this.#digits();
    }
    if (((this.#bytes[this.#at] ?? 0) | SMALL) === LETTER_E) {
      this.isInteger = false;
      this.#at++;
      if (!this.#passIf(MINUS)) this.#passIf(PLUS);
      this.#digits();
    }
    this.end = this.#at;
  }

  /** `true`, `false` or `null`. */
  word(word: string): void {
    this.peek();
    for (let index = 0; index < word.length; index++) {
      if (this.#bytes[this.#at] !== word.charCodeAt(index)) this.#fail();
      this.#at++;
    }
  }

  /** Passes over a whole value. */
  skip(): void {
    const first = this.peek();
    if (first === QUOTE) this.string();
    else if (first === OPEN_OBJECT) this.#skipObject();
    else if (first === OPEN_ARRAY) this.#skipArray();
    else if (WORDS[first] !== undefined) this.word(WORDS[first]);
    else this.number();
  }

  #skipObject(): void {
    if (!this.enter(CLOSE_OBJECT)) return;
    do {
      this.key();
      this.skip();
    } while (this.another(CLOSE_OBJECT));
  }

  #skipArray(): void {
    if (!this.enter(CLOSE_ARRAY)) return;
    do this.skip();
    while (this.another(CLOSE_ARRAY));
  }

  /** Makes sure that nothing comes any more. */
  finish(): void {
    this.peek();
    if (this.#at < this.#bytes.length) this.#fail();
  }

  /** Refuses the value that comes next, for `reason` if it is JSON at all. */
  refuse(reason: string): never {
    if (STARTS[this.peek()] === 0) this.#fail();
    throw new Malformed(reason);
  }

  /** The last string, key or number as a text. Bytes that are no UTF-8 are read as U+FFFD. */
  text(): string {
    if (this.#hasEscapes) return JSON.parse(this.#bytes.toString('utf8', this.start - 1, this.end + 1));
    if (!this.#isAscii) return this.#bytes.toString('utf8', this.start, this.end);
    this.#latin1 ??= this.#bytes.toString('latin1');
    return this.#latin1.slice(this.start, this.end);
  }

  /** The last number. */
  value(): number {
    if (!this.isInteger || this.end - this.start > EXACT_DIGITS) return Number(this.text());
    const isNegative = this.#bytes[this.start] === MINUS;
    let value = 0;
    for (let at = isNegative ? this.start + 1 : this.start; at < this.end; at++) {
      value = value * 10 + (this.#bytes[at] as number) - ZERO;
    }
    return isNegative ? -value : value;
  }

  /** Whether the last string or key is this, written without escapes. */
  isText(bytes: Uint8Array): boolean {
    const { start } = this;
    if (this.end - start !== bytes.length) return false;
    for (let index = 0; index < bytes.length; index++) {
      if (this.#bytes[start + index] !== bytes[index]) return false;
    }
    return true;
  }

  /** Whether the last string or key has to be read as a text to know what it says. */
  get hasEscapes(): boolean {
    return this.#hasEscapes;
  }

  #escapeEnd(at: number): number {
    const kind = this.#bytes[at + 1] ?? 0;
    if (ESCAPES[kind] === 1) return at + 2;
    if (kind !== LETTER_U) this.#fail(at);
    for (let digit = at + 2; digit < at + 6; digit++) {
      if (HEX[this.#bytes[digit] ?? 0] === 0) this.#fail(digit);
    }
    return at + 6;
  }

  #passIf(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  #digits(): void {
    const bytes = this.#bytes;
    const from = this.#at;
    let at = from;
    while (at < bytes.length && (bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at++;
    this.#at = at;
    if (at === from) this.#fail();
  }

  #fail(at = this.#at): never {
    throw new Malformed(`not JSON, at byte ${at}`);
  }
}

/** A table of 256 bytes in which those of `text` are 1. */
export function classOf(text: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(text)) table[byte] = 1;
  return table;
}
