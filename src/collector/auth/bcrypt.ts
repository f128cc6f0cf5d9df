import { performance, setImmediate } from '../../time.ts';
import { piWords } from './pi-words.ts';

/** What a hash says of itself. */
interface BcryptHash {
  readonly cost: number;
  readonly salt: Uint8Array;
  /** The 31 characters of the digest. */
  readonly digest: string;
}

const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const ROUND_KEYS = 18;
const BOXES = 4 * 256;
const DIGEST_BYTES = 23;
const MAX_KEY_BYTES = 72;
const PLAINTEXT = 'OrpheanBeholderScryDoubt';

/** Costs beyond this take seconds a password. */
const MAX_COST = 14;

/** So long it works in one piece. */
const SLICE_MS = 4;

let initial: Uint32Array<ArrayBuffer> | undefined;

/** Reads a hash such as `$2y$10$…`; undefined of one that is malformed, or whose cost is above 14. */
export function parseBcrypt(hash: string): BcryptHash | undefined {
  const [, digits, salt = '', digest = ''] =
    /^\$2[abxy]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/.exec(hash) ?? [];
  const cost = Number(digits ?? 0);
  return cost >= 4 && cost <= MAX_COST ? { cost, salt: decode(salt), digest } : undefined;
}

/**
 * The digest of a password as a hash has it. Works in slices, so that a process does something else in between.
 * @see Provos and Mazières, "A Future-Adaptable Password Scheme"
 */
export async function bcryptDigest(password: string, { cost, salt }: BcryptHash): Promise<string> {
  const key = Buffer.from(`${password}\0`).subarray(0, MAX_KEY_BYTES);
  initial ??= piWords(ROUND_KEYS + BOXES);
  const cipher = new Blowfish(initial.slice());
  cipher.expand(key, salt);
  let sliceMs = performance.now();
  for (let round = 0; round < 2 ** cost; round++) {
    cipher.expand(key);
    cipher.expand(salt);
    if (performance.now() - sliceMs < SLICE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    sliceMs = performance.now();
  }
  return encode(cipher.encryptOften(Buffer.from(PLAINTEXT)));
}

/** Blowfish whose key is set up at a cost. */
class Blowfish {
  /** The round keys, then the four boxes. */
  readonly #words: Uint32Array;
  #left = 0;
  #right = 0;

  constructor(words: Uint32Array) {
    this.#words = words;
  }

  /** Mixes a key in, and a salt if there is one. */
  expand(key: Uint8Array, salt?: Uint8Array): void {
    const words = this.#words;
    const keys = new WordStream(key);
    for (let at = 0; at < ROUND_KEYS; at++) words[at] = (words[at] as number) ^ keys.next();
    const salts = salt && new WordStream(salt);
    this.#left = 0;
    this.#right = 0;
    for (let at = 0; at < words.length; at += 2) {
      if (salts !== undefined) {
        this.#left ^= salts.next();
        this.#right ^= salts.next();
      }
      this.#encrypt();
      words[at] = this.#left;
      words[at + 1] = this.#right;
    }
  }

  /** Encrypts each block 64 times. */
  encryptOften(plain: Buffer): Buffer {
    const encrypted = Buffer.alloc(plain.length);
    for (let at = 0; at < plain.length; at += 8) {
      this.#left = plain.readInt32BE(at);
      this.#right = plain.readInt32BE(at + 4);
      for (let times = 0; times < 64; times++) this.#encrypt();
      encrypted.writeInt32BE(this.#left | 0, at);
      encrypted.writeInt32BE(this.#right | 0, at + 4);
    }
    return encrypted;
  }

  #encrypt(): void {
    const words = this.#words;
    let left = this.#left ^ (words[0] as number);
    let right = this.#right;
    for (let round = 1; round < ROUND_KEYS - 1; round += 2) {
      right ^= mix(words, left) ^ (words[round] as number);
      left ^= mix(words, right) ^ (words[round + 1] as number);
    }
    this.#left = right ^ (words[ROUND_KEYS - 1] as number);
    this.#right = left;
  }
}

function mix(words: Uint32Array, value: number): number {
  const a = words[ROUND_KEYS + (value >>> 24)] as number;
  const b = words[ROUND_KEYS + 256 + ((value >>> 16) & 255)] as number;
  const c = words[ROUND_KEYS + 512 + ((value >>> 8) & 255)] as number;
  const d = words[ROUND_KEYS + 768 + (value & 255)] as number;
  return ((((a + b) | 0) ^ c) + d) | 0;
}

/** Bytes as words of 32 bits, from the beginning again at the end. */
class WordStream {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(): number {
    let word = 0;
    for (let index = 0; index < 4; index++) {
      word = (word << 8) | (this.#bytes[this.#at] as number);
      this.#at = (this.#at + 1) % this.#bytes.length;
    }
    return word;
  }
}

function encode(bytes: Buffer): string {
  const standard = bytes.subarray(0, DIGEST_BYTES).toString('base64').replaceAll('=', '');
  return [...standard].map((char) => ALPHABET[STANDARD.indexOf(char)]).join('');
}

function decode(text: string): Buffer {
  return Buffer.from([...text].map((char) => STANDARD[ALPHABET.indexOf(char)]).join(''), 'base64');
}
