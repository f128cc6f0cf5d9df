import { MAX_DEPTH } from '../../event.ts';
import { firstUnits } from '../../first-units.ts';
import type { CachedKey } from '../wire/cached-key.ts';
import { BEYOND_LIMITS, ForwardWriter } from '../wire/forward-writer.ts';
import { LOG_RECORD } from '../wire/record-tags.ts';
import { bigintText } from './bigint-text.ts';
import { KeyCache } from './key-cache.ts';
import { standIn } from './stand-in.ts';

/** The string that stands for an object inside itself. */
export const CIRCULAR = '[Circular]';

/** The members of `AnyValue`, and what surrounds them, as tags. @see opentelemetry-proto, common.proto */
export const STRING_VALUE = 0x0a;
const BOOL_VALUE = 0x10;
const INT_VALUE = 0x18;
const DOUBLE_VALUE = 0x21;
const ARRAY_VALUE = 0x2a;
const KVLIST_VALUE = 0x32;
const BYTES_VALUE = 0x3a;
const LIST_ITEM = 0x0a;
const KEY = 0x0a;
const VALUE = 0x12;

const INT64_LIMIT = 2 ** 63;

/**
 * What the narrowest store takes, VictoriaLogs: names of 128 bytes, with the path into maps; 1,000 fields as it is
 * started by default; 2 MiB, of which a byte here may take seven there.
 */
const STORE_NAME_BYTES = 128;
const STORE_FIELDS = 800;
const STORE_RECORD_BYTES = 256 * 1024;

/** The keys of maps and of the SDK’s attributes. */
const KEYS = new KeyCache();

/**
 * Writes JavaScript values of any kind as `AnyValue`, straight from the caller's objects. This is the quick
 * way: it throws for whatever is beyond a limit or throws itself, and then the values are copied with care
 * (`ValueCopier`) and the copy is written without limits.
 */
export class ValueWriter {
  readonly out = new ForwardWriter();
  /** The SDK sends numbers that are none as double; events name them, since not every receiver's JSON can. */
  nonFiniteAsText = true;
  /** Longer texts (in UTF-16 code units) and bytes are cut: `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`. */
  maxValueLength = Number.POSITIVE_INFINITY;
  /** The keys of an event's data that have kept their names; nearly always none. */
  keptNames: string[] | undefined;
  #maxDepth = MAX_DEPTH;
  /** What the names of the entry being written, and of those around it, take. */
  #pathBytes = 0;
  #longestPath = 0;
  #entries = 0;
  /** The containers around the value being written: a value that is among them is a cycle. */
  readonly #path: object[] = [];

  /** Starts anew, for values that are known to be within the limits. */
  startUnlimited(): void {
    this.start(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  }

  /** Whether a name with its path, the number of entries or all together are beyond what log stores take. */
  get isOversized(): boolean {
    return (
      this.#longestPath > STORE_NAME_BYTES ||
      this.#entries > STORE_FIELDS ||
      this.out.length > STORE_RECORD_BYTES
    );
  }

  /** Starts anew, within limits. */
  start(maxBytes: number, maxDepth: number): void {
    this.out.clear(maxBytes);
    this.#pathBytes = 0;
    this.#longestPath = 0;
    this.#entries = 0;
    if (this.#path.length > 0) this.#path.length = 0;
    this.nonFiniteAsText = true;
    this.keptNames = undefined;
    this.maxValueLength = Number.POSITIVE_INFINITY;
    this.#maxDepth = maxDepth;
  }

  /**
   * One `KeyValue` in a field with the given tag.
   * @returns 1; 0, with nothing written, for a value that is left out
   */
  entry(tag: number, key: CachedKey, value: unknown): number {
    const { out } = this;
    const before = out.length;
    const { width } = key;
    const start = out.openEntry(tag, key, width);
    this.#enterName(key.size);
    const written = this.value(value, width);
    this.#pathBytes -= key.size;
    if (!written) {
      out.rewind(before);
      return 0;
    }
    out.closeEntry(before, start, key, width);
    return 1;
  }

  /** An attribute of a log record; see {@link entry}. */
  attribute(key: CachedKey, value: unknown): number {
    return this.entry(LOG_RECORD.attributes, key, value);
  }

  /**
   * The same for the key of a map.
   * @param keys - knows the names under which the map's keys are written
   */
  field(tag: number, keys: KeyCache, key: string, value: unknown): number {
    const cached = keys.get(key);
    return cached === undefined
      ? this.#strangeEntry(tag, keys.nameOf(key), value)
      : this.entry(tag, cached, value);
  }

  /** An entry whose key is not cached. */
  #strangeEntry(tag: number, name: string, value: unknown): number {
    const { out } = this;
    const before = out.length;
    const start = out.open(tag, 1);
    out.string(KEY, name);
    const nameBytes = out.length - start;
    const valueStart = out.open(VALUE, 1);
    this.#enterName(nameBytes);
    const written = this.value(value);
    this.#pathBytes -= nameBytes;
    if (!written) {
      out.rewind(before);
      return 0;
    }
    out.close(valueStart, 1);
    out.close(start, 1);
    return 1;
  }

  /** With what surrounds it, which is at least what stands between it and the next one where paths are written. */
  #enterName(bytes: number): void {
    this.#entries++;
    this.#pathBytes += bytes;
    if (this.#pathBytes > this.#longestPath) this.#longestPath = this.#pathBytes;
  }

  /** One `KeyValue` in a field with the given tag: some of the keys of a map, as a map. */
  entryOf(tag: number, key: CachedKey, map: object, keys: readonly string[]): void {
    const { out } = this;
    const before = out.length;
    const { width } = key;
    const start = out.openEntry(tag, key, width);
    const list = out.open(KVLIST_VALUE, width);
    for (const each of keys) this.field(LIST_ITEM, KEYS, each, (map as Record<string, unknown>)[each]);
    out.close(list, width);
    out.closeEntry(before, start, key, width);
  }

  /** The entries of a map, each in a field with the given tag. */
  entries(tag: number, map: object): void {
    if (map.constructor === Object) this.#plainEntries(tag, map);
    else this.#otherEntries(tag, map);
  }

  #plainEntries(tag: number, map: object): void {
    const { length } = this.out;
    let last: string | undefined;
    for (const key in map) {
      this.field(tag, KEYS, key, (map as Record<string, unknown>)[key]);
      last = key;
    }
    if (last === undefined || Object.hasOwn(map, last)) return;
    // Inherited keys come after a map's own.
    this.out.rewind(length);
    this.#otherEntries(tag, map);
  }

