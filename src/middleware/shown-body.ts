import { isPlainObject } from '../is-plain-object.ts';
import { type IsSecret, MASK } from './secret-keys.ts';

/** A body as an event shows it. */
export interface ShownBody {
  /** As JSON no longer than asked for. */
  readonly content: unknown;
  /** Whether something was left out or cut for that. */
  readonly truncated: boolean;
}

/** Deeper values are left out. */
const MAX_DEPTH = 32;

/** Stands for what cannot be shown, or not any more. */
const NOTHING = Symbol('nothing');

/**
 * A copy of a parsed body, secrets masked, that is cut value by value, never inside its JSON.
 * @param maxBytes - of the copy as JSON
 * @returns undefined for what is no object or array: secrets in mere text cannot be told
 */
export function shownBody(body: unknown, isSecret: IsSecret, maxBytes: number): ShownBody | undefined {
  if (!isPlain(body)) return undefined;
  const copy = new Copy(isSecret, maxBytes);
  try {
    const content = copy.value(body, 0);
    return content === NOTHING ? undefined : { content, truncated: copy.truncated };
  } catch {
    // A getter threw: whatever that body is, no parser made it.
    return undefined;
  }
}

class Copy {
  readonly #isSecret: IsSecret;
  #left: number;
  truncated = false;

  constructor(isSecret: IsSecret, maxBytes: number) {
    this.#isSecret = isSecret;
    this.#left = maxBytes;
  }

  value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (value === null || typeof value === 'boolean' || Number.isFinite(value)) {
      return this.#take(String(value).length) ? value : NOTHING;
    }
    if (!isPlain(value)) return NOTHING;
    // Brackets.
    if (depth > MAX_DEPTH || !this.#take(2)) return this.#cut();
    return Array.isArray(value) ? this.#array(value, depth) : this.#map(value, depth);
  }

  #array(array: readonly unknown[], depth: number): unknown[] {
    const copy: unknown[] = [];
    for (const item of array) {
      if (!this.#take(1)) break;
      const shown = this.value(item, depth + 1);
      if (shown !== NOTHING) copy.push(shown);
    }
    return copy;
  }

  #map(map: object, depth: number): object {
    // A key may be called `__proto__`.
    const copy: Record<string, unknown> = Object.create(null);
    for (const [key, item] of Object.entries(map)) {
      // Colon and comma.
      if (!this.#take(jsonBytes(key) + 2)) break;
      const shown = this.#isSecret(key) ? this.#text(MASK) : this.value(item, depth + 1);
      if (shown !== NOTHING) copy[key] = shown;
    }
    return copy;
  }

  /** As much of a text as fits. */
  #text(text: string): string | typeof NOTHING {
    if (text.length + 2 <= this.#left) {
      const bytes = jsonBytes(text);
      if (bytes <= this.#left) {
        this.#left -= bytes;
        return text;
      }
    }
    this.#cut();
    let [fits, tooLong] = [-1, Math.min(text.length, this.#left) + 1];
    while (tooLong - fits > 1) {
      const length = (fits + tooLong) >> 1;
      if (jsonBytes(text.slice(0, length)) <= this.#left) fits = length;
      else tooLong = length;
    }
    this.#left = 0;
    return fits < 1 ? NOTHING : text.slice(0, fits).replace(/[\ud800-\udbff]$/, '');
  }

  #take(bytes: number): boolean {
    if (bytes > this.#left) {
      this.#cut();
      this.#left = 0;
      return false;
    }
    this.#left -= bytes;
    return true;
  }

  #cut(): typeof NOTHING {
    this.truncated = true;
    return NOTHING;
  }
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

/** What JSON and forms are parsed to; not bytes, files or streams. */
function isPlain(value: unknown): value is object {
  return Array.isArray(value) || isPlainObject(value);
}
