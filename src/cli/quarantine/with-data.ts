import { isDeepStrictEqual } from 'node:util';
import type { AnyValue, KeyValue } from '../../otlp/any-value.ts';
import { attributeName } from '../../otlp/attribute-name.ts';
import { DATA, EVENT } from '../../otlp/event-attributes.ts';

type Data = Readonly<Record<string, unknown>>;

/** The schema that an event has passed. */
export interface Passed {
  readonly schemaId: string;
  readonly version: string;
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
  for (const key of changed) result = withEntry(result, key, ownValue(after, key));
  if (passed === undefined) return result;
  const schema = [
    [EVENT.schemaId, passed.schemaId],
    [EVENT.schemaVersion, passed.version],
  ] as const;
  return schema.reduce((list, [key, text]) => replaced(list, key, { stringValue: text }), result);
}

/** Not what any object has, such as `constructor`. */
function ownValue(data: Data, key: string): unknown {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

/** Keys beyond the attribute limit are in a map, and stay in it. */
function withEntry(attributes: readonly KeyValue[], key: string, value: unknown): KeyValue[] {
  const any = value === undefined ? undefined : anyValueOf(value);
  const spilled = attributes.find((each) => each.key === DATA)?.value?.kvlistValue?.values;
  if (spilled?.some((each) => each.key === key) === true) {
    return replaced(attributes, DATA, { kvlistValue: { values: replaced(spilled, key, any) } });
  }
  return replaced(attributes, attributeName(key), any);
}

function replaced(list: readonly KeyValue[], key: string, value: AnyValue | undefined): KeyValue[] {
  const entry = value === undefined ? [] : [{ key, value }];
  const at = list.findIndex((each) => each.key === key);
  if (at < 0) return [...list, ...entry];
  return [...list.slice(0, at), ...entry, ...list.slice(at + 1)];
}

function anyValueOf(value: unknown): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && !Object.is(value, -0)
      ? { intValue: String(value) }
      : { doubleValue: value };
  }
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (value instanceof Date) return { stringValue: value.toISOString() };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValueOf) } };
  if (typeof value !== 'object' || value === null) return {};
  const values = Object.entries(value).map(([key, each]) => ({ key, value: anyValueOf(each) }));
  return { kvlistValue: { values } };
}
