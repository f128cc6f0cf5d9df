import types from 'node:util/types';
import { UNREADABLE } from '../values/field-of.ts';

/** What is no map (a list, a text, bytes) becomes one with the key `value`: nothing is lost. */
export function toRecord(value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  const isRecord =
    typeof value === 'object' && !Array.isArray(value) && !types.isUint8Array(value) && !types.isDate(value);
  return isRecord ? (value as Record<string, unknown>) : { value };
}

/**
 * Whether a value that became a record is no map.
 * @param record - what was made of `value`, by {@link toRecord} or another way
 */
export function isBare(record: object, value: unknown): boolean {
  // What cannot be read may have been a map.
  return record !== value && value !== undefined && value !== null && value !== UNREADABLE;
}
