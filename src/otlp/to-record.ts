import types from 'node:util/types';
/** What is no map (a list, a text, bytes) becomes one with the key `value`: nothing is lost. */
export function toRecord(value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  const isRecord =
    typeof value === 'object' && !Array.isArray(value) && !types.isUint8Array(value) && !types.isDate(value);
  return isRecord ? (value as Record<string, unknown>) : { value };
}
