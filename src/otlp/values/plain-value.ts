import { type AnyValue, exactInteger, type KeyValue } from './any-value.ts';
import type { AttributeMap, AttributeValue } from './attribute-value.ts';
import { setOwn } from './set-own.ts';

/**
 * A value as JSON can hold it without loss: bytes as base64, and as text the integers and doubles that a number
 * of JSON cannot be.
 */
export function plainValue(value: AnyValue = {}): AttributeValue {
  if (value.intValue !== undefined) return exactInteger(value.intValue);
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plainValue);
  if (value.kvlistValue !== undefined) return plainMap(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null;
}

/** Attributes as an object. */
export function plainMap(attributes: readonly KeyValue[] = []): AttributeMap {
  const map: Record<string, AttributeValue> = {};
  for (const { key = '', value } of attributes) setOwn(map, key, plainValue(value));
  return map;
}
