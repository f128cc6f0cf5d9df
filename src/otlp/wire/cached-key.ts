/** The tags of `KeyValue`'s fields. */
const KEY = 0x0a;
const VALUE = 0x12;

/** The key of an attribute, encoded once: as it stands in a `KeyValue`. */
export class CachedKey {
  /** What it is asked for by. */
  readonly text: string;
  /** The field `key` and the tag of `value` after it, four bytes a number; what is beyond `size` is nothing. */
  readonly words: readonly number[];
  readonly size: number;
  /** How many bytes each length around its value took the last time. */
  width = 1;
  /** The key that was asked for after this one the last time. */
  next: CachedKey = this;

  /** @param name - what is written, shorter than 128 bytes */
  constructor(name: string, text: string = name) {
    const utf8 = Buffer.from(name);
    const bytes = Buffer.alloc(Math.ceil((utf8.length + 3) / 4) * 4);
    bytes.set([KEY, utf8.length]);
    bytes.set(utf8, 2);
    bytes[utf8.length + 2] = VALUE;
    this.text = text;
    this.words = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readInt32LE(4 * index));
    this.size = utf8.length + 3;
  }
}
