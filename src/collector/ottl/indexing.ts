import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { type Entries, findEntry, putEntry } from '../../otlp/wire/entries.ts';
import { fromAnyValue, toAnyValue } from './convert-value.ts';
import { StatementFailure, wrongType } from './failure.ts';
import type { Getter } from './getter.ts';
import type { Row } from './row.ts';
import { OttlList, OttlMap, type Value } from './value.ts';

/** The keys behind a path: each gives a string or an int. */
export type Keys = readonly Getter[];

/** As many as a list may grow by because somebody sets an item far behind its end. */
const MAX_FILL = 10_000;

/** The value of a key of a map; nil if it has none. */
export function entryValue(entries: readonly OtlpObject[], key: string): Value {
  const entry = findEntry(entries, key);
  return entry === undefined ? undefined : fromAnyValue(entry.value as OtlpObject);
}

/**
 * What stands at the keys in a value; nil where a map has no such key.
 * @throws StatementFailure for a key of the wrong type, an index beyond the list, and what has no keys
 */
export function getIn(row: Row, value: Value, keys: Keys): Value {
  let found = value;
  for (const key of keys) {
    if (found instanceof OttlMap) {
      const entry = findEntry(found.entries, textKey(row, key));
      if (entry === undefined) return undefined;
      found = fromAnyValue(entry.value as OtlpObject);
    } else if (found instanceof OttlList) {
      found = fromAnyValue(found.items[indexKey(row, key, found.items.length)] as OtlpObject);
    } else throw wrongType('a map or a list in front of [ ]', found);
  }
  return found;
}

/** What stands at the keys in what a function gave: a key that a map does not have is a failure there. */
export function getInResult(row: Row, value: Value, keys: Keys): Value {
  let found = value;
  for (const key of keys) {
    if (found instanceof OttlMap && findEntry(found.entries, textKey(row, key)) === undefined)
      throw new StatementFailure('the map has no such key');
    found = getIn(row, found, [key]);
  }
  return found;
}

/** A map with another value at the keys; what is missing on the way is made. */
export function setInMap(row: Row, entries: readonly OtlpObject[], keys: Keys, value: Value): Entries {
  const key = firstKey(row, keys);
  const before = (findEntry(entries, key)?.value as OtlpObject | undefined) ?? {};
  return putEntry(entries, key, setIn(row, before, keys.slice(1), value));
}

/** An `AnyValue` message with another value at the keys. @throws StatementFailure */
export function setIn(row: Row, message: OtlpObject, keys: Keys, value: Value): OtlpObject {
  const [key] = keys;
  if (key === undefined) return value === undefined ? message : toAnyValue(value);
  const before = fromAnyValue(message);
  if (before instanceof OttlMap) return toAnyValue(new OttlMap(setInMap(row, before.entries, keys, value)));
  if (before instanceof OttlList) {
    const index = indexKey(row, key, before.items.length);
    const item = setIn(row, before.items[index] as OtlpObject, keys.slice(1), value);
    return toAnyValue(new OttlList(before.items.with(index, item)));
  }
  if (before !== undefined) throw wrongType('a map or a list in front of [ ]', before);
  const given = key(row);
  if (typeof given === 'string') return toAnyValue(new OttlMap(setInMap(row, [], keys, value)));
  if (typeof given !== 'bigint') throw wrongType('a string or an int in [ ]', given);
  if (given < 0 || given > MAX_FILL) throw new StatementFailure('an index beyond the list');
  const fill: OtlpObject[] = Array.from({ length: Number(given) }, () => ({}));
  return toAnyValue(new OttlList([...fill, setIn(row, {}, keys.slice(1), value)]));
}

/** The first of keys in a map. @throws StatementFailure unless it is a string */
export function firstKey(row: Row, keys: Keys): string {
  return textKey(row, keys[0] as Getter);
}

function textKey(row: Row, key: Getter): string {
  const given = key(row);
  if (typeof given !== 'string') throw wrongType('a string as the key of a map', given);
  return given;
}

function indexKey(row: Row, key: Getter, length: number): number {
  const given = key(row);
  if (typeof given !== 'bigint') throw wrongType('an int as the index of a list', given);
  if (given < 0 || given >= length) throw new StatementFailure('an index beyond the list');
  return Number(given);
}
