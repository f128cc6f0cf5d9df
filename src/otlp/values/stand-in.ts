import types from 'node:util/types';
import { bigintText } from './bigint-text.ts';
import { describeError, isError } from './describe-error.ts';
import { fieldOf, UNREADABLE } from './field-of.ts';
import { recordOfPairs } from './record-of-pairs.ts';

/** What `Object.prototype.toString` says of an object with nothing special about it. */
const ORDINARY = '[object Object]';

/**
 * What stands for an object that is not read field by field: text, bytes (`Uint8Array`), a list or a record
 * without prototype. The object itself when there is nothing special about it. It does not matter of which realm an
 * object is: `instanceof` would not know what comes from a `vm` context, a test runner's sandbox or a frame.
 */
export function standIn(value: object): unknown {
  if (ArrayBuffer.isView(value)) return bytesOf(value);
  // One question for nearly all: each of those below costs as much.
  const tag = tagOf(value);
  if (tag === ORDINARY) return isError(value) ? describeError(value) : value;
  if (types.isDate(value)) return dateText(value);
  if (isError(value)) return describeError(value);
  if (types.isAnyArrayBuffer(value)) return new Uint8Array(value);
  if (types.isMap(value)) return recordOf(value);
  if (types.isSet(value)) return itemsOf(value);
  if (types.isRegExp(value)) return String(value);
  if (types.isBoxedPrimitive(value)) return unboxed(value);
  return webStandIn(value, tag);
}

function tagOf(value: object): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    // Its own tag throws: it may be anything.
    return '';
  }
}

function dateText(date: Date): string {
  const ms = Date.prototype.getTime.call(date);
  return Number.isNaN(ms) ? 'Invalid Date' : new Date(ms).toISOString();
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** The entries and the size are asked of the built-in classes: what a subclass makes of them may never end. */
const MAP_SIZE = sizeIn(Map.prototype);
const SET_SIZE = sizeIn(Set.prototype);

/** Without a prototype, so that a key `__proto__` is a key like any other. */
function recordOf(map: ReadonlyMap<unknown, unknown>): object {
  const record: Record<string, unknown> = Object.create(null);
  // Counted, since the `toString` of a key may add another entry.
  let left = MAP_SIZE.call(map);
  for (const [key, item] of Map.prototype.entries.call(map)) {
    if (left-- <= 0) break;
    record[keyOf(key)] = item;
  }
  return record;
}

function keyOf(key: unknown): string {
  try {
    return typeof key === 'bigint' ? bigintText(key) : String(key);
  } catch {
    return UNREADABLE;
  }
}

function itemsOf(set: ReadonlySet<unknown>): unknown[] {
  const items = new Array<unknown>(SET_SIZE.call(set));
  let index = 0;
  for (const item of Set.prototype.values.call(set)) items[index++] = item;
  return items;
}

function sizeIn(prototype: object): () => number {
  return Object.getOwnPropertyDescriptor(prototype, 'size')?.get as () => number;
}

const BOXED: readonly [is: (value: unknown) => boolean, valueOf: () => unknown][] = [
  [types.isNumberObject, Number.prototype.valueOf],
  [types.isStringObject, String.prototype.valueOf],
  [types.isBooleanObject, Boolean.prototype.valueOf],
  [types.isBigIntObject, BigInt.prototype.valueOf],
  [types.isSymbolObject, Symbol.prototype.valueOf],
];

function unboxed(value: object): unknown {
  return BOXED.find(([is]) => is(value))?.[1].call(value);
}

/**
 * The classes of the web that keep everything in private fields. Node has them from undici and an app perhaps from a
 * package, so they are told by their tag and by what they can do.
 */
function webStandIn(value: object, tag: string): unknown {
  switch (tag) {
    case '[object Headers]':
    case '[object URLSearchParams]':
    case '[object FormData]':
      return (has(value, 'append') && recordOfPairs(value)) || value;
    case '[object URL]':
      return typeof fieldOf(value, 'href') === 'string' ? fieldOf(value, 'href') : value;
    case '[object Blob]':
    case '[object File]':
      return has(value, 'arrayBuffer') ? describeBlob(value) : value;
    default:
      return value;
  }
}

function has(value: object, method: string): boolean {
  return typeof fieldOf(value, method) === 'function';
}

/** What there is to know of a file without reading it. */
function describeBlob(blob: object): object {
  const described: Record<string, unknown> = Object.create(null);
  for (const key of ['name', 'type', 'size', 'lastModified']) described[key] = fieldOf(blob, key);
  return described;
}
