/**
 * What stands for an object that is not read field by field: text, bytes (`Uint8Array`), a list or a record
 * without prototype. The object itself when there is nothing special about it.
 */
export function standIn(value: object): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Error) return describeError(value);
  if (ArrayBuffer.isView(value)) return bytesOf(value);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value);
  if (value instanceof Map) return recordOf(value);
  if (value instanceof Set) return [...value];
  if (value instanceof URL || value instanceof RegExp) return String(value);
  if (value instanceof Number) return Number.prototype.valueOf.call(value);
  if (value instanceof String) return String.prototype.valueOf.call(value);
  if (value instanceof Boolean) return Boolean.prototype.valueOf.call(value);
  return value;
}

/** An error as data: its own fields come first, so that a `code` or `status` is not lost. */
function describeError(error: Error): object {
  const { name: type, message, stack: stacktrace, cause } = error;
  return { ...error, type, message, stacktrace, cause };
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Without a prototype, so that a key `__proto__` is a key like any other. */
function recordOf(map: ReadonlyMap<unknown, unknown>): object {
  const record: Record<string, unknown> = Object.create(null);
  for (const [key, item] of map) record[String(key)] = item;
  return record;
}
