/** The tags (`number * 8 + wire type`) of `LogRecord`'s fields. @see opentelemetry-proto, logs.proto */
export const LOG_RECORD = {
  time: 0x09,
  severityNumber: 0x10,
  severityText: 0x1a,
  body: 0x2a,
  attributes: 0x32,
  droppedAttributesCount: 0x38,
  flags: 0x45,
  traceId: 0x4a,
  spanId: 0x52,
  observedTime: 0x59,
  eventName: 0x62,
} as const;

/** The tag of `log_records` in `ScopeLogs`, and of `spans` in `ScopeSpans`. */
export const LOG_RECORDS = 0x12;
export const SPANS = 0x12;

/** The tags of `Span`'s fields. @see opentelemetry-proto, trace.proto */
export const SPAN = {
  traceId: 0x0a,
  spanId: 0x12,
  traceState: 0x1a,
  parentSpanId: 0x22,
  name: 0x2a,
  kind: 0x30,
  startTime: 0x39,
  endTime: 0x41,
  attributes: 0x4a,
  droppedAttributesCount: 0x50,
  events: 0x5a,
  droppedEventsCount: 0x60,
  links: 0x6a,
  droppedLinksCount: 0x70,
  status: 0x7a,
  flags: 0x85,
} as const;

/** The tags of `Span.Event`'s fields. */
export const SPAN_EVENT = { time: 0x09, name: 0x12, attributes: 0x1a, droppedAttributesCount: 0x20 } as const;

/** The tags of `Span.Link`'s fields. */
export const SPAN_LINK = {
  traceId: 0x0a,
  spanId: 0x12,
  traceState: 0x1a,
  attributes: 0x22,
  droppedAttributesCount: 0x28,
  flags: 0x35,
} as const;

/** The tags of `Status`'s fields. */
export const SPAN_STATUS = { message: 0x12, code: 0x18 } as const;

/** The tags of `KeyValue`'s fields. @see opentelemetry-proto, common.proto */
export const KEY_VALUE = { key: 0x0a, value: 0x12 } as const;

/** The tags of `AnyValue`'s fields, one of which it has. */
export const ANY_VALUE = {
  string: 0x0a,
  bool: 0x10,
  int: 0x18,
  double: 0x21,
  array: 0x2a,
  map: 0x32,
  bytes: 0x3a,
  stringIndex: 0x40,
} as const;

/** The tag of `values` in `ArrayValue`, and in `KeyValueList`. */
export const VALUES = 0x0a;