  /** Apart, since V8 compiles a `for-in` to something slower once it has seen objects of another kind. */
  #otherEntries(tag: number, map: object): void {
    for (const key of Object.keys(map)) this.field(tag, KEYS, key, (map as Record<string, unknown>)[key]);
  }

  /**
   * The content of an `AnyValue`.
   * @param width - how many bytes the length of a map or list will probably take
   * @returns false for what is left out: `undefined` and functions
   */
  value(value: unknown, width = 1): boolean {
    // Not a switch: V8 compiles each of these comparisons to a check of the value's map.
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'object') return value === null || this.#object(value, width);
    else if (typeof value === 'boolean') this.out.small(BOOL_VALUE, value ? 1 : 0);
    else return this.#rare(value);
    return true;
  }

  /** Notes that what is written next is inside `container`. */
  enter(container: object): void {
    this.#path.push(container);
  }

  leave(): void {
    this.#path.pop();
  }

  #rare(value: unknown): boolean {
    if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) {
      this.out.bigint(INT_VALUE, value);
      return true;
    }
    if (typeof value !== 'bigint' && typeof value !== 'symbol') return false;
    this.out.string(STRING_VALUE, typeof value === 'bigint' ? bigintText(value) : String(value));
    return true;
  }

  #text(value: string): void {
    const { maxValueLength } = this;
    this.out.string(STRING_VALUE, value.length > maxValueLength ? firstUnits(value, maxValueLength) : value);
  }

  #number(value: number): void {
    if (value >= 0 && value < 0x80 && (value | 0) === value) {
      this.out.small(INT_VALUE, value);
    } else if (Number.isInteger(value) && value >= -INT64_LIMIT && value < INT64_LIMIT) {
      this.out.int(INT_VALUE, value);
    } else if (Number.isFinite(value) || !this.nonFiniteAsText) {
      this.out.double(DOUBLE_VALUE, value);
    } else {
      this.out.string(STRING_VALUE, String(value));
    }
  }

  #object(value: object, width: number): boolean {
    const path = this.#path;
    for (let index = path.length - 1; index >= 0; index--) {
      if (path[index] === value) {
        this.out.string(STRING_VALUE, CIRCULAR);
        return true;
      }
    }
    if (path.length >= this.#maxDepth) throw BEYOND_LIMITS;
    path.push(value);
    const written = Array.isArray(value) ? this.#list(value, width) : this.#container(value, width);
    path.pop();
    return written;
  }

  #container(value: object, width: number): boolean {
    const { toJSON } = value as { toJSON?: unknown };
    // The nearest cheap sign of a plain object; asking for the prototype costs several times as much.
    if (value.constructor !== Object) {
      const plain = standIn(value);
      if (plain !== value || value instanceof Uint8Array) return this.#standIn(plain, width);
    }
    return typeof toJSON === 'function' ? this.value(toJSON.call(value), width) : this.#map(value, width);
  }

  #standIn(plain: unknown, width: number): boolean {
    if (typeof plain !== 'object' || plain === null) return this.value(plain);
    if (Array.isArray(plain)) return this.#list(plain, width);
    if (!(plain instanceof Uint8Array)) return this.#map(plain, width);
    const { maxValueLength } = this;
    const isLong = plain.length > maxValueLength;
    this.out.bytes(BYTES_VALUE, isLong ? plain.subarray(0, maxValueLength) : plain);
    return true;
  }

  #map(value: object, width: number): boolean {
    const start = this.out.open(KVLIST_VALUE, width);
    this.entries(LIST_ITEM, value);
    this.out.close(start, width);
    return true;
  }

  #list(items: readonly unknown[], width: number): boolean {
    const { out } = this;
    // Before much is read for nothing: each item takes two bytes or more.
    out.expect(2 * items.length);
    const start = out.open(ARRAY_VALUE, width);
    let itemWidth = 1;
    for (let index = 0; index < items.length; index++) {
      const itemStart = out.open(LIST_ITEM, itemWidth);
      // An item that is left out keeps its place, as in JSON.
      this.value(items[index], itemWidth);
      itemWidth = out.close(itemStart, itemWidth);
    }
    out.close(start, width);
    return true;
  }
}
