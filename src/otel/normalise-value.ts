import { MAX_DEPTH, MAX_EVENT_BYTES } from '../event.ts';
import type { AttributeValue } from '../otlp/attribute-value.ts';
import { bigintText } from '../otlp/bigint-text.ts';
import { standIn, UNREADABLE } from '../otlp/stand-in.ts';

/** What one event may still take, and what had to be cut. One for all values of an event. */
export class NormaliseBudget {
  bytesLeft = MAX_EVENT_BYTES;
  /** Values that were cut or left out because of a limit. */
  truncated = 0;
  /** The containers around the value being read: a value that is among them is a cycle. */
  readonly path: object[] = [];
  /**
   * Whether every field is read with a try of its own. The quick way has none: what throws there (a getter,
   * a `toJSON`, a proxy of the caller's) is read again with this.
   */
  readonly careful: boolean;

  constructor(careful = false) {
    this.careful = careful;
  }
}

const TRUNCATED = '[Truncated]';
const CIRCULAR = '[Circular]';

/** Bytes counted for a value beside its text: key and value headers on the wire. */
const OVERHEAD_BYTES = 8;

/**
 * Turns any JavaScript value into one that OTLP can hold, without keeping anything of the caller's. No
 * value makes it throw.
 * @returns undefined for what is left out: `undefined` and functions
 */
export function normaliseValue(value: unknown, budget: NormaliseBudget): AttributeValue | undefined {
  budget.bytesLeft -= OVERHEAD_BYTES;
  switch (typeof value) {
    case 'string':
      return normaliseString(value, budget);
    case 'number':
      return normaliseNumber(value);
    case 'boolean':
      return value;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : normaliseString(bigintText(value), budget);
    case 'symbol':
      return normaliseString(String(value), budget);
    case 'object':
      return value === null ? null : normaliseObject(value, budget);
    default:
      return undefined;
  }
}

function normaliseString(value: string, budget: NormaliseBudget): string {
  if (value.length <= budget.bytesLeft) {
    budget.bytesLeft -= value.length;
    return value;
  }
  budget.truncated++;
  const kept = value.slice(0, Math.max(0, budget.bytesLeft));
  budget.bytesLeft -= kept.length;
  return kept;
}

/**
 * Whole numbers beyond int64 become strings: the JSON exporter of the SDK writes every whole number as
 * int64, and a collector refuses the whole batch for one that does not fit.
 */
function normaliseNumber(value: number): number | string {
  const fits = Number.isFinite(value) && (Math.abs(value) < 2 ** 63 || !Number.isInteger(value));
  return fits ? value : String(value);
}

function normaliseObject(value: object, budget: NormaliseBudget): AttributeValue | undefined {
  const { path } = budget;
  if (path.includes(value)) return CIRCULAR;
  if (path.length >= MAX_DEPTH || budget.bytesLeft <= 0) {
    budget.truncated++;
    return TRUNCATED;
  }
  path.push(value);
  const result = budget.careful ? normaliseReadable(value, budget) : normaliseContainer(value, budget);
  path.pop();
  return result;
}

function normaliseContainer(value: object, budget: NormaliseBudget): AttributeValue | undefined {
  const unusual = normaliseUnusual(value, budget);
  return unusual === NOT_SPECIAL ? normaliseFields(value, budget) : unusual;
}

/** What is not read field by field: lists, dates, maps and such, and objects that say themselves what they are. */
function normaliseUnusual(
  value: object,
  budget: NormaliseBudget,
): AttributeValue | undefined | typeof NOT_SPECIAL {
  if (Array.isArray(value)) return normaliseItems(value, budget);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const special = normaliseSpecial(value, budget);
    if (special !== NOT_SPECIAL) return special;
  }
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON === 'function' ? normaliseValue(toJSON.call(value), budget) : NOT_SPECIAL;
}

function normaliseFields(value: object, budget: NormaliseBudget): AttributeValue {
  const result: Record<string, AttributeValue> = {};
  for (const key in value) {
    if (Object.hasOwn(value, key)) setField(result, key, (value as Record<string, unknown>)[key], budget);
  }
  return result;
}

function setField(
  result: Record<string, AttributeValue>,
  key: string,
  value: unknown,
  budget: NormaliseBudget,
): void {
  if (budget.bytesLeft <= 0) {
    budget.truncated++;
    return;
  }
  const normal = normaliseValue(value, budget);
  if (normal === undefined) return;
  budget.bytesLeft -= key.length;
  setOwn(result, key, normal, budget.path.length > 1);
}

/**
 * Sets a field under its own name whatever the name is. Deeper down the SDK copies maps by assignment, where
 * `__proto__` would vanish, and refuses a whole attribute for an own `constructor`: these two names take the
 * prefix there that reserved names take.
 */
function setOwn(
  result: Record<string, AttributeValue>,
  key: string,
  value: AttributeValue,
  nested: boolean,
): void {
  if (key !== '__proto__' && key !== 'constructor') {
    result[key] = value;
  } else if (nested) {
    result[`data.${key}`] = value;
  } else {
    Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
  }
}

function normaliseItems(items: readonly unknown[], budget: NormaliseBudget): AttributeValue[] {
  const result: AttributeValue[] = [];
  // By index: holes count as items that are left out.
  for (let index = 0; index < items.length; index++) {
    if (budget.bytesLeft <= 0) {
      budget.truncated++;
      break;
    }
    // An item that is left out keeps its place, as in JSON.
    result.push(normaliseValue(items[index], budget) ?? null);
  }
  return result;
}

const NOT_SPECIAL = Symbol('not special');

function normaliseSpecial(
  value: object,
  budget: NormaliseBudget,
): AttributeValue | undefined | typeof NOT_SPECIAL {
  const plain = standIn(value);
  if (plain instanceof Uint8Array) return copyBytes(plain, budget);
  if (plain === value) return NOT_SPECIAL;
  if (typeof plain !== 'object' || plain === null) return normaliseValue(plain, budget);
  return Array.isArray(plain) ? normaliseItems(plain, budget) : normaliseFields(plain, budget);
}

function copyBytes(bytes: Uint8Array, budget: NormaliseBudget): Uint8Array {
  const kept = Math.min(bytes.length, Math.max(0, budget.bytesLeft));
  if (kept < bytes.length) budget.truncated++;
  budget.bytesLeft -= kept;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, kept).slice();
}

function normaliseReadable(value: object, budget: NormaliseBudget): AttributeValue | undefined {
  const depth = budget.path.length;
  try {
    const unusual = normaliseUnusual(value, budget);
    if (unusual !== NOT_SPECIAL) return unusual;
  } catch {
    // Its `toJSON` threw, or a trap of a proxy: its fields may still be readable.
    budget.path.length = depth;
  }
  try {
    const result: Record<string, AttributeValue> = {};
    for (const key of Object.keys(value)) setReadable(result, value, key, budget);
    return result;
  } catch {
    // Not even its keys can be read.
    budget.path.length = depth;
    return UNREADABLE;
  }
}

function setReadable(
  result: Record<string, AttributeValue>,
  value: object,
  key: string,
  budget: NormaliseBudget,
): void {
  const depth = budget.path.length;
  try {
    setField(result, key, (value as Record<string, unknown>)[key], budget);
  } catch {
    budget.path.length = depth;
    setOwn(result, key, UNREADABLE, depth > 1);
  }
}
