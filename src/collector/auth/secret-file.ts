import { readFileSync, statSync } from 'node:fs';
import { performance } from '../../time.ts';

/** How long a file is taken to be as it was. */
const LOOK_EVERY_MS = 1_000;

/** Longer than any list of tokens. */
const MAX_BYTES = 1024 * 1024;

/** The text of a file that somebody may replace, such as a token that is made anew each hour. */
export class SecretFile {
  readonly #file: string;
  #text: string;
  #seen: string;
  #lookedMs = performance.now();

  /** @throws Error if the file cannot be read, or is longer than 1 MiB */
  constructor(file: string) {
    this.#file = file;
    this.#seen = this.#look();
    this.#text = this.#read();
  }

  /** As it is now, up to a second late; while the file cannot be read, as it was. */
  get text(): string {
    if (performance.now() - this.#lookedMs < LOOK_EVERY_MS) return this.#text;
    this.#lookedMs = performance.now();
    try {
      const seen = this.#look();
      if (seen !== this.#seen) this.#text = this.#read();
      this.#seen = seen;
    } catch {
      // Files are replaced in two steps: what was known holds until the new one is there.
    }
    return this.#text;
  }

  #look(): string {
    const { mtimeMs, ctimeMs, size, ino } = statSync(this.#file);
    if (size > MAX_BYTES) throw new Error(`${this.#file} is longer than ${MAX_BYTES} bytes`);
    return `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
  }

  #read(): string {
    return readFileSync(this.#file, 'utf8');
  }
}
