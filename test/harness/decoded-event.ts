import type { EventRecord } from '../../src/otlp/event/event-record.ts';
import { recordsOf } from '../../src/otlp/event/records-of.ts';
import { encodeEnvelope, toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import type { AttributeMap } from '../../src/otlp/values/attribute-value.ts';

/** Made beforehand: encoding another thing ends the life of a field. */
const ENVELOPE = encodeEnvelope({ attributes: {} }, { name: 'scope' });

/** A `log_records` field, as a function exporter is given it. */
export function decodedRecord(field: Uint8Array): EventRecord {
  const bytes = toRequest(ENVELOPE, [field]);
  return recordsOf({ signal: 'logs', encoding: 'protobuf', bytes, count: 1 })[0] as EventRecord;
}

/** Its attributes. */
export function decoded(field: Uint8Array): AttributeMap {
  return decodedRecord(field).attributes;
}
