import types from 'node:util/types';
import { MAX_DEPTH, MAX_EVENT_BYTES } from '../../event.ts';
import { bigintText } from './bigint-text.ts';
import { cutText } from './cut-text.ts';
import { DATA_PREFIX } from './event-attributes.ts';
import { UNREADABLE } from './field-of.ts';
import { setOwn } from './set-own.ts';
import { standIn } from './stand-in.ts';
import { CIRCULAR } from './value-writer.ts';

const INT64_LIMIT = 2 ** 63;
/** Stands for what is left out because of a limit. */
export const TRUNCATED = '[Truncated]';

/** What stands around the key and the content of a value if both are short: four tags and four lengths. */
const FRAME_BYTES = 8;

/** Beyond this many bytes of content the lengths take more, this many at most. */
const SHORT_BYTES = 100;
const LONG_FRAME_BYTES = 12;

/** What the entries that stay in any case may take beyond the limit. */
const MAX_DEBT_BYTES = 64 * 1024;

/** How much is copied, and for whom. */
export interface CopierOptions {
  readonly maxBytes: number;
  readonly maxDepth: number;
  /**
   * Who reads the copy: the `ValueWriter`; the app, which may change it (plain objects instead of records without
   * prototype, dates that are still dates, bytes of its own); or an SDK, which keeps it (the same, and what an SDK
   * cannot carry as something that it can).
   */
  readonly reader: 'writer' | 'app' | 'sdk';
  /** Counts three bytes a unit of a short text, which is quicker: at most four times what is written in all. */
  readonly isRough: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** Longer texts are measured in any case. */
const SHORT_TEXT = 64;

/**
 * Copies JavaScript values of any kind into ones that the `ValueWriter` takes as they are: within the limits,
 * without cycles, and without anything that throws. One for all values of an event, in their order, so that
 * the last ones are cut. It is for the rare event that cannot be written directly. It counts what a value takes
 * on the wire, or a few bytes more.
 */
export class ValueCopier {
  readonly #maxDepth: number;
  readonly #maxBytes: number;
  readonly #reader: CopierOptions['reader'];
  readonly #isRough: boolean;
  #bytesLeft: number;
  #setAside = 0;
  /** Values that were cut or left out because of a limit. */
  truncated = 0;
  /** The containers around what is copied are its first `#depth` items: to shorten a list takes V8 longer than all else. */
  readonly #path: object[] = [];
  #depth = 0;
  /** How many maps and lists are around what is copied; a `toJSON` on the way is none. */
  #level = 0;
  /** At this level the keys of a map are names of attributes. */
  #attributeLevel = -1;

  constructor(options: Partial<CopierOptions> = {}) {
    const { maxBytes = MAX_EVENT_BYTES, maxDepth = MAX_DEPTH, reader = 'writer', isRough = false } = options;
    this.#maxBytes = maxBytes;
    this.#bytesLeft = maxBytes;
    this.#maxDepth = maxDepth;
    this.#reader = reader;
    this.#isRough = isRough;
  }

  /** What all copies take together. */
  get bytes(): number {
    return this.#maxBytes - this.#bytesLeft;
  }

  /** Whether there is no place for more. */
  get isFull(): boolean {
    return this.#bytesLeft <= 0;
  }

  /**
   * A copy: text, a number, a boolean, a bigint within int64, null, bytes, a list or a record without
   * prototype. Never throws.
   * @returns undefined for what is left out: `undefined` and functions
   */
  copy(value: unknown): unknown {
    this.#bytesLeft -= FRAME_BYTES;
    // As in the `ValueWriter`, no switch.
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number') return this.#number(value);
    if (typeof value === 'object') return value === null ? null : this.#object(value);
    return typeof value === 'boolean' ? value : this.#rare(value);
  }

  /**
   * A copy of a map whose every entry stays, if only as an empty text: so that an event that is too large
   * still has all its small values. Its keys become attributes.
   */
  copyEntries(map: object): unknown {
    this.#path[this.#depth++] = map;
    this.#attributeLevel = 0;
    try {
      return this.#record(map, MAX_DEBT_BYTES);
    } catch {
      return UNREADABLE;
    } finally {
      this.#depth--;
      this.#level = 0;
      this.#attributeLevel = -1;
    }
  }

