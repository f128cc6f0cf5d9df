import { ProtobufReader } from '../../otlp/protobuf-reader.ts';
import type { Header } from '../../spool/definitions.ts';

/** A request with one record, taken apart as a spool keeps it. */
export interface SplitRequest {
  readonly header: Header;
  /** The `log_records` or `spans` field, tag and length included. */
  readonly field: Uint8Array;
}

const RESOURCE_ITEMS = 0x0a;
const SCOPE_ITEMS = 0x12;
const RECORDS = 0x12;

/**
 * Takes apart an export request as a dead letter has it: one resource, one scope, one record.
 * @returns undefined for bytes that are not such a request
 */
export function splitRequest(request: Uint8Array): SplitRequest | undefined {
  try {
    const [resourceItem, ...others] = fieldsOf(request);
    if (resourceItem?.tag !== RESOURCE_ITEMS || others.length > 0) return undefined;
    const [scopeItem, resource] = separate(fieldsOf(resourceItem.content), SCOPE_ITEMS);
    if (scopeItem === undefined) return undefined;
    const [record, scope] = separate(fieldsOf(scopeItem.content), RECORDS);
    return record === undefined ? undefined : { header: { resource, scope }, field: record.whole };
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

/** @returns the one field with `tag`, if there is just one, and the bytes of the others */
function separate(fields: readonly WireField[], tag: number): [WireField | undefined, Uint8Array] {
  const wanted = fields.filter((field) => field.tag === tag);
  const others = fields.filter((field) => field.tag !== tag);
  return [wanted.length === 1 ? wanted[0] : undefined, Buffer.concat(others.map(({ whole }) => whole))];
}
