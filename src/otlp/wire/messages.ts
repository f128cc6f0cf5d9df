/** How a field that is not a message is written; `traceId` and `spanId` are bytes shown as hex in JSON. */
export type ScalarType =
  | 'string'
  | 'bytes'
  | 'traceId'
  | 'spanId'
  | 'bool'
  | 'int32'
  | 'uint32'
  | 'enum'
  | 'int64'
  | 'fixed32'
  | 'fixed64'
  | 'double';

/** A field of a message, as the .proto file declares it. */
export interface Field {
  readonly number: number;
  /** The lowerCamelCase name that JSON uses. */
  readonly name: string;
  readonly type: ScalarType | Message;
  /** The wire type in protobuf: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wireType: number;
  readonly repeated: boolean;
  /** What a field that is not there means: in decoded OTLP it is left out. Undefined of a message. */
  readonly absent: string | number | boolean | undefined;
  /** Written even when empty, as the OpenTelemetry Collector does. */
  readonly always: boolean;
  /** One log record or one span each: what is counted. */
  readonly counted: boolean;
  /** The names of an enum's values, by number. JSON should not use them, but some senders do. */
  readonly enumNames: readonly string[];
}

/** A protobuf message type. */
export interface Message {
  readonly name: string;
  /** At most one field is set, and it counts as set even when it holds a default value. */
  readonly oneof: boolean;
  /** Can contain itself: the only nesting without a natural end. */
  readonly recursive: boolean;
  /** In the order of declaration. */
  readonly fields: readonly Field[];
  /** The names of those that are written even when empty. */
  readonly always: readonly string[];
  /** The same by field number; numbers here are small. */
  readonly byNumber: readonly (Field | undefined)[];
  /** The same by JSON name, and by the name in the .proto file, which the JSON mapping accepts too. */
  readonly byName: ReadonlyMap<string, Field>;
}

interface FieldOptions {
  readonly repeated?: boolean;
  readonly always?: boolean;
  readonly counted?: boolean;
  readonly enumNames?: readonly string[];
}

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

/** Each type has its own: the text `0` is a text, and the integer 0 of 64 bits is one in text. */
const ABSENT: Readonly<Record<ScalarType, string | number | boolean>> = {
  string: '',
  bytes: '',
  traceId: '',
  spanId: '',
  bool: false,
  int32: 0,
  uint32: 0,
  enum: 0,
  int64: '0',
  fixed32: 0,
  fixed64: '0',
  double: 0,
};

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

function field(number: number, name: string, type: Field['type'], options: FieldOptions = {}): Field {
  const { repeated = false, always = false, counted = false, enumNames = [] } = options;
  const absent = typeof type === 'string' ? ABSENT[type] : undefined;
  return { number, name, type, wireType: wireTypeOf(type), repeated, absent, always, counted, enumNames };
}

function wireTypeOf(type: Field['type']): number {
  if (type === 'fixed64' || type === 'double') return 1;
  if (type === 'fixed32') return 5;
  const delimited = typeof type === 'object' || ['string', 'bytes', 'traceId', 'spanId'].includes(type);
  return delimited ? 2 : 0;
}

function message(name: string, fields: readonly Field[]): Message {
  return fill(open(name, { oneof: false, recursive: false }), fields);
}

interface OpenMessage extends Message {
  readonly fields: Field[];
  readonly always: string[];
  readonly byNumber: (Field | undefined)[];
  readonly byName: Map<string, Field>;
}

/** A message without its fields yet, so that messages can contain each other. */
function open(name: string, flags: Pick<Message, 'oneof' | 'recursive'>): OpenMessage {
  return { name, ...flags, fields: [], always: [], byNumber: [], byName: new Map() };
}

function fill(target: OpenMessage, fields: readonly Field[]): Message {
  for (const one of fields) {
    target.fields.push(one);
    if (one.always) target.always.push(one.name);
    target.byNumber[one.number] = one;
    target.byName.set(
      one.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      one,
    );
    target.byName.set(one.name, one);
  }
  return target;
}
