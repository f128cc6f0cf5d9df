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
const TEMPORALITY = {
  enumNames: ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'].map((name) => `AGGREGATION_TEMPORALITY_${name}`),
};
const STATUS_CODE = { enumNames: ['UNSET', 'OK', 'ERROR'].map((name) => `STATUS_CODE_${name}`) };

const REPEATED = { repeated: true };
const ALWAYS = { always: true };
const ITEMS = { repeated: true, counted: true };
const MEMBER = { member: true };
const OPTIONAL = { optional: true };

const anyValue = open('AnyValue', { recursive: true });
const keyValue = message('KeyValue', [
  field(1, 'key', 'string'),
  field(2, 'value', anyValue, ALWAYS),
  field(3, 'keyStrindex', 'int32'),
]);
const arrayValue = message('ArrayValue', [field(1, 'values', anyValue, REPEATED)]);
const keyValueList = message('KeyValueList', [field(1, 'values', keyValue, REPEATED)]);
fill(anyValue, [
  field(1, 'stringValue', 'string', MEMBER),
  field(2, 'boolValue', 'bool', MEMBER),
  field(3, 'intValue', 'int64', MEMBER),
  field(4, 'doubleValue', 'double', MEMBER),
  field(5, 'arrayValue', arrayValue, MEMBER),
  field(6, 'kvlistValue', keyValueList, MEMBER),
  field(7, 'bytesValue', 'bytes', MEMBER),
  field(8, 'stringValueStrindex', 'int32', MEMBER),
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

const exemplar = message('Exemplar', [
  field(7, 'filteredAttributes', keyValue, REPEATED),
  field(2, 'timeUnixNano', 'fixed64'),
  field(3, 'asDouble', 'double', MEMBER),
  field(6, 'asInt', 'sfixed64', MEMBER),
  field(5, 'traceId', 'traceId'),
  field(4, 'spanId', 'spanId'),
]);

const numberDataPoint = message('NumberDataPoint', [
  field(7, 'attributes', keyValue, REPEATED),
  field(2, 'startTimeUnixNano', 'fixed64'),
  field(3, 'timeUnixNano', 'fixed64'),
  field(4, 'asDouble', 'double', MEMBER),
  field(6, 'asInt', 'sfixed64', MEMBER),
  field(5, 'exemplars', exemplar, REPEATED),
  field(8, 'flags', 'uint32'),
]);

const histogramDataPoint = message('HistogramDataPoint', [
  field(9, 'attributes', keyValue, REPEATED),
  field(2, 'startTimeUnixNano', 'fixed64'),
  field(3, 'timeUnixNano', 'fixed64'),
  field(4, 'count', 'fixed64'),
  field(5, 'sum', 'double', OPTIONAL),
  field(6, 'bucketCounts', 'fixed64', REPEATED),
  field(7, 'explicitBounds', 'double', REPEATED),
  field(8, 'exemplars', exemplar, REPEATED),
  field(10, 'flags', 'uint32'),
  field(11, 'min', 'double', OPTIONAL),
  field(12, 'max', 'double', OPTIONAL),
]);

const buckets = message('ExponentialHistogramDataPoint.Buckets', [
  field(1, 'offset', 'sint32'),
  field(2, 'bucketCounts', 'uint64', REPEATED),
]);

const exponentialHistogramDataPoint = message('ExponentialHistogramDataPoint', [
  field(1, 'attributes', keyValue, REPEATED),
  field(2, 'startTimeUnixNano', 'fixed64'),
  field(3, 'timeUnixNano', 'fixed64'),
  field(4, 'count', 'fixed64'),
  field(5, 'sum', 'double', OPTIONAL),
  field(6, 'scale', 'sint32'),
  field(7, 'zeroCount', 'fixed64'),
  field(8, 'positive', buckets, ALWAYS),
  field(9, 'negative', buckets, ALWAYS),
  field(10, 'flags', 'uint32'),
  field(11, 'exemplars', exemplar, REPEATED),
  field(12, 'min', 'double', OPTIONAL),
  field(13, 'max', 'double', OPTIONAL),
  field(14, 'zeroThreshold', 'double'),
]);

const valueAtQuantile = message('SummaryDataPoint.ValueAtQuantile', [
  field(1, 'quantile', 'double'),
  field(2, 'value', 'double'),
]);

const summaryDataPoint = message('SummaryDataPoint', [
  field(7, 'attributes', keyValue, REPEATED),
  field(2, 'startTimeUnixNano', 'fixed64'),
  field(3, 'timeUnixNano', 'fixed64'),
  field(4, 'count', 'fixed64'),
  field(5, 'sum', 'double'),
  field(6, 'quantileValues', valueAtQuantile, REPEATED),
  field(8, 'flags', 'uint32'),
]);

const gauge = message('Gauge', [field(1, 'dataPoints', numberDataPoint, ITEMS)]);
const sum = message('Sum', [
  field(1, 'dataPoints', numberDataPoint, ITEMS),
  field(2, 'aggregationTemporality', 'enum', TEMPORALITY),
  field(3, 'isMonotonic', 'bool'),
]);
const histogram = message('Histogram', [
  field(1, 'dataPoints', histogramDataPoint, ITEMS),
  field(2, 'aggregationTemporality', 'enum', TEMPORALITY),
]);
const exponentialHistogram = message('ExponentialHistogram', [
  field(1, 'dataPoints', exponentialHistogramDataPoint, ITEMS),
  field(2, 'aggregationTemporality', 'enum', TEMPORALITY),
]);
const summary = message('Summary', [field(1, 'dataPoints', summaryDataPoint, ITEMS)]);

const metric = message('Metric', [
  field(1, 'name', 'string'),
  field(2, 'description', 'string'),
  field(3, 'unit', 'string'),
  field(5, 'gauge', gauge, MEMBER),
  field(7, 'sum', sum, MEMBER),
  field(9, 'histogram', histogram, MEMBER),
  field(10, 'exponentialHistogram', exponentialHistogram, MEMBER),
  field(11, 'summary', summary, MEMBER),
  field(12, 'metadata', keyValue, REPEATED),
]);
const scopeMetrics = message('ScopeMetrics', [
  field(1, 'scope', scope, ALWAYS),
  field(2, 'metrics', metric, REPEATED),
  field(3, 'schemaUrl', 'string'),
]);
const resourceMetrics = message('ResourceMetrics', [
  field(1, 'resource', resource, ALWAYS),
  field(2, 'scopeMetrics', scopeMetrics, REPEATED),
  field(3, 'schemaUrl', 'string'),
]);

/**
 * The request of each signal; `LogsData`, `TracesData` and `MetricsData`, the lines of a file, have the same shape.
 * @see opentelemetry-proto 1.10, `collector/logs/v1/logs_service.proto`, those of traces and metrics beside it, and
 *   what they import
 */
export const REQUEST = {
  logs: message('ExportLogsServiceRequest', [field(1, 'resourceLogs', resourceLogs, REPEATED)]),
  traces: message('ExportTraceServiceRequest', [field(1, 'resourceSpans', resourceSpans, REPEATED)]),
  metrics: message('ExportMetricsServiceRequest', [field(1, 'resourceMetrics', resourceMetrics, REPEATED)]),
} as const;

/** One item of a request of each signal, for those who keep them one by one. */
export const RECORD = { logs: logRecord, traces: span } as const;

/** A value, for those who need it alone. */
export const VALUE: Message = anyValue;

/** The answer to a request of each signal. */
export const RESPONSE = {
  logs: response('ExportLogs', 'rejectedLogRecords'),
  traces: response('ExportTrace', 'rejectedSpans'),
  metrics: response('ExportMetrics', 'rejectedDataPoints'),
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
