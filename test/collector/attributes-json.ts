import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';

/** Attributes of OTLP from plain JSON, as documents show them; a number without a fraction is an int. */
export function toAttributes(plain: object): OtlpObject[] {
  return Object.entries(plain).map(([key, value]) => ({ key, value: toValue(value) }));
}

export function toValue(plain: unknown): OtlpObject {
  if (plain === null) return {};
  if (typeof plain === 'string') return { stringValue: plain };
  if (typeof plain === 'boolean') return { boolValue: plain };
  if (typeof plain === 'number')
    return Number.isInteger(plain) ? { intValue: String(plain) } : { doubleValue: plain };
  if (Array.isArray(plain)) return { arrayValue: { values: plain.map(toValue) } };
  return { kvlistValue: { values: toAttributes(plain as object) } };
}

/** Plain JSON from attributes of OTLP. */
export function fromAttributes(attributes: readonly OtlpObject[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, fromValue(value as OtlpObject)]));
}

function fromValue(value: OtlpObject): unknown {
  if (value.kvlistValue !== undefined) return fromAttributes(valuesIn(value.kvlistValue));
  if (value.arrayValue !== undefined) return valuesIn(value.arrayValue).map(fromValue);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue;
}

function valuesIn(message: unknown): OtlpObject[] {
  return (message as { values?: OtlpObject[] }).values ?? [];
}
