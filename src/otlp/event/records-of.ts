import { type AnyValue, exactInteger, type KeyValue } from '../values/any-value.ts';
import type { AttributeMap, AttributeValue } from '../values/attribute-value.ts';
import type { Batch } from '../wire/batch.ts';
import { OtlpRequest } from '../wire/otlp-request.ts';
import type { EventRecord } from './event-record.ts';

/** The shape of decoded OTLP/JSON, as far as it is read here. */
interface LogRecord {
  readonly timeUnixNano?: string;
  readonly observedTimeUnixNano?: string;
  readonly severityNumber?: number;
  readonly eventName?: string;
  readonly body?: AnyValue;
  readonly attributes?: readonly KeyValue[];
  readonly traceId?: string;
  readonly spanId?: string;
  readonly flags?: number;
}

interface Scope {
  readonly name?: string;
  readonly version?: string;
  readonly attributes?: readonly KeyValue[];
}

interface Logs {
  readonly resourceLogs?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeLogs?: readonly {
      readonly scope?: Scope;
      readonly logRecords?: readonly LogRecord[];
    }[];
  }[];
}

/**
 * The log records of a batch as records in memory, in order.
 * @throws OtelEventsError `OTLP_INVALID`
 */
export function recordsOf(batch: Batch): EventRecord[] {
  const { resourceLogs = [] } = OtlpRequest.of(batch).decoded() as Logs;
  return resourceLogs.flatMap(({ resource, scopeLogs = [] }) => {
    const shared = { attributes: mapOf(resource?.attributes) };
    return scopeLogs.flatMap(({ scope, logRecords = [] }) =>
      logRecords.map((record) => toRecord(record, shared, scope)),
    );
  });
}

function toRecord(
  record: LogRecord,
  resource: EventRecord['resource'],
  { name = '', version, attributes }: Scope = {},
): EventRecord {
  const { traceId, spanId } = record;
  return {
    timeUnixNano: BigInt(record.timeUnixNano ?? 0),
    observedTimeUnixNano: BigInt(record.observedTimeUnixNano ?? 0),
    severityNumber: record.severityNumber ?? 0,
    eventName: record.eventName ?? '',
    body: plainValue(record.body),
    attributes: mapOf(record.attributes),
    ...(traceId ? { traceId } : {}),
    ...(spanId ? { spanId } : {}),
    flags: record.flags ?? 0,
    resource,
    scope: {
      name,
      ...(version === undefined ? {} : { version }),
      ...(attributes === undefined ? {} : { attributes: mapOf(attributes) }),
    },
  };
}

function mapOf(attributes: readonly KeyValue[] = []): AttributeMap {
  return Object.fromEntries(attributes.map(({ key = '', value }) => [key, plainValue(value)]));
}

function plainValue(value: AnyValue = {}): AttributeValue {
  if (value.intValue !== undefined) return exactInteger(value.intValue);
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  if (value.bytesValue !== undefined) return new Uint8Array(Buffer.from(value.bytesValue, 'base64'));
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plainValue);
  if (value.kvlistValue !== undefined) return mapOf(value.kvlistValue.values);
  return value.stringValue ?? value.boolValue ?? null;
}
