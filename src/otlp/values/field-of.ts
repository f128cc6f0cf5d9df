/** Stands for what cannot be read: a getter, a trap or a `toString` of the caller's threw. */
export const UNREADABLE = '[Unreadable]';

/** A field of a caller's object; a text instead of what throws. */
export function fieldOf(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return UNREADABLE;
  }
}
