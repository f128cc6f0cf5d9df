import { setOwn } from '../otlp/set-own.ts';
import { UNREADABLE } from '../otlp/stand-in.ts';

type Fields = Record<string, unknown>;

/** Deeper, and with more items, than an event is kept. */
const MAX_DEPTH = 64;
const MAX_ITEMS = 1_000_000;

/**
 * A copy of plain objects and lists, however deep. What is no plain object is shared, as is what cannot be read and
 * a list that is too long for an event: nothing makes it throw.
 */
export function copyOf(value: unknown, depth = 0, copies = new Map<object, unknown>()): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  try {
    return copyOfObject(value, depth, copies);
  } catch {
    copies.delete(value);
    return value;
  }
}

function copyOfObject(value: object, depth: number, copies: Map<object, unknown>): unknown {
  if (Array.isArray(value)) {
    if (value.length > MAX_ITEMS) return value;
    const list: unknown[] = [];
    copies.set(value, list);
    for (let index = 0; index < value.length; index++) list.push(copyOf(value[index], depth + 1, copies));
    return list;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && depth > 0) return value;
  const fields: Fields = {};
  copies.set(value, fields);
  for (const key of Object.keys(value)) {
    setOwn(fields, key, copyOf(fieldOf(value as Fields, key), depth + 1, copies));
  }
  return fields;
}

function fieldOf(fields: Fields, key: string): unknown {
  try {
    return fields[key];
  } catch {
    return UNREADABLE;
  }
}
