import { isPlainObject } from '../../../is-plain-object.ts';

/** Attributes by the names that queries use: maps in them by points, lists as they are. */
function flatAttributes(attributes: Readonly<Record<string, unknown>>): [name: string, value: unknown][] {
  return Object.entries(attributes).flatMap(([name, value]) => flat(name, value));
}

/** The same as texts: what is none as JSON. */
export function flatTexts(attributes: Readonly<Record<string, unknown>>): [name: string, text: string][] {
  return flatAttributes(attributes).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}

function flat(name: string, value: unknown): [string, unknown][] {
  if (!isPlainObject(value)) return [[name, value]];
  const inside = Object.entries(value).flatMap(([key, one]) => flat(`${name}.${key}`, one));
  return inside.length > 0 ? inside : [[name, value]];
}
