import { isDeepStrictEqual } from '../node-util.ts';
import { attributeName } from '../otlp/event/attribute-name.ts';
import { toKeyValue } from '../otlp/event/to-key-value.ts';
import type { AnyValue, KeyValue } from '../otlp/values/any-value.ts';
import { DATA, EVENT } from '../otlp/values/event-attributes.ts';

type Data = Readonly<Record<string, unknown>>;

/** The schema that an event has passed. */
export interface Passed {
  readonly schemaId: string;
  readonly version: string;
  readonly versionNumber?: number | undefined;
}

/**
 * The attributes of a record whose data has become other data, as far as it has: what is the same stays bit for
 * bit. What was wrong with it goes.
 * @param passed - undefined leaves the schema as it is
 */
export function withData(
  attributes: readonly KeyValue[],
  before: Data,
  after: Data,
  passed: Passed | undefined,
): KeyValue[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = keys.filter((key) => !isDeepStrictEqual(ownValue(before, key), ownValue(after, key)));
  let result = attributes.filter(({ key }) => key !== EVENT.schemaIssues);
  for (const key of changed) result = withEntry(result, key, before, after);
  if (passed === undefined) return result;
  const { schemaId, version, versionNumber } = passed;
  const schema = [
    [EVENT.schemaId, schemaId],
    [EVENT.schemaVersion, version],
    [EVENT.schemaVersionNumber, versionNumber],
  ] as const;
  return schema.reduce((list, [key, value]) => replaced(list, key, toKeyValue(key, value)?.value), result);
}

/** Not what any object has, such as `constructor`. */
function ownValue(data: Data, key: string): unknown {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

/** Keys beyond the attribute limit are in a map, and stay in it. */
function withEntry(attributes: readonly KeyValue[], key: string, before: Data, after: Data): KeyValue[] {
  const spilled = entryOf(attributes, DATA)?.value?.kvlistValue?.values;
  if (spilled !== undefined && entryOf(spilled, key) !== undefined) {
    const values = replaced(spilled, key, valueFor(spilled, key, key, before, after));
    return replaced(attributes, DATA, { kvlistValue: { values } });
  }
  const kept = entryOf(attributes, EVENT.kept)?.value?.arrayValue?.values ?? [];
  const name = kept.some(({ stringValue }) => stringValue === key) ? key : attributeName(key);
  return replaced(attributes, name, valueFor(attributes, name, key, before, after));
}

/** @param name - of the field in the list; `key` is the one in the data */
function valueFor(
  list: readonly KeyValue[],
  name: string,
  key: string,
  before: Data,
  after: Data,
): AnyValue | undefined {
  return changedValue(entryOf(list, name)?.value, ownValue(before, key), ownValue(after, key));
}

/** What is the same inside it stays as it was: an integer beyond 2^53 is read as text. */
function changedValue(any: AnyValue | undefined, before: unknown, after: unknown): AnyValue | undefined {
  if (any !== undefined && isDeepStrictEqual(before, after)) return any;
  if (any?.arrayValue !== undefined && Array.isArray(before) && Array.isArray(after)) {
    const { values = [] } = any.arrayValue;
    return {
      arrayValue: { values: after.map((item, at) => changedValue(values[at], before[at], item) ?? {}) },
    };
  }
  if (any?.kvlistValue !== undefined && isMap(before) && isMap(after)) {
    const { values: old = [] } = any.kvlistValue;
    const values = Object.keys(after).reduce<KeyValue[]>(
      (list, key) => replaced(list, key, valueFor(old, key, key, before, after)),
      [],
    );
    return { kvlistValue: { values } };
  }
  const entry = toKeyValue('', after);
  return entry === undefined ? undefined : (entry.value ?? {});
}

function isMap(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** An empty key is left out of a decoded entry. */
function entryOf(list: readonly KeyValue[], wanted: string): KeyValue | undefined {
  return list.find(({ key = '' }) => key === wanted);
}

function replaced(list: readonly KeyValue[], key: string, value: AnyValue | undefined): KeyValue[] {
  const entry = value === undefined ? [] : [key === '' ? { value } : { key, value }];
  const at = list.findIndex((each) => (each.key ?? '') === key);
  if (at < 0) return [...list, ...entry];
  return [...list.slice(0, at), ...entry, ...list.slice(at + 1)];
}
