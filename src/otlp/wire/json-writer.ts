/** What is not kept for the next one. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** Of a text that cannot be copied as it is, so much is made into JSON at once. */
const PIECE_BYTES = 64 * 1024;

/** ASCII that stands in JSON as itself. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c ? 1 : 0,
);
const HEX = Buffer.from('0123456789abcdef');
const [QUOTE, MINUS, POINT, ZERO] = [0x22, 0x2d, 0x2e, 0x30];
/** `00` to `99`. */
const PAIRS = Buffer.from(Array.from({ length: 100 }, (_, pair) => String(pair).padStart(2, '0')).join(''));
const LINE_BREAK = 0x0a;
const BILLION = 1_000_000_000;

const WORD = 4;

let spare: Buffer | undefined;

/** Bytes that are written again and again, four in a word. */
export interface Literal {
  readonly words: Int32Array;
  readonly length: number;
}

export function literal(ascii: string): Literal {
  const bytes = Buffer.alloc(WORD * Math.ceil(ascii.length / WORD));
  bytes.write(ascii, 'latin1');
  const words = Int32Array.from({ length: bytes.length / WORD }, (_, index) =>
    bytes.readInt32LE(index * WORD),
  );
  return { words, length: ascii.length };
}

/**
 * Whether one of four bytes is a control character, a quote, a backslash or no ASCII: each test takes what must not be
 * there for zero, and a byte that is zero is the one that borrows.
 */
function mayNeedEscape(word: number): boolean {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  const borrows =
    ((word - 0x20202020) & ~word) | ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash);
  return ((borrows | word) & 0x80808080) !== 0;
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** Writes JSON as bytes, into memory that the next one uses again. */
export class JsonWriter {
  #out: Buffer = spare ?? Buffer.allocUnsafeSlow(256 * 1024);
  #view: DataView = viewOf(this.#out);
  #at = 0;

  constructor() {
    spare = undefined;
  }

