import { field, fill, type Message, message, open } from './message.ts';

/** The deepest nesting of attribute values; a value further down makes the message invalid. */
export const MAX_VALUE_DEPTH = 200;

/**
 * The most messages and items of lists in one request. Four bytes are enough for a record, which takes sixty in
 * memory: 20 MiB of them would be a third of a gigabyte. Honest data takes ten bytes or more for each.
 */
export const MAX_MESSAGES = 2 ** 21;

const SEVERITY_NAMES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) =>
  ['', '2', '3', '4'].map((step) => `SEVERITY_NUMBER_${name}${step}`),
);

const SEVERITY = { enumNames: ['SEVERITY_NUMBER_UNSPECIFIED', ...SEVERITY_NAMES] };
const SPAN_KIND = {
  enumNames: ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
    (name) => `SPAN_KIND_${name}`,
  ),
};
const STATUS_CODE = { enumNames: ['UNSET', 'OK', 'ERROR'].map((name) => `STATUS_CODE_${name}`) };

const REPEATED = { repeated: true };
const ALWAYS = { always: true };
const ITEMS = { repeated: true, counted: true };

const anyValue = open('AnyValue', { oneof: true, recursive: true });
const keyValue = message('KeyValue', [
  field(1, 'key', 'string'),
  field(2, 'value', anyValue, ALWAYS),
  field(3, 'keyStrindex', 'int32'),
]);
const arrayValue = message('ArrayValue', [field(1, 'values', anyValue, REPEATED)]);
const keyValueList = message('KeyValueList', [field(1, 'values', keyValue, REPEATED)]);
fill(anyValue, [
  field(1, 'stringValue', 'string'),
  field(2, 'boolValue', 'bool'),
  field(3, 'intValue', 'int64'),
  field(4, 'doubleValue', 'double'),
  field(5, 'arrayValue', arrayValue),
  field(6, 'kvlistValue', keyValueList),
  field(7, 'bytesValue', 'bytes'),
  field(8, 'stringValueStrindex', 'int32'),
]);

const entityRef = message('EntityRef', [
  field(1, 'schemaUrl', 'string'),
  field(2, 'type', 'string'),
  field(3, 'idKeys', 'string', REPEATED),
  field(4, 'descriptionKeys', 'string', REPEATED),
]);

const resource = message('Resource', [
  field(1, 'attributes', keyValue, REPEATED),
  field(2, 'droppedAttributesCount', 'uint32'),
  field(3, 'entityRefs', entityRef, REPEATED),
]);

const scope = message('InstrumentationScope', [
  field(1, 'name', 'string'),
  field(2, 'version', 'string'),
  field(3, 'attributes', keyValue, REPEATED),
  field(4, 'droppedAttributesCount', 'uint32'),
]);

const logRecord = message('LogRecord', [
  field(1, 'timeUnixNano', 'fixed64'),
  field(11, 'observedTimeUnixNano', 'fixed64'),
  field(2, 'severityNumber', 'enum', SEVERITY),
  field(3, 'severityText', 'string'),
  field(5, 'body', anyValue, ALWAYS),
  field(6, 'attributes', keyValue, REPEATED),
  field(7, 'droppedAttributesCount', 'uint32'),
  field(8, 'flags', 'fixed32'),
  field(9, 'traceId', 'traceId'),
  field(10, 'spanId', 'spanId'),
  field(12, 'eventName', 'string'),
]);

const spanEvent = message('Span.Event', [
  field(1, 'timeUnixNano', 'fixed64'),
  field(2, 'name', 'string'),
  field(3, 'attributes', keyValue, REPEATED),
  field(4, 'droppedAttributesCount', 'uint32'),
]);

const spanLink = message('Span.Link', [
  field(1, 'traceId', 'traceId'),
  field(2, 'spanId', 'spanId'),
  field(3, 'traceState', 'string'),
  field(4, 'attributes', keyValue, REPEATED),
  field(5, 'droppedAttributesCount', 'uint32'),
  field(6, 'flags', 'fixed32'),
]);

const spanStatus = message('Status', [field(2, 'message', 'string'), field(3, 'code', 'enum', STATUS_CODE)]);

const span = message('Span', [
  field(1, 'traceId', 'traceId'),
  field(2, 'spanId', 'spanId'),
  field(3, 'traceState', 'string'),
  field(4, 'parentSpanId', 'spanId'),
  field(16, 'flags', 'fixed32'),
  field(5, 'name', 'string'),
  field(6, 'kind', 'enum', SPAN_KIND),
  field(7, 'startTimeUnixNano', 'fixed64'),
  field(8, 'endTimeUnixNano', 'fixed64'),
  field(9, 'attributes', keyValue, REPEATED),
  field(10, 'droppedAttributesCount', 'uint32'),
  field(11, 'events', spanEvent, REPEATED),
  field(12, 'droppedEventsCount', 'uint32'),
  field(13, 'links', spanLink, REPEATED),
  field(14, 'droppedLinksCount', 'uint32'),
  field(15, 'status', spanStatus, ALWAYS),
]);

const scopeLogs = message('ScopeLogs', [
  field(1, 'scope', scope, ALWAYS),
  field(2, 'logRecords', logRecord, ITEMS),
  field(3, 'schemaUrl', 'string'),
]);
const resourceLogs = message('ResourceLogs', [
  field(1, 'resource', resource, ALWAYS),
  field(2, 'scopeLogs', scopeLogs, REPEATED),
  field(3, 'schemaUrl', 'string'),
]);
const scopeSpans = message('ScopeSpans', [
  field(1, 'scope', scope, ALWAYS),
  field(2, 'spans', span, ITEMS),
  field(3, 'schemaUrl', 'string'),
]);
const resourceSpans = message('ResourceSpans', [
  field(1, 'resource', resource, ALWAYS),
  field(2, 'scopeSpans', scopeSpans, REPEATED),
  field(3, 'schemaUrl', 'string'),
]);

/**
 * The request of each signal; `LogsData` and `TracesData`, the lines of a file, have the same shape.
 * @see opentelemetry-proto 1.9, `collector/logs/v1/logs_service.proto` and what it imports
 */
export const REQUEST = {
  logs: message('ExportLogsServiceRequest', [field(1, 'resourceLogs', resourceLogs, REPEATED)]),
  traces: message('ExportTraceServiceRequest', [field(1, 'resourceSpans', resourceSpans, REPEATED)]),
} as const;

/** The answer to a request of each signal. */
export const RESPONSE = {
  logs: response('ExportLogs', 'rejectedLogRecords'),
  traces: response('ExportTrace', 'rejectedSpans'),
} as const;

/** The body of an error answer. @see google.rpc.Status */
export const STATUS = message('google.rpc.Status', [
  field(1, 'code', 'int32'),
  field(2, 'message', 'string'),
  field(
    3,
    'details',
    message('google.protobuf.Any', [field(1, 'typeUrl', 'string'), field(2, 'value', 'bytes')]),
    REPEATED,
  ),
]);

/** The entries of a map, for those who need them alone. */
export const ENTRIES = keyValueList;

function response(name: string, rejected: string): Message {
  const partial = message(`${name}PartialSuccess`, [
    field(1, rejected, 'int64'),
    field(2, 'errorMessage', 'string'),
  ]);
  return message(`${name}ServiceResponse`, [field(1, 'partialSuccess', partial)]);
}
