import { bigintText } from './bigint-text.ts';

/** Stands for what cannot be read: a getter, a trap or a `toString` of the caller's threw. */
export const UNREADABLE = '[Unreadable]';

/**
 * What stands for an object that is not read field by field: text, bytes (`Uint8Array`), a list or a record
 * without prototype. The object itself when there is nothing special about it.
 */
export function standIn(value: object): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Error) return describeError(value);
  if (ArrayBuffer.isView(value)) return bytesOf(value);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value);
  if (value instanceof Map) return recordOf(value);
  if (value instanceof Set) return itemsOf(value);
  if (value instanceof URL || value instanceof RegExp) return String(value);
  if (value instanceof Number) return Number.prototype.valueOf.call(value);
  if (value instanceof String) return String.prototype.valueOf.call(value);
  if (value instanceof Boolean) return Boolean.prototype.valueOf.call(value);
  return value;
}

/** An error as data: its own fields come first, so that a `code` or `status` is not lost. */
function describeError(error: Error): object {
  const described: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(error)) described[key] = fieldOf(error, key);
  described.type = fieldOf(error, 'name');
  described.message = fieldOf(error, 'message');
  described.stacktrace = fieldOf(error, 'stack');
  described.cause = fieldOf(error, 'cause');
  return described;
}

function fieldOf(error: object, key: string): unknown {
  try {
    return (error as Record<string, unknown>)[key];
  } catch {
    return UNREADABLE;
  }
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
