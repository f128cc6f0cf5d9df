import types from 'node:util/types';

/** What kind of value it is, in words, without what it holds. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (isList(value)) return 'an array';
  if (typeof value === 'object') return types.isDate(value) ? 'a date' : 'an object';
  return Number.isNaN(value) ? 'NaN' : `a ${typeof value}`;
}

/** `Array.isArray` throws for a proxy that has been revoked. */
export function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}
