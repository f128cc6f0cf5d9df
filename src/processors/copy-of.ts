type Fields = Record<string, unknown>;

/** Deeper than an event is kept. */
const MAX_DEPTH = 64;

/** A copy of plain objects and lists, however deep; what is no plain object is shared. */
export function copyOf(value: unknown, depth = 0, copies = new Map<object, unknown>()): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    copies.set(value, list);
    for (const item of value) list.push(copyOf(item, depth + 1, copies));
    return list;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && depth > 0) return value;
  const fields: Fields = {};
  copies.set(value, fields);
  for (const key of Object.keys(value)) {
    set(fields, key, copyOf(fieldOf(value as Fields, key), depth + 1, copies));
  }
  return fields;
}

function fieldOf(fields: Fields, key: string): unknown {
  try {
    return fields[key];
  } catch {
    return '[Unreadable]';
  }
}

/** As an own field, even if it is called `__proto__`. */
function set(fields: Fields, key: string, value: unknown): void {
  if (key !== '__proto__') fields[key] = value;
  else Object.defineProperty(fields, key, { value, enumerable: true, writable: true, configurable: true });
}
