/** What is no map (a list, a text, bytes) becomes one with the key `value`: nothing is lost. */
export function toRecord(value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  const isRecord =
    typeof value === 'object' &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Date);
  return isRecord ? (value as Record<string, unknown>) : { value };
}
