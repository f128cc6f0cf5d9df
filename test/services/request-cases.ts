import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';

/** A request that both engines get. */
export interface RequestCase {
  readonly name: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

type More = Partial<Pick<RequestCase, 'path' | 'method' | 'headers'>>;

const JSON_TYPE = { 'content-type': 'application/json' };
const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' };

const ofJson = (name: string, body: string, more: More = {}): RequestCase => ({
  name,
  path: '/v1/logs',
  method: 'POST',
  headers: JSON_TYPE,
  body,
  ...more,
});
const ofBytes = (name: string, body: Uint8Array, more: More = {}): RequestCase => ({
  ...ofJson(name, '', more),
  headers: PROTOBUF_TYPE,
  body,
  ...more,
});

/** A logs request around the text of one record. */
const record = (fields: string): string => `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{${fields}}]}]}]}`;
const value = (text: string): string => record(`"body":${text}`);
const span = (fields: string): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[{${fields}}]}]}]}`;
const metric = (fields: string): string =>
  `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{${fields}}]}]}]}`;
const nested = (depth: number): string =>
  `${'{"arrayValue":{"values":['.repeat(depth)}{"intValue":"1"}${']}}'.repeat(depth)}`;

const TRACES = { path: '/v1/traces' };
const METRICS = { path: '/v1/metrics' };

const RECORDS: Readonly<Record<string, string>> = {
  'a record of nothing': '',
  'every field':
    '"timeUnixNano":"1","observedTimeUnixNano":"2","severityNumber":9,"severityText":"INFO","body":{"stringValue":"b"},"attributes":[{"key":"k","value":{"intValue":"5"}}],"droppedAttributesCount":3,"flags":1,"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","eventName":"e"',
  'names as in the .proto file': '"time_unix_nano":"7","severity_number":9,"event_name":"e"',
  'an unknown field': '"severityText":"x","unknown":{"a":[1,2,{"b":null}]}',
  'a time as a number': '"timeUnixNano":1700000000123456789',
  'a time as a small number': '"timeUnixNano":5',
  'a time with an exponent': '"timeUnixNano":"1e3"',
  'a time that is negative': '"timeUnixNano":"-1"',
  'a time beyond 64 bits': '"timeUnixNano":"18446744073709551616"',
  'a time that is no number': '"timeUnixNano":"abc"',
  'a severity by its name': '"severityNumber":"SEVERITY_NUMBER_INFO"',
  'a severity of an unknown name': '"severityNumber":"SEVERITY_NUMBER_LOUD"',
  'a severity out of range': '"severityNumber":99',
  'a severity with a fraction': '"severityNumber":9.5',
  'a severity as a text': '"severityNumber":"9"',
  'a count that is negative': '"droppedAttributesCount":-1',
  'a count as a text': '"droppedAttributesCount":"3"',
  'a count that is too large': '"droppedAttributesCount":4294967296',
  'a trace id in capitals': '"traceId":"0102030405060708090A0B0C0D0E0F10"',
  'a trace id that is too short': '"traceId":"01020304"',
  'a trace id of zeros': '"traceId":"00000000000000000000000000000000"',
  'a trace id that is no hex': '"traceId":"zz02030405060708090a0b0c0d0e0f10"',
  'an empty span id': '"spanId":""',
  'a text that is a number': '"severityText":5',
  'a text that is null': '"severityText":null',
  'a field twice': '"severityText":"a","severityText":"b"',
  'a list twice': '"attributes":[{"key":"a","value":{}}],"attributes":[{"key":"b","value":{}}]',
  'null in a list': '"attributes":[null,{"key":"b","value":{"boolValue":true}}]',
  'a list that is null': '"attributes":null',
  'a list that is an object': '"attributes":{}',
  'an attribute without a value': '"attributes":[{"key":"a"}]',
  'an attribute without a key': '"attributes":[{"value":{"intValue":"1"}}]',
  'attributes of the same key':
    '"attributes":[{"key":"a","value":{"intValue":"1"}},{"key":"a","value":{"intValue":"2"}}]',
  'half of a pair of surrogates': '"severityText":"a\\ud800b"',
  'a pair of surrogates': '"severityText":"a\\ud83d\\ude00b"',
  'an unknown escape': '"severityText":"a\\qb"',
  'a control character in a text': '"severityText":"a\u0001b"',
  'markup in a text': '"severityText":"<a href=\\"x\\">&amp;</a>\\u2028"',
  'an event name that is empty': '"eventName":""',
};

const VALUES: Readonly<Record<string, string>> = {
  'a value of nothing': '{}',
  'a value that is null': 'null',
  'an integer as a number': '{"intValue":5}',
  'an integer with a fraction': '{"intValue":5.5}',
  'an integer with a fraction of zero': '{"intValue":5.0}',
  'an integer with an exponent': '{"intValue":"5e2"}',
  'an integer beyond 64 bits': '{"intValue":"9223372036854775808"}',
  'the least integer': '{"intValue":"-9223372036854775808"}',
  'an integer of zero': '{"intValue":"0"}',
  'an integer that is empty': '{"intValue":""}',
  'a double as a text': '{"doubleValue":"1.5"}',
  'a double of zero': '{"doubleValue":0}',
  'a negative zero': '{"doubleValue":-0}',
  'a negative zero with a point': '{"doubleValue":-0.0}',
  'a large double': '{"doubleValue":1e21}',
  'a small double': '{"doubleValue":0.000001}',
  'a smaller double': '{"doubleValue":1e-7}',
  'a double that is too large': '{"doubleValue":1e400}',
  'not a number': '{"doubleValue":"NaN"}',
  infinity: '{"doubleValue":"Infinity"}',
  'minus infinity': '{"doubleValue":"-Infinity"}',
  'infinity, shortened': '{"doubleValue":"Inf"}',
  'a boolean of false': '{"boolValue":false}',
  'a boolean as a text': '{"boolValue":"true"}',
  'an empty text': '{"stringValue":""}',
  bytes: '{"bytesValue":"AQID"}',
  'bytes without padding': '{"bytesValue":"AQI"}',
  'bytes for URLs': '{"bytesValue":"_-8="}',
  'bytes that are none': '{"bytesValue":"!!"}',
  'empty bytes': '{"bytesValue":""}',
  'a list of values': '{"arrayValue":{"values":[{"stringValue":"a"},{},{"intValue":"2"}]}}',
  'an empty list': '{"arrayValue":{}}',
  'a map': '{"kvlistValue":{"values":[{"key":"a","value":{"intValue":"1"}},{"key":"","value":{}}]}}',
  'two members': '{"stringValue":"a","intValue":"5"}',
  'two members, the other way': '{"intValue":"5","stringValue":"a"}',
  'nested values': nested(50),
};

const WHOLE: Readonly<Record<string, string>> = {
  'an empty request': '{}',
  'a list of no resources': '{"resourceLogs":[]}',
  'resources that are null': '{"resourceLogs":null}',
  'a request that is null': 'null',
  'a request that is a list': '[]',
  'no body': '',
  spaces: '   ',
  'a request cut short': '{"resourceLogs":[{"scopeLogs":[',
  'junk behind a request': `${record('"severityText":"x"')} junk`,
  'two requests': `${record('"severityText":"x"')}${record('"severityText":"y"')}`,
  'a comma too much': '{"resourceLogs":[],}',
  'a byte order mark': `\ufeff${record('"severityText":"x"')}`,
  'white space': ` \n\t${record(' "severityText" : "x" ')}\r\n`,
  'single quotes': "{'resourceLogs':[]}",
  'a resource and a scope':
    '{"resourceLogs":[{"resource":{"attributes":[{"key":"a","value":{"stringValue":"b"}}],"droppedAttributesCount":1},"schemaUrl":"u","scopeLogs":[{"scope":{"name":"n","version":"v","attributes":[{"key":"c","value":{"boolValue":true}}]},"schemaUrl":"w","logRecords":[{"severityText":"x"}]}]}]}',
  'a resource without scopes':
    '{"resourceLogs":[{"resource":{"attributes":[{"key":"a","value":{"stringValue":"b"}}]}}]}',
  'a scope without records': '{"resourceLogs":[{"scopeLogs":[{"scope":{"name":"n"}}]}]}',
};

const SPANS: Readonly<Record<string, string>> = {
  'a span of nothing': '',
  'a span of everything':
    '"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","traceState":"a=b","parentSpanId":"1102030405060708","flags":257,"name":"n","kind":3,"startTimeUnixNano":"1","endTimeUnixNano":"2","attributes":[{"key":"k","value":{"stringValue":"v"}}],"droppedAttributesCount":1,"events":[{"timeUnixNano":"3","name":"e","attributes":[{"key":"k","value":{"stringValue":"v"}}],"droppedAttributesCount":1}],"droppedEventsCount":2,"links":[{"traceId":"0102030405060708090a0b0c0d0e0f11","spanId":"0102030405060709","traceState":"c=d","attributes":[{"key":"k","value":{"stringValue":"v"}}],"flags":1}],"droppedLinksCount":3,"status":{"message":"m","code":2}',
  'a kind and a status by their names': '"kind":"SPAN_KIND_SERVER","status":{"code":"STATUS_CODE_ERROR"}',
  'a status of nothing': '"name":"n","status":{}',
  'an event of nothing': '"events":[{}]',
  'a link of nothing': '"links":[{}]',
};

const POINT =
  '"attributes":[{"key":"k","value":{"stringValue":"v"}}],"startTimeUnixNano":"1","timeUnixNano":"2"';
const MEASURES: Readonly<Record<string, string>> = {
  'a metric of nothing': '',
  'a gauge': `"name":"g","unit":"1","description":"d","gauge":{"dataPoints":[{${POINT},"asDouble":1.5},{${POINT},"asInt":"3"}]}`,
  'a gauge of nothing': '"name":"g","gauge":{}',
  'a point without a value': `"name":"g","gauge":{"dataPoints":[{${POINT},"flags":1}]}`,
  'a sum': `"name":"s","sum":{"aggregationTemporality":2,"isMonotonic":true,"dataPoints":[{${POINT},"asInt":"0"}]}`,
  'a temporality by its name': `"name":"s","sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_DELTA","dataPoints":[{${POINT},"asInt":"0"}]}`,
  'a histogram': `"name":"h","histogram":{"aggregationTemporality":2,"dataPoints":[{${POINT},"count":"3","sum":0,"min":0,"max":2,"bucketCounts":["1","2"],"explicitBounds":[1.5],"exemplars":[{"timeUnixNano":"2","asDouble":1,"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708"}]}]}`,
  'an exponential histogram': `"name":"e","exponentialHistogram":{"aggregationTemporality":2,"dataPoints":[{${POINT},"count":"3","sum":4,"scale":-1,"zeroCount":"1","positive":{"offset":1,"bucketCounts":["1","2"]},"negative":{},"zeroThreshold":0.5}]}`,
  'a summary': `"name":"u","summary":{"dataPoints":[{${POINT},"count":"3","sum":4,"quantileValues":[{"quantile":0,"value":0},{"quantile":0.5,"value":1}]}]}`,
};

/** A field of protobuf with its tag and its length. */
function field(number: number, inside: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(inside.length), inside]);
}

function varint(given: number): Buffer {
  const bytes: number[] = [];
  for (let left = given; ; left = Math.floor(left / 128)) {
    bytes.push(left < 128 ? left : (left % 128) | 128);
    if (left < 128) return Buffer.from(bytes);
  }
}

const inRecord = (...bytes: readonly number[]): Buffer => field(1, field(2, field(2, Buffer.from(bytes))));
const text = (given: string): number[] => [given.length, ...Buffer.from(given)];

const BYTES: Readonly<Record<string, Uint8Array>> = {
  nothing: Buffer.alloc(0),
  'a record': inRecord(0x1a, ...text('INFO'), 0x62, ...text('e')),
  'fields in another order': inRecord(0x62, ...text('e'), 0x1a, ...text('INFO'), 0x10, 9),
  'a field twice in protobuf': inRecord(0x1a, ...text('a'), 0x1a, ...text('b')),
  'attributes apart from each other': inRecord(
    0x32,
    ...text('\n\u0001a'),
    0x1a,
    ...text('x'),
    0x32,
    ...text('\n\u0001b'),
  ),
  'an attribute without a value in protobuf': inRecord(0x32, ...text('\n\u0001a')),
  'a value of two members in protobuf': inRecord(0x2a, 5, 0x0a, 1, 97, 0x18, 5),
  'text that is no UTF-8': inRecord(0x1a, 3, 97, 0xff, 98),
  'an unknown field in protobuf': inRecord(0x7a, 1, 0, 0x1a, ...text('x')),
  'an unknown number in protobuf': inRecord(0x98, 0x3f, 1, 0x1a, ...text('x')),
  'a group that nobody knows': inRecord(0xa3, 0x01, 0x08, 1, 0xa4, 0x01, 0x1a, ...text('x')),
  'a resource in two pieces': field(
    1,
    Buffer.concat([
      field(1, Buffer.from([0x10, 1])),
      field(1, field(1, Buffer.from('\n\u0001a'))),
      field(2, field(2, Buffer.alloc(0))),
    ]),
  ),
  'a wrong wire type': inRecord(0x18, 1),
  'a trace id of four bytes': inRecord(0x4a, 4, 1, 2, 3, 4),
  'a trace id of zeros in protobuf': inRecord(0x4a, 16, ...Array<number>(16).fill(0)),
  'cut off in protobuf': inRecord(0x1a, ...text('x')).subarray(0, -1),
  'no protobuf': Buffer.from('this is not protobuf'),
  'a severity with a sign': inRecord(0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
  'the deprecated field 1000 of a resource': field(
    1,
    Buffer.concat([field(1000, field(2, Buffer.from([0x1a, 1, 97])))]),
  ),
  'all of it': encodeProtobuf(REQUEST.logs, JSON.parse(record(RECORDS['every field'] ?? ''))),
};

const one = record('"severityText":"x"');

/** What is sent to both engines. */
export const REQUEST_CASES: readonly RequestCase[] = [
  ...Object.entries(RECORDS).map(([name, fields]) => ofJson(name, record(fields))),
  ...Object.entries(VALUES).map(([name, given]) => ofJson(name, value(given))),
  ...Object.entries(WHOLE).map(([name, body]) => ofJson(name, body)),
  ...Object.entries(SPANS).map(([name, fields]) => ofJson(name, span(fields), TRACES)),
  ...Object.entries(MEASURES).map(([name, fields]) => ofJson(name, metric(fields), METRICS)),
  ...Object.entries(BYTES).map(([name, body]) => ofBytes(name, body)),
  ofBytes(
    'spans in protobuf',
    encodeProtobuf(REQUEST.traces, JSON.parse(span(SPANS['a span of everything'] ?? ''))),
    TRACES,
  ),
  ...['a gauge', 'a histogram', 'an exponential histogram', 'a summary'].map((name) =>
    ofBytes(
      `${name} in protobuf`,
      encodeProtobuf(REQUEST.metrics, JSON.parse(metric(MEASURES[name] ?? ''))),
      METRICS,
    ),
  ),
  ofJson('a charset', one, { headers: { 'content-type': 'application/json; charset=utf-8' } }),
  ofJson('a type in capitals', one, { headers: { 'content-type': 'Application/JSON' } }),
  ofJson('another type', one, { headers: { 'content-type': 'text/plain' } }),
  ofBytes('protobuf by its other name', BYTES['a record'] ?? Buffer.alloc(0), {
    headers: { 'content-type': 'application/protobuf' },
  }),
  ofJson('GET', '', { method: 'GET' }),
  ofJson('PUT', one, { method: 'PUT' }),
  ofJson('another path', one, { path: '/v1/events' }),
  ofJson('a slash at the end of the path', one, { path: '/v1/logs/' }),
  ofJson('a query behind the path', one, { path: '/v1/logs?a=b' }),
  ofJson('a path with an escape', one, { path: '/v1/log%73' }),
  ofJson('a path with two slashes', one, { path: '//v1/logs' }),
];
