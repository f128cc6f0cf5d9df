import { hash } from 'node:crypto';
import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import { type Entries, fieldOfEntries, keyOf, keyValue, NO_ENTRIES } from '../otlp/wire/entries.ts';
import type { AttributeAction } from './config/attribute-actions.ts';
import { bodyText, fromAnyValue, toAnyValue } from './ottl/convert-value.ts';
import type { Draft } from './ottl/row.ts';

const LIST = 'attributes';
const MAX_INT = 2n ** 63n;

/** Carries out actions on the attributes of a message, in their order. */
export function applyActions(draft: Draft, actions: readonly AttributeAction[]): void {
  for (const action of actions) apply(draft, action);
}

function apply(draft: Draft, given: AttributeAction): void {
  const { action, key, pattern } = given;
  switch (action) {
    case 'insert':
    case 'update':
    case 'upsert': {
      const isThere = draft.entry(LIST, key) !== undefined;
      if (action === (isThere ? 'insert' : 'update')) return;
      const value = sourceOf(draft, given);
      if (value !== undefined) draft.putEntry(LIST, key, value);
      return;
    }
    case 'delete':
      if (pattern === undefined) draft.removeEntries(LIST, key);
      else removeMeant(draft, given);
      return;
    case 'hash':
      change(draft, given, hashed);
      return;
    case 'extract':
      extract(draft, given);
      return;
    case 'convert':
      change(draft, given, (value) => converted(value, given.convertedType));
  }
}

function entriesOf(draft: Draft): Entries {
  return (draft.get(LIST) as OtlpObject[] | undefined) ?? NO_ENTRIES;
}

function setEntries(draft: Draft, entries: Entries): void {
  draft.set(LIST, fieldOfEntries(entries));
}

function removeMeant(draft: Draft, given: AttributeAction): void {
  const before = entriesOf(draft);
  const left = before.filter((entry) => !isMeant(entry, given));
  if (left.length < before.length) setEntries(draft, left);
}

function isMeant(entry: OtlpObject, { key, pattern }: AttributeAction): boolean {
  const name = keyOf(entry);
  return name === key || pattern?.test(name) === true;
}

function sourceOf(
  draft: Draft,
  { value, fromAttribute, defaultValue }: AttributeAction,
): OtlpObject | undefined {
  if (value !== undefined) return value;
  const found = fromAttribute === undefined ? undefined : draft.entry(LIST, fromAttribute);
  return found ?? defaultValue;
}

function change(draft: Draft, given: AttributeAction, make: (value: OtlpObject) => OtlpObject): void {
  if (given.pattern === undefined) {
    draft.changeEntries(LIST, given.key, make);
    return;
  }
  const before = entriesOf(draft);
  if (!before.some((entry) => isMeant(entry, given))) return;
  const changed = (entry: OtlpObject) => keyValue(keyOf(entry), make(entry.value as OtlpObject));
  setEntries(
    draft,
    before.map((entry) => (isMeant(entry, given) ? changed(entry) : entry)),
  );
}

/** The SHA-256 of the bytes that Go has of a value; lists, maps and bytes become empty. */
function hashed(message: OtlpObject): OtlpObject {
  const value = fromAnyValue(message);
  if (typeof value === 'string') return { stringValue: hashOf(value) };
  const bytes = Buffer.alloc(8);
  if (typeof value === 'bigint') bytes.writeBigInt64LE(value);
  else if (typeof value === 'number') bytes.writeDoubleLE(value);
  else if (typeof value !== 'boolean') return { stringValue: '' };
  return { stringValue: sha256(typeof value === 'boolean' ? Uint8Array.of(value ? 1 : 0) : bytes) };
}

/** So many hashes of texts that are no longer than this are kept. */
const [MAX_HASHES, MAX_HASHED_UNITS] = [1_000, 64];
const hashes = new Map<string, string>();

/** What is hashed is who somebody is, and whoever it is comes again soon: to look it up takes a tenth of the time. */
function hashOf(text: string): string {
  const known = hashes.get(text);
  if (known !== undefined) return known;
  const made = sha256(text);
  if (text.length > MAX_HASHED_UNITS) return made;
  if (hashes.size >= MAX_HASHES) hashes.clear();
  hashes.set(text, made);
  return made;
}

/** At once: an object for it takes three times as long. */
function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

function extract(draft: Draft, { key, pattern }: AttributeAction): void {
  const text = draft.entry(LIST, key)?.stringValue;
  const groups = typeof text === 'string' ? pattern?.groups(text) : undefined;
  if (groups === undefined) return;
  for (const [number, name] of (pattern?.names ?? []).entries()) {
    if (name !== undefined) draft.putEntry(LIST, name, { stringValue: groups[number] ?? '' });
  }
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
