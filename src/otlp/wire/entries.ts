import type { OtlpObject } from './decode-protobuf.ts';

/** The entries of a map, or the attributes of a message: `KeyValue` messages. Lists of them are never changed. */
export type Entries = readonly OtlpObject[];

/** A `KeyValue` message. */
export function keyValue(key: string, value: OtlpObject): OtlpObject {
  return key === '' ? { value } : { key, value };
}

/** The key of a `KeyValue` message; an empty one is left out there. */
export function keyOf(entry: OtlpObject): string {
  return (entry.key as string | undefined) ?? '';
}

/** The first entry with this key, if there is one. */
export function findEntry(entries: Entries, key: string): OtlpObject | undefined {
  for (const entry of entries) if (entry.key === key) return entry;
  return key === '' ? entries.find((entry) => entry.key === undefined) : undefined;
}

/** The entries with another value of a key: in the place of its first one, or at the end. */
export function putEntry(entries: Entries, key: string, value: OtlpObject): Entries {
  const index = entries.findIndex((entry) => keyOf(entry) === key);
  const entry = keyValue(key, value);
  return index < 0 ? [...entries, entry] : entries.with(index, entry);
}