  /** As `copy`; if it is a map, its keys become attributes. */
  copyData(value: unknown): unknown {
    this.#attributeLevel = 0;
    const copied = this.copy(value);
    this.#attributeLevel = -1;
    return copied;
  }

  /** A text that is no value, such as a name, cut to at most so many bytes. */
  text(value: string, maxBytes: number = Number.POSITIVE_INFINITY): string {
    this.spend(FRAME_BYTES);
    return 3 * value.length > maxBytes ? this.#cut(value, maxBytes) : this.#text(value);
  }

  /** What a text is counted as, whether there is room for it or not. */
  bytesOf(text: string): number {
    return this.#isRough && text.length <= SHORT_TEXT ? 3 * text.length : Buffer.byteLength(text);
  }

  /** Counts bytes that are written beside the values. */
  spend(bytes: number): void {
    this.#bytesLeft -= bytes;
  }

  /** Keeps so many bytes from what is copied until they are given back. */
  setAside(bytes: number): void {
    this.#bytesLeft -= bytes;
    this.#setAside += bytes;
  }

  /** Gives back what was set aside, whole even if entries have gone beyond the limit. */
  giveBack(): void {
    this.#bytesLeft = Math.max(0, this.#bytesLeft) + this.#setAside;
    this.#setAside = 0;
  }

  #rare(value: unknown): unknown {
    if (typeof value === 'bigint') return this.#bigint(value);
    return typeof value === 'symbol' ? this.#text(String(value)) : undefined;
  }

  #text(value: string): string {
    // Whatever is in it.
    if (3 * value.length > this.#bytesLeft) return this.#cut(value);
    this.#spendContent(this.bytesOf(value));
    return value;
  }

  #cut(value: string, maxBytes: number = Number.POSITIVE_INFINITY): string {
    const kept = cutText(value, Math.min(this.#bytesLeft, maxBytes));
    if (kept.length < value.length) this.truncated++;
    this.#spendContent(this.bytesOf(kept));
    return kept;
  }

  #bytes(value: Uint8Array): Uint8Array {
    const length = LENGTH_OF.call(value);
    const kept = firstBytes(value, Math.min(length, Math.max(0, this.#bytesLeft)));
    if (kept.length < length) this.truncated++;
    this.#spendContent(kept.length);
    return this.#reader === 'writer' ? kept : new Uint8Array(kept);
  }

  /** The JSON exporter of an SDK writes every whole number as int64, and a collector refuses the whole batch for one that does not fit. */
  #number(value: number): number | string {
    const isSafe = this.#reader !== 'sdk' || Math.abs(value) < INT64_LIMIT;
    if (!isSafe && (Number.isInteger(value) || !Number.isFinite(value))) return this.#text(String(value));
    this.#bytesLeft -= numberBytes(value);
    return value;
  }

  #bigint(value: bigint): unknown {
    const isForSdk = this.#reader === 'sdk';
    if (isForSdk && Number.isSafeInteger(Number(value))) return this.#number(Number(value));
    if (isForSdk || BigInt.asIntN(64, value) !== value) return this.#text(bigintText(value));
    this.#bytesLeft -= numberBytes(Number(value));
    return value;
  }

  #spendContent(bytes: number): void {
    this.#bytesLeft -= bytes > SHORT_BYTES ? bytes + LONG_FRAME_BYTES : bytes;
  }

