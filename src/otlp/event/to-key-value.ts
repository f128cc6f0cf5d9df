import type { KeyValue } from '../values/any-value.ts';
import { KeyCache } from '../values/key-cache.ts';
import { decodeProtobuf } from '../wire/decode-protobuf.ts';
import { ENTRIES } from '../wire/messages.ts';
import { type Encoding, encodeWith } from './encode-with.ts';

interface Entry {
  readonly key: string;
  readonly value: unknown;
}

/** The tag of an entry in `KeyValueList`. */
const ENTRY = 0x0a;
const KEYS = new KeyCache();

const ENCODING: Encoding<Entry> = {
  write: (writer, { key, value }) => void writer.field(ENTRY, KEYS, key, value),
  copy: (copier, { key, value }) => ({ key, value: copier.copy(value) }),
};

/**
 * A JavaScript value as the attribute that it becomes in an event, decoded.
 * @returns undefined for what is left out: `undefined` and functions
 */
export function toKeyValue(key: string, value: unknown): KeyValue | undefined {
  const bytes = encodeWith(ENCODING, { key, value }, Number.POSITIVE_INFINITY);
  const [entry] = (decodeProtobuf(ENTRIES, bytes).values ?? []) as KeyValue[];
  return entry;
}
