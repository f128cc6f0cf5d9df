import { ProtobufReader } from '../../otlp/wire/protobuf-reader.ts';
import type { Header } from '../../spool/log/definitions.ts';

/** A request of one scope, taken apart as a spool keeps it. */
export interface SplitRequest {
  readonly header: Header;
  /** The `log_records` or `spans` fields, tag and length included; nearly always one. */
  readonly fields: readonly Uint8Array[];
}

const RESOURCE_ITEMS = 0x0a;
const SCOPE_ITEMS = 0x12;
const RECORDS = 0x12;

/**
 * Takes apart an export request as a dead letter has it: one resource, one scope, one record or those of a batch.
 * @returns undefined for bytes that are not such a request
 */
export function splitRequest(request: Uint8Array): SplitRequest | undefined {
  try {
    const [resourceItem, ...others] = fieldsOf(request);
    if (resourceItem?.tag !== RESOURCE_ITEMS || others.length > 0) return undefined;
    const [scopeItems, resource] = separate(fieldsOf(resourceItem.content), SCOPE_ITEMS);
    const [scopeItem] = scopeItems;
    if (scopeItem === undefined || scopeItems.length > 1) return undefined;
    const [records, scope] = separate(fieldsOf(scopeItem.content), RECORDS);
    return records.length === 0
      ? undefined
      : { header: { resource, scope }, fields: records.map(({ whole }) => whole) };
  } catch {
    return undefined;
  }
}

interface WireField {
  readonly tag: number;
  /** Tag and length included. */
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

/** @throws for bytes that are no such fields: all fields around a record are length-delimited */
function fieldsOf(bytes: Uint8Array): WireField[] {
  const reader = new ProtobufReader(bytes);
  const fields: WireField[] = [];
  while (reader.position < reader.end) {
    const start = reader.position;
    const tag = reader.tag();
    if ((tag & 7) !== 2) throw new Error('not length-delimited');
    const length = reader.length();
    const end = reader.position + length;
    fields.push({ tag, whole: bytes.subarray(start, end), content: bytes.subarray(reader.position, end) });
    reader.position = end;
  }
  return fields;
}

/** @returns the fields with `tag`, and the bytes of the others */
function separate(fields: readonly WireField[], tag: number): [readonly WireField[], Uint8Array] {
  const others = fields.filter((field) => field.tag !== tag);
  return [fields.filter((field) => field.tag === tag), Buffer.concat(others.map(({ whole }) => whole))];
}
