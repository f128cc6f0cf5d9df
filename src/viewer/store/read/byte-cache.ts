/** Holds values up to a sum of bytes; those that were not asked for the longest go first. */
export class ByteCache {
  readonly #maxBytes: number;
  readonly #values = new Map<string, { readonly value: unknown; readonly bytes: number }>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** The value of a key, made if it is not there. @param bytesOf - about what it takes in memory */
  get<T>(key: string, make: () => T, bytesOf: (value: T) => number): T {
    const known = this.#values.get(key);
    if (known !== undefined) {
      this.#values.delete(key);
      this.#values.set(key, known);
      return known.value as T;
    }
    const value = make();
    const bytes = bytesOf(value) + 2 * key.length + 100;
    this.#values.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: size }] of this.#values) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#values.delete(oldest);
      this.#bytes -= size;
    }
    return value;
  }
}
