import type { AttributeMap, AttributeValue } from '../otlp/values/attribute-value.ts';

/** A map as plain JSON: bytes become base64, everything else stays. */
export function plain(map: AttributeMap): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, plainValue(value)]));
}

/** The same for any value. */
export function plainValue(value: AttributeValue): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plainValue);
  return typeof value === 'object' && value !== null ? plain(value as AttributeMap) : value;
}
