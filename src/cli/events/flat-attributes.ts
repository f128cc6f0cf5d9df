import { isPlainObject } from '../../is-plain-object.ts';

/** Attributes by the names that queries use: maps in them by points, lists as JSON. */
export function flatAttributes(
  attributes: Readonly<Record<string, unknown>>,
): [name: string, text: string][] {
  return Object.entries(attributes).flatMap(([name, value]) => flat(name, value));
}

function flat(name: string, value: unknown): [string, string][] {
  if (isPlainObject(value)) {
    const inside = Object.entries(value).flatMap(([key, one]) => flat(`${name}.${key}`, one));
    return inside.length > 0 ? inside : [[name, '{}']];
  }
  return [[name, typeof value === 'string' ? value : JSON.stringify(value)]];
}
