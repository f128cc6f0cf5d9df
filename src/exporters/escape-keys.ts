import { isPlainObject } from '../is-plain-object.ts';
import { bigintText } from '../otlp/values/bigint-text.ts';

/**
 * What MongoDB cannot hold in a key, or takes for an operator: a dot, a dollar sign in front, a null character; and the
 * key by which the driver knows values of its own, which anybody can put into JSON. The percent sign itself goes too,
 * so that all can be undone.
 */
const ESCAPED = /[%.\0]|^\$|^_(?=bsontype$)/g;
const CODES: Readonly<Record<string, string>> = { '%': '%25', '.': '%2E', $: '%24', '\0': '%00', _: '%5F' };
const CODE = /%(?:25|2E|24|00|5F)/g;
const CHARACTERS = new Map(Object.entries(CODES).map(([character, code]) => [code, character]));

/**
 * An object as a document holds it: dots and dollar signs in keys are escaped, at any depth. Bytes, dates and
 * whatever else is no plain object stay as they are.
 */
export function escapeKeys(fields: object): Record<string, unknown> {
  const escaped = mapKeys(fields, (key) =>
    key.replace(ESCAPED, (character) => CODES[character] ?? character),
  );
  return escaped as Record<string, unknown>;
}

/**
 * Undoes what the exporter did to keys: `{ 'a%2Eb': 1 }` is `{ 'a.b': 1 }` again, at any depth. For documents
 * that are read back.
 */
export function unescapeKeys<T>(document: T): T {
  const restored = mapKeys(document, (key) => key.replace(CODE, (code) => CHARACTERS.get(code) ?? code));
  return restored as T;
}

function mapKeys(value: unknown, change: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapKeys(item, change));
  // The driver would cut what does not fit into 64 bits, without a word.
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? value : bigintText(value);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapKeys(item, change)]));
}
