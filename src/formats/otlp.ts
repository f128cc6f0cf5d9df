import type { EventRecord } from '../otlp/event/event-record.ts';
import { encodeEnvelope, toRequest } from '../otlp/sdk/encode-envelope.ts';
import { encodeRecord, type ReadableRecord } from '../otlp/sdk/encode-readable.ts';
import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';

const NANOS_PER_SECOND = 1_000_000_000n;

/**
 * Renders a record as OTLP/JSON: `{"resourceLogs":[…]}` with this one record in it.
 * @see OTLP specification, "JSON Protobuf Encoding"
 */
export function otlp(record: EventRecord): OtlpObject {
  const envelope = encodeEnvelope(record.resource, record.scope);
  const bytes = toRequest(envelope, [encodeRecord(readable(record))]);
  return OtlpRequest.of({ signal: 'logs', encoding: 'protobuf', bytes, count: 1 }).decoded();
}

function readable({ traceId, spanId, flags, ...record }: EventRecord): ReadableRecord {
  return {
    hrTime: timeOf(record.timeUnixNano),
    hrTimeObserved: timeOf(record.observedTimeUnixNano),
    severityNumber: record.severityNumber,
    eventName: record.eventName,
    body: record.body,
    attributes: record.attributes,
    droppedAttributesCount: 0,
    spanContext:
      traceId === undefined || spanId === undefined ? undefined : { traceId, spanId, traceFlags: flags },
  };
}

function timeOf(unixNano: bigint): readonly [number, number] {
  return [Number(unixNano / NANOS_PER_SECOND), Number(unixNano % NANOS_PER_SECOND)];
}
