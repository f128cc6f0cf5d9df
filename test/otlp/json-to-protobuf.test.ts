import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeJson } from '../../src/otlp/wire/decode-json.ts';
import { decodeProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { jsonToProtobuf, scanQuickly } from '../../src/otlp/wire/transcoder.ts';
import { arbitraryMessage } from './arbitrary-message.ts';
import { mutated } from './mutated.ts';

/** What both ways make of the same bytes; whether the quick one has taken them. */
function compare(signal: 'logs' | 'traces' | 'metrics', bytes: Uint8Array): boolean {
  const message = REQUEST[signal];
  const read = jsonToProtobuf(message, bytes);
  if (read === undefined) return false;
  assert.deepEqual(decodeProtobuf(message, read.protobuf), decodeJson(message, bytes));
  assert.equal(read.count, scanQuickly(message, read.protobuf));
  return true;
}

/** JSON with some of its digits changed: it stays JSON, where of any mutation one in a hundred does. */
const otherDigits = (json: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(json, fc.array(fc.nat({ max: 9 }), { minLength: 10, maxLength: 10 }))
    .map(([bytes, digits]) =>
      Buffer.from(String(Buffer.from(bytes)).replace(/[0-9]/g, (digit) => `${digits[Number(digit)]}`)),
    );

for (const signal of ['logs', 'traces', 'metrics'] as const) {
  const json = arbitraryMessage(REQUEST[signal]).map((value) => Buffer.from(JSON.stringify(value)));

  test(`any ${signal} become what the decoder makes of them`, () => {
    let taken = 0;
    fc.assert(
      fc.property(json, (bytes) => {
        if (compare(signal, bytes)) taken++;
      }),
      { numRuns: 500 },
    );
    assert.ok(taken > 20, `${taken} taken`);
  });

  test(`broken ${signal} are taken only where the decoder takes them, and alike`, () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(mutated(json), otherDigits(json)), (bytes) => {
        if (compare(signal, bytes)) taken++;
      }),
      { numRuns: 3_000 },
    );
    assert.ok(taken > 100, `${taken} taken`);
  });
}

const record = (members: string): Buffer =>
  Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{${members}}]}]}]}`);
const value = (text: string): Buffer => record(`"body":${text}`);

test('what senders write is taken, and means what it means to the decoder', () => {
  const double = ['0', '-0', '1', '-1.5', '12.50', '1e3', '1E-7', '0.1', '123456789012345678', '5e-324'];
  const bodies = [
    ...double.map((text) => `{"doubleValue":${text}}`),
    ...['0', '"0"', '-5', '"-9223372036854775807"', '"9223372036854775807"'].map(
      (text) => `{"intValue":${text}}`,
    ),
    '{"boolValue":true}',
    ' { "boolValue" :\t false\r\n}',
    '{"stringValue":""}',
    '{"string_value":"by the name in the .proto file"}',
    '{"arrayValue":{"values":[{},{"stringValue":"a"},{"kvlistValue":{"values":[{"key":"k"}]}}]}}',
    `{"stringValue":"${'x'.repeat(70_000)}"}`,
    '{"stringValue":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u6f22\\ud83d\\ude00 é漢😀"}',
    '{"stringValue":"\\ud83d \\ude00 \\ud83d\\u0041 \\ude00\\ud83d"}',
  ];
  for (const body of bodies) assert.ok(compare('logs', value(body)), body);
  const members = [
    '"traceId":"0123456789ABCDEF0123456789abcdef","spanId":"0000000000000000"',
    '"traceId":"","timeUnixNano":"1700000000000123456","observedTimeUnixNano":1700000000000123456',
    '"severityNumber":9,"severityText":"INFO","flags":1,"droppedAttributesCount":0,"attributes":[]',
  ];
  for (const one of members) assert.ok(compare('logs', record(one)), one);
});

test('what is rare is left to the decoder, which takes it', () => {
  const rare = {
    'an unknown member': record('"unknown":[1]'),
    null: record('"severityText":null'),
    'a member twice': record('"severityText":"a","severityText":"b"'),
    'two of a oneof': value('{"stringValue":"a","intValue":1}'),
    'an escape in a key': record('"severity\\u0054ext":"a"'),
    'an enum by its name': record('"severityNumber":"SEVERITY_NUMBER_INFO"'),
    'bytes in base64': value('{"bytesValue":"AAE="}'),
    'an integer with a fraction of zero': record('"severityNumber":9.0'),
    'a quoted double': value('{"doubleValue":"NaN"}'),
    'the least integer': value('{"intValue":"-9223372036854775808"}'),
    'a byte order mark': Buffer.concat([Buffer.from('\ufeff'), record('')]),
  };
  for (const [name, bytes] of Object.entries(rare)) {
    assert.equal(jsonToProtobuf(REQUEST.logs, bytes), undefined, name);
    assert.equal(OtlpRequest.read('logs', 'json', bytes).count, 1, name);
  }
});

test('what is no JSON, and no OTLP, is left to the decoder, which refuses it', () => {
  const texts = ['', '{', '[]', '{}x', '{"resourceLogs":[{},]}', '{"resourceLogs":[{}],}'];
  const bodies = ['{"intValue":"9223372036854775808"}', '{"doubleValue":1e999}', '{"doubleValue":01}'];
  const more = [
    '{"doubleValue":1.}',
    '{"boolValue":tru}',
    '{"stringValue":"\u0001"}',
    '{"stringValue":"\\x"}',
  ];
  const all = [
    ...texts.map((text) => Buffer.from(text)),
    ...[...bodies, ...more, '{"stringValue":"a}', '{"intValue":1'].map(value),
    record('"traceId":"01"'),
    record('"flags":-1'),
  ];
  for (const bytes of all) {
    assert.equal(jsonToProtobuf(REQUEST.logs, bytes), undefined, String(bytes));
    assert.throws(() => OtlpRequest.read('logs', 'json', bytes), { code: 'OTLP_INVALID' });
  }
});

test('bytes that are no UTF-8 become U+FFFD, as with the decoder', () => {
  for (const bytes of [[0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98], [0x80, 0x80]]) {
    const [before, after] = String(value('{"stringValue":"a|z"}')).split('|');
    const json = Buffer.concat([Buffer.from(before ?? ''), Buffer.from(bytes), Buffer.from(after ?? '')]);
    assert.ok(compare('logs', json), String(bytes));
  }
});
