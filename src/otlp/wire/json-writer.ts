/** What is not kept for the next one. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;
/** Of a text that cannot be copied as it is, so much is made into JSON at once. */
const PIECE_BYTES = 64 * 1024;

/** ASCII that stands in JSON as itself. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c ? 1 : 0,
);
const HEX = Buffer.from('0123456789abcdef');
const [QUOTE, MINUS, ZERO] = [0x22, 0x2d, 0x30];
const LINE_BREAK = 0x0a;
const BILLION = 1_000_000_000;

let spare: Buffer | undefined;

/** Writes JSON as bytes, into memory that the next one uses again. */
export class JsonWriter {
  #out: Buffer = spare ?? Buffer.allocUnsafeSlow(256 * 1024);
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
  bytes(bytes: Uint8Array): void {
    const { length } = bytes;
    if (this.#at + length > this.#out.length) this.#grow(length);
    const out = this.#out;
    let at = this.#at;
    for (let index = 0; index < length; index++) out[at++] = bytes[index] as number;
    this.#at = at;
  }

  /** ASCII, as it is. */
  word(word: string): void {
    if (this.#at + word.length > this.#out.length) this.#grow(word.length);
    this.#at += this.#out.write(word, this.#at, 'latin1');
  }

  /** Text in UTF-8, with its quotes; what is no UTF-8 becomes U+FFFD. */
  text(from: Buffer, start: number, end: number): void {
    if (this.#at + end - start + 2 > this.#out.length) this.#grow(end - start + 2);
    const out = this.#out;
    let at = this.#at;
    out[at++] = QUOTE;
    let next = start;
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
      let cut = Math.min(next + PIECE_BYTES, end);
      // All bytes of a character stay together.
      for (let back = 0; back < 3 && cut < end && ((from[cut] as number) & 0xc0) === 0x80; back++) cut--;
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
    if (value >= 0 && value < BILLION) this.#digits(value, 1);
    else this.word(String(value));
  }

  /** A double as JavaScript writes it; what JSON has no number for is a text. */
  double(value: number): void {
    this.word(Number.isFinite(value) ? String(value) : `"${value}"`);
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
    let quotient = Math.floor(high / BILLION);
    let rest = high - quotient * BILLION;
    for (const part of [low >>> 16, low & 0xffff]) {
      const value = rest * 0x1_0000 + part;
      const times = Math.floor(value / BILLION);
      rest = value - times * BILLION;
      quotient = quotient * 0x1_0000 + times;
    }
    if (quotient === 0) this.#digits(rest, 1);
    else {
      const upper = Math.floor(quotient / BILLION);
      if (upper > 0) this.#digits(upper, 1);
      this.#digits(quotient - upper * BILLION, upper > 0 ? 9 : 1);
      this.#digits(rest, 9);
    }
  }

  /** A number below a billion, with zeros before it up to so many digits. */
  #digits(value: number, least: number): void {
    if (this.#at + 9 > this.#out.length) this.#grow(9);
    let count = least;
    for (let limit = 10 ** least; count < 9 && value >= limit; limit *= 10) count++;
    const out = this.#out;
    let left = value;
    for (let at = this.#at + count - 1; at >= this.#at; at--) {
      const tenth = Math.floor(left / 10);
      out[at] = ZERO + left - 10 * tenth;
      left = tenth;
    }
    this.#at += count;
  }

  #grow(more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#out.length, this.#at + more));
    this.#out.copy(larger, 0, 0, this.#at);
    this.#out = larger;
  }
}
