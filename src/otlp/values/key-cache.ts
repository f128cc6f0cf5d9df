import { CachedKey } from '../wire/cached-key.ts';

/** The longest key that is cached, in bytes. */
const MAX_KEY_BYTES = 96;

const MAX_KEYS = 2048;

/** After so many keys that found no place it is emptied: those in it may be gone for good. */
const MAX_STRANGERS = 32 * MAX_KEYS;

/**
 * The keys of attributes and maps in their encoded form: they come again and again. Bounded, so that keys made
 * of data (ids, paths) do no harm.
 */
export class KeyCache {
  /** The name under which a key is written. */
  readonly nameOf: (key: string) => string;
  readonly #takesMoved: boolean;
  readonly #keys = new Map<string, CachedKey>();
  #last: CachedKey;
  #strangers = 0;

  /**
   * @param takesMoved - false: a key that is written under another name has no place here, since that may differ from
   * event to event
   */
  constructor(nameOf: (key: string) => string = (key) => key, takesMoved = true) {
    this.nameOf = nameOf;
    this.#takesMoved = takesMoved;
    this.#last = new CachedKey(nameOf(''), '');
  }

  /** The encoded form of a key; undefined for one that has no place here. */
  get(key: string): CachedKey | undefined {
    // Objects of a kind have their keys in the same order: nearly always there is nothing to look up.
    const { next } = this.#last;
    if (next.text !== key) return this.#find(key);
    this.#last = next;
    return next;
  }

  #find(key: string): CachedKey | undefined {
    const found = this.#keys.get(key) ?? this.#add(key);
    if (found === undefined) return undefined;
    this.#last.next = found;
    this.#last = found;
    return found;
  }

  #add(key: string): CachedKey | undefined {
    const name = this.nameOf(key);
    if (name !== key && !this.#takesMoved) return undefined;
    if (this.#keys.size >= MAX_KEYS && !this.#makeRoom()) return undefined;
    if (Buffer.byteLength(name) > MAX_KEY_BYTES) return undefined;
    // As the key of an object it is a text of its own; a part of a longer one would keep all of that alive.
    const [text = key] = Object.keys({ [key]: undefined });
    const cached = new CachedKey(name, text);
    this.#keys.set(text, cached);
    return cached;
  }

  #makeRoom(): boolean {
    this.#strangers++;
    if (this.#strangers < MAX_STRANGERS) return false;
    this.#strangers = 0;
    this.#keys.clear();
    return true;
  }
}
