import { isPlainObject } from '../is-plain-object.ts';
import { isDeepStrictEqual } from '../node-util.ts';

/** A value of a record as JSON has it: bytes are base64, numbers that are none are texts. */
export function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toJson(each)]));
}

/** The other way: what somebody left as {@link toJson} gave it is what it was before. */
export function fromJson(before: unknown, given: unknown): unknown {
  if (isDeepStrictEqual(toJson(before), given)) return before;
  if (Array.isArray(before) && Array.isArray(given))
    return given.map((each, at) => fromJson(before[at], each));
  if (!isPlainObject(before) || !isPlainObject(given)) return given;
  return Object.fromEntries(
    Object.entries(given).map(([key, each]) => [
      key,
      fromJson(Object.hasOwn(before, key) ? (before as Record<string, unknown>)[key] : undefined, each),
    ]),
  );
}