  /** What was written, and a line break. */
  line(): Uint8Array {
    const line = Buffer.allocUnsafeSlow(this.#at + 1);
    this.#out.copy(line, 0, 0, this.#at);
    line[this.#at] = LINE_BREAK;
    return line;
  }

  /** Nothing is written any more. */
  release(): void {
    if (this.#out.length <= MAX_KEPT_BYTES) spare = this.#out;
  }

  byte(byte: number): void {
    if (this.#at === this.#out.length) this.#grow(1);
    this.#out[this.#at++] = byte;
  }

  /** A few bytes, as they are. */
  literal({ words, length }: Literal): void {
    if (this.#at + length + WORD > this.#out.length) this.#grow(length + WORD);
    const view = this.#view;
    let at = this.#at;
    for (let index = 0; index < words.length; index++) {
      // What a last word has too much is written over by what follows.
      view.setInt32(at, words[index] as number, true);
      at += WORD;
    }
    this.#at += length;
  }

  /** ASCII, as it is. */
  word(word: string): void {
    if (this.#at + word.length > this.#out.length) this.#grow(word.length);
    this.#at += this.#out.write(word, this.#at, 'latin1');
  }

  /** Text in UTF-8, with its quotes; what is no UTF-8 becomes U+FFFD. @param view - of the same bytes */
  text(from: Buffer, view: DataView, start: number, end: number): void {
    if (this.#at + end - start + 2 > this.#out.length) this.#grow(end - start + 2);
    const [out, outView] = [this.#out, this.#view];
    let at = this.#at;
    out[at++] = QUOTE;
    let next = start;
    // Four at a time, as long as each of them stands for itself.
    for (; next + WORD <= end; next += WORD) {
      const word = view.getInt32(next, true);
      if (mayNeedEscape(word)) break;
      outView.setInt32(at, word, true);
      at += WORD;
    }
    while (next < end) {
      const byte = from[next] as number;
      if (PLAIN[byte] === 0) break;
      out[at++] = byte;
      next++;
    }
    this.#at = at;
    if (next < end) this.#escaped(from, next, end);
    this.byte(QUOTE);
  }

  #escaped(from: Buffer, start: number, end: number): void {
    for (let next = start; next < end; ) {
      const cut = next + PIECE_BYTES < end ? betweenCharacters(from, next + PIECE_BYTES) : end;
      const piece = JSON.stringify(from.toString('utf8', next, cut));
      const most = 3 * piece.length;
      if (this.#at + most > this.#out.length) this.#grow(most);
      this.#at += this.#out.write(piece.slice(1, -1), this.#at);
      next = cut;
    }
  }

  /** An id, with its quotes; what is all zeros is none. */
  hex(from: Buffer, start: number, end: number): void {
    let isNone = true;
    for (let next = start; isNone && next < end; next++) isNone = from[next] === 0;
    const size = 2 * (end - start) + 2;
    if (this.#at + size > this.#out.length) this.#grow(size);
    const out = this.#out;
    let at = this.#at;
    out[at++] = QUOTE;
    for (let next = start; !isNone && next < end; next++) {
      const byte = from[next] as number;
      out[at++] = HEX[byte >> 4] as number;
      out[at++] = HEX[byte & 15] as number;
    }
    out[at++] = QUOTE;
    this.#at = at;
  }

  integer(value: number): void {
    if (value >= 0 && value < BILLION) this.#digits(value, digitsOf(value));
    else this.word(String(value));
  }

  /** A double as JavaScript writes it; what JSON has no number for is a text. */
  double(value: number): void {
    // Most amounts have three decimals at most: what is equal to such a number has it as its shortest text.
    const thousandths = Math.round(value * 1_000);
    if (thousandths > 0 && thousandths < BILLION && thousandths / 1_000 === value) this.#amount(thousandths);
    else this.#anyDouble(value);
  }

  #amount(thousandths: number): void {
    const whole = Math.floor(thousandths / 1_000);
    const part = thousandths - 1_000 * whole;
    this.#digits(whole, digitsOf(whole));
    if (part === 0) return;
    this.byte(POINT);
    if (part % 100 === 0) this.#digits(part / 100, 1);
    else if (part % 10 === 0) this.#digits(part / 10, 2);
    else this.#digits(part, 3);
  }

  #anyDouble(value: number): void {
    // The text of a negative zero has no sign.
    if (Object.is(value, -0)) this.word('-0');
    else this.word(Number.isFinite(value) ? String(value) : `"${value}"`);
  }

  /** An integer of 64 bits as a text in decimal. @param high - its upper half, negative of a negative one */
  quotedInteger(high: number, low: number): void {
    this.byte(QUOTE);
    if (high === 0) this.#unsigned(0, low);
    else if (high > 0) this.#unsigned(high, low);
    else {
      this.byte(MINUS);
      const lower = (~low + 1) >>> 0;
      this.#unsigned((~high + (lower === 0 ? 1 : 0)) >>> 0, lower);
    }
    this.byte(QUOTE);
  }

  /** By long division, 16 bits at a time: all numbers on the way are exact. */
  #unsigned(high: number, low: number): void {
    const first = Math.floor(high / BILLION);
    const upper = (high - first * BILLION) * 0x1_0000 + (low >>> 16);
    const second = Math.floor(upper / BILLION);
    const lower = (upper - second * BILLION) * 0x1_0000 + (low & 0xffff);
    const third = Math.floor(lower / BILLION);
    const rest = lower - third * BILLION;
    const quotient = (first * 0x1_0000 + second) * 0x1_0000 + third;
    if (quotient === 0) {
      this.#digits(rest, digitsOf(rest));
      return;
    }
    const most = Math.floor(quotient / BILLION);
    const middle = quotient - most * BILLION;
    if (most > 0) this.#digits(most, digitsOf(most));
    this.#digits(middle, most > 0 ? 9 : digitsOf(middle));
    this.#digits(rest, 9);
  }

  /** A number below a billion in so many digits. */
  #digits(value: number, count: number): void {
    if (this.#at + count > this.#out.length) this.#grow(count);
    const out = this.#out;
    const start = this.#at;
    let left = value | 0;
    let at = start + count;
    while (at > start + 1) {
      const rest = (left / 100) | 0;
      const pair = (left - rest * 100) << 1;
      out[--at] = PAIRS[pair + 1] as number;
      out[--at] = PAIRS[pair] as number;
      left = rest;
    }
    if (at > start) out[start] = ZERO + left;
    this.#at = start + count;
  }

  #grow(more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#out.length, this.#at + more));
    this.#out.copy(larger, 0, 0, this.#at);
    this.#out = larger;
    this.#view = viewOf(larger);
  }
}

/** How many digits a number below a billion has. */
function digitsOf(value: number): number {
  if (value < 1_000) return value < 10 ? 1 : value < 100 ? 2 : 3;
  if (value < 1_000_000) return value < 10_000 ? 4 : value < 100_000 ? 5 : 6;
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : 9;
}

/** The place, or that of the character that it would cut in two. */
function betweenCharacters(from: Buffer, place: number): number {
  let start = place;
  while (place - start < 3 && isContinuation(from[start])) start--;
  const first = from[start] as number;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return start + length > place ? start : place;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
