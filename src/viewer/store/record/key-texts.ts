const PLACES = 4096;

/** Longer ones are read each time. */
const MAX_BYTES = 64;

interface KnownKey {
  readonly bytes: Buffer;
  readonly text: string;
}

/** Texts of names, which come again and again: one that was read before is found by its bytes, and is the same string. */
export class KeyTexts {
  readonly #known: (KnownKey | undefined)[] = new Array(PLACES).fill(undefined);

  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > MAX_BYTES) return bytes.toString('utf8', start, end);
    // Names differ by their ends and lengths as a rule. What falls on the same place takes it.
    const last = bytes[end - 1] as number;
    const middle = bytes[start + (length >>> 1)] as number;
    const place = (length + 31 * ((bytes[start] as number) + 31 * (middle + 31 * last))) % PLACES;
    const known = this.#known[place];
    if (known !== undefined && isSame(known.bytes, bytes, start, length)) return known.text;
    const text = bytes.toString('utf8', start, end);
    this.#known[place] = { bytes: Buffer.from(bytes.subarray(start, end)), text };
    return text;
  }
}

function isSame(known: Buffer, bytes: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let at = 0; at < length; at++) if (known[at] !== bytes[start + at]) return false;
  return true;
}
