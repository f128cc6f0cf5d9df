import type { OtlpObject } from './decode-protobuf.ts';

/** The entries of a map, or the attributes of a message: `KeyValue` messages. Lists of them are never changed. */
export type Entries = readonly OtlpObject[];
export const NO_ENTRIES: Entries = [];

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

/** The entries with the value that is made of theirs for all that have this key; the same list if none has. */
export function changeEntries(
  entries: Entries,
  key: string,
  change: (value: OtlpObject) => OtlpObject,
): Entries {
  if (findEntry(entries, key) === undefined) return entries;
  return entries.map((entry) =>
    keyOf(entry) === key ? keyValue(key, change(entry.value as OtlpObject)) : entry,
  );
}

/** The entries without those that have this key; the same list if none has. */
export function removeEntries(entries: Entries, key: string): Entries {
  const left = entries.filter((entry) => keyOf(entry) !== key);
  return left.length === entries.length ? entries : left;
}

/** Entries as a field of a message, which is not there if it has none. */
export function fieldOfEntries(entries: Entries): OtlpObject[] | undefined {
  return entries.length === 0 ? undefined : (entries as OtlpObject[]);
}
