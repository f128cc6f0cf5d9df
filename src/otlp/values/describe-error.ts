import types from 'node:util/types';
import { DATA_PREFIX } from './event-attributes.ts';
import { fieldOf } from './field-of.ts';

/** Further prototypes are not looked at: a proxy may have new ones without end. */
const MAX_PROTOTYPES = 16;

/** Where an error names others: not enumerable if a built-in class has set them. A cause may be inherited. */
const LINKS: ReadonlySet<string> = new Set(['cause', 'errors', 'error', 'suppressed']);

/** Whether a value is an error, of whatever realm. */
export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return types.isNativeError(value) || ('message' in value && hasErrorPrototype(value));
  } catch {
    return false;
  }
}

/** As of errors that a constructor from before `class` makes, and of a `DOMException`. */
function hasErrorPrototype(value: object): boolean {
  let prototype: unknown = Object.getPrototypeOf(value);
  for (let left = MAX_PROTOTYPES; left > 0 && typeof prototype === 'object' && prototype !== null; left--) {
    if (prototype === Error.prototype || isForeignErrorPrototype(prototype)) return true;
    prototype = Object.getPrototypeOf(prototype);
  }
  return false;
}

function isForeignErrorPrototype(prototype: object): boolean {
  if (!Object.hasOwn(prototype, 'constructor')) return false;
  const { constructor: maker } = prototype;
  const isOne = typeof maker === 'function' && (maker.name === 'Error' || maker.name === 'DOMException');
  return isOne && maker.prototype === prototype;
}

/**
 * An error as data. What every error has keeps its name and comes first; a field of the error's own that has such a
 * name takes the prefix of reserved names. What may be large comes last: that is what is cut.
 */
export function describeError(error: Error): object {
  const described: Record<string, unknown> = Object.create(null);
  const stacktrace = fieldOf(error, 'stack');
  described.type = fieldOf(error, 'name');
  described.message = fieldOf(error, 'message');
  for (const key of Object.keys(error)) {
    const value = LINKS.has(key) ? undefined : fieldOf(error, key);
    if (value === described[key] || value === undefined) continue;
    described[Object.hasOwn(described, key) || key === 'stacktrace' ? DATA_PREFIX + key : key] = value;
  }
  described.stacktrace = stacktrace;
  for (const key of LINKS)
    if (key === 'cause' || Object.hasOwn(error, key)) described[key] = fieldOf(error, key);
  return described;
}
