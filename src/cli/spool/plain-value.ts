import type { AttributeMap, AttributeValue } from '../../otlp/attribute-value.ts';

/** A value of decoded OTLP. */
export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number | string;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}

/** An attribute of decoded OTLP. */
export interface KeyValue {
  readonly key?: string;
  readonly value?: AnyValue;
}

/**
 * A value as JSON can hold it without loss: bytes as base64, and as text the integers and doubles that a number
 * of JSON cannot be.
 */
export function plainValue(value: AnyValue = {}): AttributeValue {
  if (value.intValue !== undefined) {
    return Number.isSafeInteger(Number(value.intValue)) ? Number(value.intValue) : value.intValue;
  }
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plainValue);
  if (value.kvlistValue !== undefined) return plainMap(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? null;
}

/** Attributes as an object. */
export function plainMap(attributes: readonly KeyValue[] = []): AttributeMap {
  return Object.fromEntries(attributes.map(({ key = '', value }) => [key, plainValue(value)]));
}
