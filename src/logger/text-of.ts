import { bigintText } from '../otlp/values/bigint-text.ts';

/** Items of a list that is written out, as `String` does. */
const MAX_ITEMS = 100;

/**
 * A value that an option wants as text. Lists of lists are told by their kind: `String` would write out every level,
 * and a list as often as it stands somewhere, which doubles at each level.
 */
export function textOf(value: unknown): string {
  if (typeof value === 'bigint') return bigintText(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return isNested(value) ? Object.prototype.toString.call(value) : String(value);
}

function isNested(value: object): boolean {
  if (!Array.isArray(value)) return ArrayBuffer.isView(value) && value.byteLength > MAX_ITEMS;
  return value.length > MAX_ITEMS || value.some((item) => typeof item === 'object' && item !== null);
}
