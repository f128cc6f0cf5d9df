import { MAX_DEPTH, MAX_EVENT_BYTES } from '../event.ts';
import { BackwardWriter } from './backward-writer.ts';
import { standIn } from './stand-in.ts';

/** Bytes counted for a value beside its text: key and value headers on the wire. */
export const OVERHEAD_BYTES = 8;

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

const INT64_LIMIT = 2 ** 63;

/** Thrown, without a stack, for what does not fit as it is. */
export const BEYOND_LIMITS = Symbol('beyond the limits of an event');

/**
 * Writes JavaScript values of any kind as `AnyValue`, straight from the caller's objects. This is the quick
 * way: it throws for whatever is beyond a limit or throws itself, and then the values are copied with care
 * (`ValueCopier`) and the copy is written with {@link unlimited}.
 */
export class ValueWriter {
  readonly out = new BackwardWriter();
  /** What the event may still take. */
  bytesLeft = MAX_EVENT_BYTES;
  /** The SDK sends numbers that are none as double; events name them, since not every receiver's JSON can. */
  nonFiniteAsText = true;
  #maxDepth = MAX_DEPTH;
  /** The containers around the value being written: a value that is among them is a cycle. */
  readonly #path: object[] = [];

  /** Starts anew, within the limits of an event. */
  start(): void {
    this.out.clear();
    if (this.#path.length > 0) this.#path.length = 0;
    this.bytesLeft = MAX_EVENT_BYTES;
    this.nonFiniteAsText = true;
    this.#maxDepth = MAX_DEPTH;
  }

  /** Starts anew, for values that are known to be within the limits. */
  startUnlimited(): void {
    this.start();
    this.bytesLeft = Number.POSITIVE_INFINITY;
    this.#maxDepth = Number.POSITIVE_INFINITY;
  }

  /** One `KeyValue` in a field with the given tag; nothing for a value that is left out. */
  entry(tag: number, key: string, value: unknown): void {
    const { out } = this;
    const end = out.length;
    if (!this.value(value)) return;
    this.bytesLeft -= key.length;
    out.entry(tag, key, end);
  }

  /** The entries of a map of attributes, each in a field with the given tag. */
  entries(tag: number, map: object): void {
    const keys = Object.keys(map);
    this.#checkSize(keys.length);
    for (let index = keys.length - 1; index >= 0; index--) {
      const key = keys[index] as string;
      this.entry(tag, key, (map as Record<string, unknown>)[key]);
    }
  }

  /**
   * The content of an `AnyValue`.
   * @returns false for what is left out: `undefined` and functions
   */
  value(value: unknown): boolean {
    this.bytesLeft -= OVERHEAD_BYTES;
    // Not a switch: V8 compiles each of these comparisons to a check of the value's map.
    if (typeof value === 'string') this.#string(value);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'object') return value === null || this.#object(value);
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
    if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) this.out.bigint(INT_VALUE, value);
    else if (typeof value === 'bigint' || typeof value === 'symbol') this.#string(String(value));
    else return false;
    return true;
  }

  #string(value: string): void {
    if (value.length > this.bytesLeft) throw BEYOND_LIMITS;
    this.bytesLeft -= value.length;
    this.out.string(STRING_VALUE, value);
  }

  #number(value: number): void {
    if (Number.isInteger(value) && value >= -INT64_LIMIT && value < INT64_LIMIT) {
      this.out.int(INT_VALUE, value);
    } else if (Number.isFinite(value) || !this.nonFiniteAsText) {
      this.out.double(DOUBLE_VALUE, value);
    } else {
      this.out.string(STRING_VALUE, String(value));
    }
  }

  #object(value: object): boolean {
    const path = this.#path;
    for (let index = path.length - 1; index >= 0; index--) {
      if (path[index] === value) {
        this.out.string(STRING_VALUE, CIRCULAR);
        return true;
      }
    }
    if (path.length >= this.#maxDepth || this.bytesLeft <= 0) throw BEYOND_LIMITS;
    path.push(value);
    const written = Array.isArray(value) ? this.#list(value) : this.#container(value);
    path.pop();
    return written;
  }

  #container(value: object): boolean {
    // The nearest cheap sign of a plain object; asking for the prototype costs several times as much.
    if (value.constructor !== Object) {
      const plain = standIn(value);
      if (plain !== value || value instanceof Uint8Array) return this.#standIn(plain);
    }
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return this.value(toJSON.call(value));
    return this.#fields(value);
  }

  #standIn(plain: unknown): boolean {
    if (typeof plain !== 'object' || plain === null) return this.value(plain);
    if (Array.isArray(plain)) return this.#list(plain);
    if (!(plain instanceof Uint8Array)) return this.#fields(plain);
    if (plain.length > this.bytesLeft) throw BEYOND_LIMITS;
    this.bytesLeft -= plain.length;
    this.out.bytes(BYTES_VALUE, plain);
    return true;
  }

  #fields(value: object): boolean {
    const end = this.out.length;
    this.entries(LIST_ITEM, value);
    this.out.delimit(KVLIST_VALUE, end);
    return true;
  }

  #list(items: readonly unknown[]): boolean {
    const { out } = this;
    const start = out.length;
    this.#checkSize(items.length);
    for (let index = items.length - 1; index >= 0; index--) {
      const end = out.length;
      // An item that is left out keeps its place, as in JSON.
      this.value(items[index]);
      out.delimit(LIST_ITEM, end);
    }
    out.delimit(ARRAY_VALUE, start);
    return true;
  }

  /** Stops before much is read for nothing. */
  #checkSize(count: number): void {
    if (count * OVERHEAD_BYTES > this.bytesLeft) throw BEYOND_LIMITS;
  }
}
