import { hash } from 'node:crypto';
import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import { type Entries, findEntry, keyOf, keyValue, putEntry } from '../otlp/wire/entries.ts';
import type { AttributeAction } from './config/attribute-actions.ts';
import { bodyText, fromAnyValue, toAnyValue } from './ottl/convert-value.ts';
import type { Draft } from './ottl/row.ts';

const NO_ENTRIES: Entries = [];
const MAX_INT = 2n ** 63n;

/** Carries out actions on the attributes of a message, in their order. */
export function applyActions(draft: Draft, actions: readonly AttributeAction[]): void {
  const before = (draft.get('attributes') as OtlpObject[] | undefined) ?? NO_ENTRIES;
  const after = actions.reduce(apply, before);
  if (after !== before) draft.set('attributes', after.length === 0 ? undefined : (after as OtlpObject[]));
}

/** @returns the same entries if the action changes none */
function apply(entries: Entries, given: AttributeAction): Entries {
  const { action, key, pattern } = given;
  switch (action) {
    case 'insert':
    case 'update':
    case 'upsert': {
      const isThere = findEntry(entries, key) !== undefined;
      if (action === (isThere ? 'insert' : 'update')) return entries;
      const value = sourceOf(entries, given);
      return value === undefined ? entries : putEntry(entries, key, value);
    }
    case 'delete': {
      const left = entries.filter((entry) => !(keyOf(entry) === key || pattern?.test(keyOf(entry))));
      return left.length === entries.length ? entries : left;
    }
    case 'hash':
      return changed(entries, (name) => name === key || pattern?.test(name) === true, hashed);
    case 'extract':
      return extracted(entries, given);
    case 'convert':
      return changed(
        entries,
        (name) => name === key,
        (value) => converted(value, given.convertedType),
      );
  }
}

function sourceOf(
  entries: Entries,
  { value, fromAttribute, defaultValue }: AttributeAction,
): OtlpObject | undefined {
  if (value !== undefined) return value;
  const found = fromAttribute === undefined ? undefined : findEntry(entries, fromAttribute);
  return (found?.value as OtlpObject | undefined) ?? defaultValue;
}

function changed(
  entries: Entries,
  isMeant: (key: string) => boolean,
  change: (value: OtlpObject) => OtlpObject,
): Entries {
  if (!entries.some((entry) => isMeant(keyOf(entry)))) return entries;
  return entries.map((entry) => {
    const key = keyOf(entry);
    return isMeant(key) ? keyValue(key, change(entry.value as OtlpObject)) : entry;
  });
}

/** The SHA-256 of the bytes that Go has of a value; lists, maps and bytes become empty. */
function hashed(message: OtlpObject): OtlpObject {
  const value = fromAnyValue(message);
  if (typeof value === 'string') return { stringValue: sha256(value) };
  const bytes = Buffer.alloc(8);
  if (typeof value === 'bigint') bytes.writeBigInt64LE(value);
  else if (typeof value === 'number') bytes.writeDoubleLE(value);
  else if (typeof value !== 'boolean') return { stringValue: '' };
  return { stringValue: sha256(typeof value === 'boolean' ? Uint8Array.of(value ? 1 : 0) : bytes) };
}

/** At once: an object for it takes three times as long. */
function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

function extracted(entries: Entries, { key, pattern }: AttributeAction): Entries {
  const text = (findEntry(entries, key)?.value as OtlpObject | undefined)?.stringValue;
  const groups = typeof text === 'string' ? pattern?.groups(text) : undefined;
  if (groups === undefined) return entries;
  return (pattern?.names ?? []).reduce<Entries>(
    (after, name, number) =>
      name === undefined ? after : putEntry(after, name, { stringValue: groups[number] ?? '' }),
    entries,
  );
}

/** What cannot be converted stays as it is. */
function converted(message: OtlpObject, type: AttributeAction['convertedType']): OtlpObject {
  const value = fromAnyValue(message);
  if (type === 'string')
    return message.stringValue === undefined ? { stringValue: bodyText(message) } : message;
  if (typeof value === 'boolean')
    return type === 'int' ? { intValue: value ? '1' : '0' } : { doubleValue: Number(value) };
  if (type === 'int') {
    if (typeof value === 'number' && Number.isFinite(value))
      return toAnyValue(BigInt.asIntN(64, BigInt(Math.trunc(value))));
    if (typeof value !== 'string' || !/^[+-]?\d{1,19}$/.test(value)) return message;
    const parsed = BigInt(value.replace(/^\+/, ''));
    return parsed >= -MAX_INT && parsed < MAX_INT ? toAnyValue(parsed) : message;
  }
  if (typeof value === 'bigint') return toAnyValue(Number(value));
  const isNumber = typeof value === 'string' && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value);
  return isNumber && Number.isFinite(Number(value)) ? toAnyValue(Number(value)) : message;
}
