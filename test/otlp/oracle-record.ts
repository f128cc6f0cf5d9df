import { type LogRecord, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { Event } from '../../src/event.ts';
import { toLogRecord } from '../../src/otel/to-log-record.ts';
import { contentOf } from '../../src/otlp/event/event-content.ts';
import { encodeEnvelope, toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { decodeProtobuf, type OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';

type SdkLogRecord = Parameters<LogRecordProcessor['onEmit']>[0];

/** Made beforehand: encoding another thing ends the life of a field. */
const ENVELOPE = encodeEnvelope({ attributes: {} }, { name: 'scope' });

/** The SDK's own record of an event, made by a real provider. */
export function sdkRecord(event: Event, maxAttributes?: number): SdkLogRecord {
  const records: SdkLogRecord[] = [];
  const processor = {
    onEmit: (record: SdkLogRecord) => void records.push(record),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const limits =
    maxAttributes === undefined ? {} : { logRecordLimits: { attributeCountLimit: maxAttributes } };
  const provider = new LoggerProvider({ processors: [processor], ...limits });
  const context = event.span === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, event.span);
  const content = contentOf(event, maxAttributes);
  const record = toLogRecord({ event, context }, content);
  provider.getLogger('scope').emit(record as LogRecord);
  return records[0] as SdkLogRecord;
}

/** What the SDK's serialiser makes of an event, decoded. */
export function oracleRecord(event: Event, maxAttributes?: number): OtlpObject {
  const bytes = ProtobufLogsSerializer.serializeRequest([sdkRecord(event, maxAttributes) as never]);
  return recordIn(bytes as Uint8Array);
}

/** A `log_records` field of ours, decoded. */
export function decodeField(field: Uint8Array): OtlpObject {
  return recordIn(toRequest(ENVELOPE, [field]));
}

function recordIn(request: Uint8Array): OtlpObject {
  const { resourceLogs } = decodeProtobuf(REQUEST.logs, request) as unknown as {
    resourceLogs: { scopeLogs: { logRecords: OtlpObject[] }[] }[];
  };
  return resourceLogs[0]?.scopeLogs[0]?.logRecords[0] as OtlpObject;
}

/** The same record with its attributes by name: an object puts keys like `1` first, the wire does not. */
export function sorted(record: OtlpObject): OtlpObject {
  const attributes = (record.attributes ?? []) as { key?: string }[];
  return {
    ...record,
    attributes: attributes.toSorted(({ key: a = '' }, { key: b = '' }) => (a < b ? -1 : 1)) as never,
  };
}
