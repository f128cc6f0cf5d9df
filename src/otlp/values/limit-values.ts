import { firstUnits } from '../../first-units.ts';
import type { AttributeMap, AttributeValue } from './attribute-value.ts';
import { IDENTIFIERS } from './event-attributes.ts';
import { setOwn } from './set-own.ts';

/**
 * Attributes whose texts (in UTF-16 code units) and bytes are at most so long, at any depth. Identifiers of ours stay
 * whole, and no character is torn: an SDK does neither.
 * @see OpenTelemetry specification, "common/#attribute-limits"
 */
export function limitAttributes(attributes: AttributeMap, maxLength: number): AttributeMap {
  const limited: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(attributes)) {
    setOwn(limited, name, IDENTIFIERS.has(name) ? value : limitValue(value, maxLength));
  }
  return limited;
}

/** The same, in the object of an SDK's. */
export function limitInPlace(attributes: unknown, maxLength: number): void {
  if (typeof attributes !== 'object' || attributes === null) return;
  Object.assign(attributes, limitAttributes(attributes as AttributeMap, maxLength));
}

function limitValue(value: AttributeValue, maxLength: number): AttributeValue {
  if (typeof value === 'string') return firstUnits(value, maxLength);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return value.length > maxLength ? value.slice(0, maxLength) : value;
  if (Array.isArray(value)) return value.map((item) => limitValue(item, maxLength));
  const limited: Record<string, AttributeValue> = {};
  for (const [key, item] of Object.entries(value)) setOwn(limited, key, limitValue(item, maxLength));
  return limited;
}
