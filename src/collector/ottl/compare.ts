import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { keyOf } from '../../otlp/wire/entries.ts';
import { fromAnyValue } from './convert-value.ts';
import { Duration, Identifier, Instant, OttlList, OttlMap, type Value } from './value.ts';

export const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const;
export type Comparison = (typeof COMPARISONS)[number];

/**
 * Compares two values: numbers with each other, all else only with its like. What cannot be compared is unequal, and
 * neither less nor more.
 * @see OTTL's LANGUAGE.md, "Comparison Rules"
 */
export function compare(left: Value, operator: Comparison, right: Value): boolean {
  const order = orderOf(left, right);
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Less than, equal to or more than 0; NaN for what has no order and is not equal. */
function orderOf(left: Value, right: Value): number {
  if (typeof left === 'string') return typeof right === 'string' ? textOrder(left, right) : Number.NaN;
  if (typeof left === 'bigint' && typeof right === 'bigint') return plainOrder(left, right);
  if (isNumber(left)) return isNumber(right) ? plainOrder(Number(left), Number(right)) : Number.NaN;
  if (isNil(left) || isNil(right)) return isNil(left) && isNil(right) ? 0 : Number.NaN;
  if (typeof left === 'boolean')
    return typeof right === 'boolean' ? Number(left) - Number(right) : Number.NaN;
  if (left instanceof Uint8Array)
    return right instanceof Uint8Array ? Buffer.compare(left, right) : Number.NaN;
  if (left instanceof Instant && right instanceof Instant) return plainOrder(left.unixNano, right.unixNano);
  if (left instanceof Duration && right instanceof Duration)
    return plainOrder(left.nanoseconds, right.nanoseconds);
  return isEqual(left, right) ? 0 : Number.NaN;
}

/** No bytes are nil too: in the OpenTelemetry Collector they are a slice that is nil. */
function isNil(value: Value): boolean {
  return value === undefined || (value instanceof Uint8Array && value.length === 0);
}

function isNumber(value: Value): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}

function plainOrder<T extends bigint | number>(left: T, right: T): number {
  if (left === right) return 0;
  if (left < right) return -1;
  return left > right ? 1 : Number.NaN;
}

/** Go compares bytes. Code units have the same order, but for characters beyond 16 bits. */
function textOrder(left: string, right: string): number {
  if (left === right) return 0;
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function isEqual(left: Value, right: Value): boolean {
  if (left instanceof Identifier) return right instanceof Identifier && left.hex === right.hex;
  if (left instanceof OttlList) return right instanceof OttlList && areEqualItems(left.items, right.items);
  return left instanceof OttlMap && right instanceof OttlMap && areEqualMaps(left, right);
}

function areEqualItems(left: readonly OtlpObject[], right: readonly OtlpObject[]): boolean {
  return (
    left.length === right.length &&
    left.every((item, index) => isSame(fromAnyValue(item), fromAnyValue(right[index] as OtlpObject)))
  );
}

function areEqualMaps(left: OttlMap, right: OttlMap): boolean {
  if (left.entries.length !== right.entries.length) return false;
  const byKey = new Map(right.entries.map((entry) => [keyOf(entry), entry.value as OtlpObject]));
  return left.entries.every((entry) => {
    const other = byKey.get(keyOf(entry));
    return other !== undefined && isSame(fromAnyValue(entry.value as OtlpObject), fromAnyValue(other));
  });
}

/** Inside lists and maps an int is never a float. */
function isSame(left: Value, right: Value): boolean {
  return typeof left === typeof right && orderOf(left, right) === 0;
}
