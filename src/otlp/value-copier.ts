import { MAX_DEPTH, MAX_EVENT_BYTES } from '../event.ts';
import { standIn } from './stand-in.ts';
import { CIRCULAR, OVERHEAD_BYTES } from './value-writer.ts';

const TRUNCATED = '[Truncated]';
const UNREADABLE = '[Unreadable]';

/**
 * Copies JavaScript values of any kind into ones that the `ValueWriter` takes as they are: within the limits,
 * without cycles, and without anything that throws. One for all values of an event, in their order, so that
 * the last ones are cut. It is for the rare event that cannot be written directly.
 */
export class ValueCopier {
  #bytesLeft = MAX_EVENT_BYTES;
  /** Values that were cut or left out because of a limit. */
  truncated = 0;
  readonly #path: object[] = [];

  /**
   * A copy: text, a number, a boolean, a bigint within int64, null, bytes, a list or a record without
   * prototype. Never throws.
   * @returns undefined for what is left out: `undefined` and functions
   */
  copy(value: unknown): unknown {
    this.#bytesLeft -= OVERHEAD_BYTES;
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'bigint':
        return BigInt.asIntN(64, value) === value ? value : this.#text(String(value));
      case 'symbol':
        return this.#text(String(value));
      case 'object':
        return value === null ? null : this.#object(value);
      case 'function':
        return undefined;
      default:
        return value;
    }
  }

  /**
   * A copy of a map whose every entry stays, if only as an empty text: so that an event that is too large
   * still has all its small values.
   */
  copyEntries(map: object): unknown {
    this.#path.push(map);
    try {
      return this.#record(map, true);
    } catch {
      return UNREADABLE;
    } finally {
      this.#path.pop();
    }
  }

  #text(value: string): string {
    if (value.length > this.#bytesLeft) this.truncated++;
    const kept = value.slice(0, Math.max(0, this.#bytesLeft));
    this.#bytesLeft -= kept.length;
    return kept;
  }

  #bytes(value: Uint8Array): Uint8Array {
    if (value.length > this.#bytesLeft) this.truncated++;
    const kept = value.subarray(0, Math.max(0, this.#bytesLeft));
    this.#bytesLeft -= kept.length;
    return kept;
  }

  #object(value: object): unknown {
    if (this.#path.includes(value)) return CIRCULAR;
    const depth = this.#path.length;
    if (depth >= MAX_DEPTH || this.#bytesLeft <= 0) {
      this.truncated++;
      return TRUNCATED;
    }
    this.#path.push(value);
    try {
      return this.#container(value);
    } catch {
      // Not even its kind or its keys can be read.
      return UNREADABLE;
    } finally {
      this.#path.length = depth;
    }
  }

  #container(value: object): unknown {
    if (Array.isArray(value)) return this.#list(value);
    const plain = standIn(value);
    if (plain !== value || value instanceof Uint8Array) return this.#standIn(plain);
    const json = this.#fromJson(value);
    return json === NO_JSON ? this.#record(value) : this.copy(json);
  }

  #standIn(plain: unknown): unknown {
    if (typeof plain !== 'object' || plain === null) return this.copy(plain);
    if (Array.isArray(plain)) return this.#list(plain);
    return plain instanceof Uint8Array ? this.#bytes(plain) : this.#record(plain);
  }

  /** What `toJSON` gives; an object whose `toJSON` throws still has its fields. */
  #fromJson(value: object): unknown {
    try {
      const { toJSON } = value as { toJSON?: unknown };
      return typeof toJSON === 'function' ? toJSON.call(value) : NO_JSON;
    } catch {
      return NO_JSON;
    }
  }

  #list(items: readonly unknown[]): unknown[] {
    const list: unknown[] = [];
    // By index: holes count as items that are left out.
    for (let index = 0; index < items.length; index++) {
      if (this.#isFull()) break;
      list.push(this.copy(items[index]) ?? null);
    }
    return list;
  }

  #record(value: object, every = false): object {
    const record: Record<string, unknown> = Object.create(null);
    for (const key of Object.keys(value)) {
      if (!every && this.#isFull()) continue;
      const copied = this.#field(value, key);
      if (copied === undefined) continue;
      this.#bytesLeft -= key.length;
      record[key] = copied;
    }
    return record;
  }

  #field(value: object, key: string): unknown {
    try {
      return this.copy((value as Record<string, unknown>)[key]);
    } catch {
      return UNREADABLE;
    }
  }

  /** Counts one more value that is left out. */
  #isFull(): boolean {
    if (this.#bytesLeft > 0) return false;
    this.truncated++;
    return true;
  }
}

const NO_JSON = Symbol('no toJSON');
