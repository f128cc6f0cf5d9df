import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJson } from '../../src/otlp/wire/decode-json.ts';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { MAX_MESSAGES, MAX_VALUE_DEPTH, REQUEST } from '../../src/otlp/wire/messages.ts';

const decode = (text: string): OtlpObject => decodeJson(REQUEST.logs, Buffer.from(text));

/** Decodes one log record given as JSON text. */
function recordOf(text: string): unknown {
  const request = JSON.parse(
    JSON.stringify(decode(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${text}]}]}]}`)),
  );
  return request.resourceLogs[0].scopeLogs[0].logRecords[0];
}

const ACCEPTED: readonly [string, string, object][] = [
  ['an empty request', '{}', { body: {} }],
  [
    'ids in any case',
    '{"traceId":"0123456789ABCDEF0123456789abcdef"}',
    { body: {}, traceId: '0123456789abcdef0123456789abcdef' },
  ],
  ['empty and zero ids as none', '{"traceId":"","spanId":"0000000000000000"}', { body: {} }],
  [
    '64-bit integers as strings',
    '{"timeUnixNano":"1700000000000000001"}',
    { body: {}, timeUnixNano: '1700000000000000001' },
  ],
  [
    '64-bit integers as numbers, exactly',
    '{"timeUnixNano":1700000000000000001}',
    { body: {}, timeUnixNano: '1700000000000000001' },
  ],
  ['an exponent', '{"timeUnixNano":17e17}', { body: {}, timeUnixNano: '1700000000000000000' }],
  ['small integers as numbers', '{"body":{"intValue":-7}}', { body: { intValue: '-7' } }],
  [
    'the smallest integer',
    '{"body":{"intValue":-9223372036854775808}}',
    { body: { intValue: '-9223372036854775808' } },
  ],
  [
    '32-bit integers as strings',
    '{"flags":"1","droppedAttributesCount":"2"}',
    { body: {}, flags: 1, droppedAttributesCount: 2 },
  ],
  ['enums as integers', '{"severityNumber":9}', { body: {}, severityNumber: 9 }],
  ['enums by name', '{"severityNumber":"SEVERITY_NUMBER_ERROR2"}', { body: {}, severityNumber: 18 }],
  ['doubles as numbers', '{"body":{"doubleValue":1.5}}', { body: { doubleValue: 1.5 } }],
  ['doubles as strings', '{"body":{"doubleValue":"1e3"}}', { body: { doubleValue: 1000 } }],
  [
    'NaN and infinities as strings',
    '{"body":{"arrayValue":{"values":[{"doubleValue":"NaN"},{"doubleValue":"-Infinity"}]}}}',
    { body: { arrayValue: { values: [{ doubleValue: 'NaN' }, { doubleValue: '-Infinity' }] } } },
  ],
  ['base64, also in its URL form', '{"body":{"bytesValue":"-_8"}}', { body: { bytesValue: '+/8=' } }],
  ['default values of a value', '{"body":{"stringValue":""}}', { body: { stringValue: '' } }],
  [
    'names as in the .proto file',
    '{"severity_text":"a","event_name":"b"}',
    { body: {}, severityText: 'a', eventName: 'b' },
  ],
  ['unknown fields', '{"later":{"a":[1,{}]},"severityText":"a"}', { body: {}, severityText: 'a' }],
  ['null as not set', '{"severityText":null,"attributes":null,"body":{"stringValue":null}}', { body: {} }],
  [
    'infinity in its spellings',
    '{"body":{"arrayValue":{"values":[{"doubleValue":"Inf"},{"doubleValue":"-infinity"},{"doubleValue":"nan"}]}}}',
    {
      body: {
        arrayValue: {
          values: [{ doubleValue: 'Infinity' }, { doubleValue: '-Infinity' }, { doubleValue: 'NaN' }],
        },
      },
    },
  ],
  [
    'a list that comes twice',
    '{"attributes":[{"key":"a"}],"attributes":[{"key":"b"}]}',
    {
      attributes: [
        { key: 'a', value: {} },
        { key: 'b', value: {} },
      ],
      body: {},
    },
  ],
  [
    'an item that is null',
    '{"attributes":[{"key":"a"},null]}',
    { attributes: [{ key: 'a', value: {} }, { value: {} }], body: {} },
  ],
  ['two members of a oneof', '{"body":{"stringValue":"a","intValue":1}}', { body: { intValue: '1' } }],
  [
    'two members of a oneof, and the first again',
    '{"body":{"stringValue":"a","intValue":1,"stringValue":"b"}}',
    { body: { stringValue: 'b' } },
  ],
  [
    'a second member that is null',
    '{"body":{"stringValue":"a","intValue":null}}',
    { body: { stringValue: 'a' } },
  ],
  ['the last of two members', '{"severityText":"a","severityText":"b"}', { body: {}, severityText: 'b' }],
  ['a last member that is null', '{"severityText":"a","severityText":null}', { body: {} }],
  [
    'the last of two equal members of a oneof',
    '{"body":{"stringValue":"a","stringValue":"b"}}',
    { body: { stringValue: 'b' } },
  ],
  [
    'escapes in keys and texts',
    '{"severity\\u0054ext":"\\u00e9\\n\\ud83d\\ude00"}',
    { body: {}, severityText: 'é\n😀' },
  ],
  ['a lone surrogate', '{"severityText":"\\ud800"}', { body: {}, severityText: '\ufffd' }],
  ['decimals without a whole part', '{"body":{"doubleValue":"+.5e-1"}}', { body: { doubleValue: 0.05 } }],
  ['decimals without a fraction', '{"body":{"doubleValue":"-5."}}', { body: { doubleValue: -5 } }],
  ['a key named __proto__', '{"__proto__":{"severityText":"a"}}', { body: {} }],
];

for (const [name, text, expected] of ACCEPTED) {
  test(`accepted: ${name}`, () => assert.deepEqual(recordOf(text), expected));
}

const REFUSED: readonly [string, string, RegExp][] = [
  [
    'a trace id of 31 digits',
    '{"traceId":"0123456789abcdef0123456789abcde"}',
    /logRecords\[0\]\.traceId: not 32 hex digits/,
  ],
  ['a trace id in base64', '{"traceId":"ASNFZ4mrze8BI0VniavN7w=="}', /traceId: not hex/],
  ['an integer with a fraction', '{"body":{"intValue":1.5}}', /body\.intValue: not an integer/],
  [
    'an integer that is too big',
    '{"body":{"intValue":"9223372036854775808"}}',
    /intValue: integer out of range/,
  ],
  ['a negative time', '{"timeUnixNano":-1}', /timeUnixNano: integer out of range/],
  ['an integer with spaces', '{"body":{"intValue":" 1"}}', /intValue: not an integer/],
  ['flags of 33 bits', '{"flags":4294967296}', /flags: integer out of range/],
  ['an enum nobody knows', '{"severityNumber":"LOUD"}', /severityNumber: not an integer/],
  ['a double in words', '{"body":{"doubleValue":"much"}}', /doubleValue: not a number/],
  ['a double that is only a point', '{"body":{"doubleValue":"+."}}', /doubleValue: not a number/],
  ['a double with half an exponent', '{"body":{"doubleValue":"1e+"}}', /doubleValue: not a number/],
  ['base64 with too much at its end', '{"body":{"bytesValue":"aa==="}}', /bytesValue: not base64/],
  ['a raw line break in a string', '{"severityText":"a\nb"}', /severityText: not JSON, at byte 64/],
  ['an escape that JSON has not', '{"severityText":"a\\x"}', /severityText: not JSON, at byte 64/],
  ['an escape cut off', '{"severityText":"\\u12"}', /severityText: not JSON/],
  ['a number with a leading zero', '{"flags":01}', /flags: not JSON/],
  ['a comma too many', '{"attributes":[{},]}', /attributes\[1\]: not JSON/],
  ['base64 with a stranger', '{"body":{"bytesValue":"a*b"}}', /bytesValue: not base64/],
  ['a boolean in quotes', '{"body":{"boolValue":"true"}}', /boolValue: not a boolean/],
  ['a string that is a number', '{"severityText":1}', /severityText: not a string/],
  ['a list that is an object', '{"attributes":{}}', /attributes: not an array/],
  ['a double that is too large', '{"body":{"doubleValue":1e999}}', /doubleValue: number out of range/],
  [
    'a double in a text that is too large',
    '{"body":{"doubleValue":"-1e999"}}',
    /doubleValue: number out of range/,
  ],
  ['a body that is a bare string', '{"body":"hello"}', /body: not an object/],
];

for (const [name, text, message] of REFUSED) {
  test(`refused: ${name}`, () => assert.throws(() => recordOf(text), { code: 'OTLP_INVALID', message }));
}

test('an error tells the place in the text and never quotes it', () => {
  const secret = '{"resourceLogs":[{"password":"hunter2" hunter2}]}';
  assert.throws(
    () => decode(secret),
    (error: Error) => {
      assert.match(
        error.message,
        /^not a JSON ExportLogsServiceRequest: resourceLogs\[0\]: not JSON, at byte 39$/,
      );
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    },
  );
});

test('a byte order mark before a request is passed over', () => {
  assert.deepEqual(decode('\ufeff {}'), {});
});

test('bytes that are no UTF-8 are read as U+FFFD', () => {
  const bytes = Buffer.concat([
    Buffer.from('{"resourceLogs":[{"schemaUrl":"a'),
    Buffer.from([0xff, 0xe2, 0x82]),
    Buffer.from('b"}]}'),
  ]);
  assert.deepEqual(decodeJson(REQUEST.logs, bytes), {
    resourceLogs: [{ schemaUrl: 'a\ufffd\ufffdb', resource: {} }],
  });
});

for (const text of ['', 'null', '[]', '"{}"', '{} {}', '\u0000\u0001']) {
  test(`refused: ${JSON.stringify(text)} as a request`, () => {
    assert.throws(() => decode(text), { code: 'OTLP_INVALID' });
  });
}

const nested = (depth: number): string =>
  depth === 0 ? '{}' : `{"kvlistValue":{"values":[{"key":"a","value":${nested(depth - 1)}}]}}`;

test('values may be nested 200 deep, and not deeper', () => {
  assert.doesNotThrow(() => recordOf(`{"body":${nested(MAX_VALUE_DEPTH - 1)}}`));
  assert.throws(() => recordOf(`{"body":${nested(MAX_VALUE_DEPTH)}}`), { message: /more than 200 deep/ });
});

test('megabytes of opening brackets are refused at the first that is too deep', () => {
  const started = process.memoryUsage().rss;
  assert.throws(() => decode(`{"later":${'['.repeat(20_000_000)}`), {
    message: /nested more than 1200 deep, at byte 1208/,
  });
  assert.ok(process.memoryUsage().rss - started < 200 * 1024 * 1024);
});

test('a request of more than two million messages is refused', () => {
  const many = `{"resourceLogs":[${'{},'.repeat(MAX_MESSAGES)}{}]}`;
  assert.throws(() => decode(many), { code: 'OTLP_INVALID', message: /more than 2097152 messages/ });
});

test('brackets inside strings do not count as nesting', () => {
  const text = JSON.stringify(`"${'[{'.repeat(5_000)}\\`);
  assert.doesNotThrow(() => recordOf(`{"severityText":${text}}`));
});