  /** A text that stands for something in any case. */
  #mark(text: string): string {
    this.#bytesLeft -= text.length;
    return text;
  }

  #object(value: object): unknown {
    const depth = this.#depth;
    for (let index = 0; index < depth; index++) if (this.#path[index] === value) return this.#mark(CIRCULAR);
    if (depth >= this.#maxDepth || this.isFull) {
      this.truncated++;
      return this.#mark(TRUNCATED);
    }
    const before = this.#bytesLeft;
    const level = this.#level;
    this.#path[depth] = value;
    this.#depth = depth + 1;
    try {
      return this.#container(value);
    } catch {
      // Not even its kind or its keys can be read.
      return this.#mark(UNREADABLE);
    } finally {
      this.#depth = depth;
      this.#level = level;
      if (before - this.#bytesLeft > SHORT_BYTES) this.#bytesLeft -= LONG_FRAME_BYTES;
    }
  }

  #container(value: object): unknown {
    if (Array.isArray(value)) return this.#list(value);
    // As the `ValueWriter` does: the nearest cheap sign of a plain object.
    const isPlain = value.constructor === Object;
    const plain = isPlain ? value : standIn(value);
    if (!isPlain && this.#reader === 'app' && types.isDate(value)) return new Date(TIME_OF.call(value));
    if (plain !== value || (!isPlain && value instanceof Uint8Array)) return this.#standIn(plain);
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
    this.#level++;
    // By index: holes count as items that are left out.
    for (let index = 0; index < items.length; index++) {
      if (this.#leavesOut(0)) break;
      list.push(this.copy(items[index]) ?? null);
    }
    this.#level--;
    return list;
  }

  /** @param debt - by how many bytes its entries may go beyond what is left */
  #record(value: object, debt = 0): object {
    const record: Record<string, unknown> = this.#reader === 'writer' ? Object.create(null) : {};
    const level = this.#level++;
    try {
      if (value.constructor === Object) this.#copyPlain(record, value as Fields, level, debt);
      else this.#copyOther(record, value as Fields, level, debt);
    } catch {
      // A proxy may refuse to have its keys looped over, and list them all the same.
      this.#copyOther(record, value as Fields, level, debt);
    }
    this.#level = level;
    return record;
  }

  #copyPlain(record: Record<string, unknown>, value: Fields, level: number, debt: number): void {
    for (const key in value) {
      // V8 knows this call in a `for-in`; `Object.hasOwn` takes as long as all the rest.
      if (!HAS_OWN.call(value, key)) continue;
      const keyBytes = this.bytesOf(key);
      if (this.#leavesOut(keyBytes - debt)) continue;
      const before = this.#bytesLeft;
      this.#spendContent(keyBytes);
      let copied: unknown;
      try {
        // Read here: V8 knows in the loop where the field is.
        copied = this.copy(value[key]);
      } catch {
        copied = this.#mark(UNREADABLE);
      }
      if (copied === undefined) this.#bytesLeft = before;
      else this.#set(record, key, copied, level);
    }
  }

  /** What is not in the record yet. Apart, since V8 compiles a `for-in` to something slower once it has seen objects of another kind. */
  #copyOther(record: Record<string, unknown>, value: Fields, level: number, debt: number): void {
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(record, key)) continue;
      const keyBytes = this.bytesOf(key);
      if (this.#leavesOut(keyBytes - debt)) continue;
      const before = this.#bytesLeft;
      this.#spendContent(keyBytes);
      const copied = this.#field(value, key);
      if (copied === undefined) this.#bytesLeft = before;
      else this.#set(record, key, copied, level);
    }
  }

  #set(record: Record<string, unknown>, key: string, copied: unknown, level: number): void {
    const isNested = this.#reader === 'sdk' && level > this.#attributeLevel;
    if (key !== '__proto__' && key !== 'constructor') record[key] = copied;
    else setOwn(record, isNested ? nestedKey(key) : key, copied);
  }

  #field(value: Fields, key: string): unknown {
    try {
      return this.copy(value[key]);
    } catch {
      return this.#mark(UNREADABLE);
    }
  }

  /** Counts one more value that is left out if there are not more than so many bytes. */
  #leavesOut(bytes: number): boolean {
    if (this.#bytesLeft > bytes) return false;
    this.truncated++;
    return true;
  }
}

/**
 * Below the top level an SDK copies maps by assignment, where `__proto__` would vanish, and refuses a whole attribute
 * for an own `constructor`: these two names take the prefix there that reserved names take.
 */
export function nestedKey(key: string): string {
  return key === '__proto__' || key === 'constructor' ? DATA_PREFIX + key : key;
}

const HAS_OWN = Object.prototype.hasOwnProperty;

const NO_JSON = Symbol('no toJSON');

const TIME_OF = Date.prototype.getTime;

/** What a subclass, or a field of its own, says of the bytes of a view need not be so. */
const BUFFER_OF = getterOf<ArrayBufferLike>('buffer');
const OFFSET_OF = getterOf<number>('byteOffset');
const LENGTH_OF = getterOf<number>('length');

function firstBytes(view: Uint8Array, count: number): Uint8Array {
  return new Uint8Array(BUFFER_OF.call(view), OFFSET_OF.call(view), count);
}

function getterOf<T>(name: string): () => T {
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
  return Object.getOwnPropertyDescriptor(typedArray, name)?.get as () => T;
}

/** What a number takes beside its tag. */
function numberBytes(value: number): number {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 28 ? 4 : 10;
}
