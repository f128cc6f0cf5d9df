import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeProtobuf, scanProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { MAX_MESSAGES, MAX_VALUE_DEPTH, REQUEST, STATUS } from '../../src/otlp/wire/messages.ts';
import { cpuClock } from '../harness/cpu-clock.ts';

/** `bytes` as field `number` of the enclosing message. */
function inField(number: number, bytes: Uint8Array): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    length.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) break;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
}

/** A request with one log record made of `bytes`. */
const withRecord = (...bytes: number[]): Buffer => inField(1, inField(2, inField(2, Buffer.from(bytes))));

const recordOf = (bytes: Uint8Array): unknown =>
  JSON.parse(JSON.stringify(decodeProtobuf(REQUEST.logs, bytes), (_key, value) => value)).resourceLogs[0]
    .scopeLogs[0].logRecords[0];

const REFUSED: readonly [string, Buffer, RegExp][] = [
  ['a varint without an end', withRecord(0x10, 0xff), /severityNumber|varint cut off/],
  ['a varint of eleven bytes', withRecord(0x10, ...Array(10).fill(0xff), 0x01), /longer than 64 bits/],
  ['a varint with 65 bits', withRecord(0x10, ...Array(9).fill(0xff), 0x02), /longer than 64 bits/],
  ['a length past the end', withRecord(0x1a, 0x05, 0x61), /logRecords: length beyond the end/],
  ['a length past the enclosing message', Buffer.from([0x0a, 0x02, 0x12, 0x03, 1, 2, 3]), /scopeLogs/],
  ['a length of 2^32', withRecord(0x1a, 0x80, 0x80, 0x80, 0x80, 0x10), /length beyond the end/],
  ['a length of 2^63', withRecord(0x1a, ...Array(9).fill(0x80), 0x01), /length beyond the end/],
  ['eight bytes cut off', withRecord(0x09, 1, 2, 3), /value cut off/],
  ['four bytes cut off', withRecord(0x45, 1, 2, 3), /value cut off/],
  ['a string where a message belongs', Buffer.from([0x08, 0x01]), /resourceLogs: wire type 0, not 2/],
  ['a varint where a fixed64 belongs', withRecord(0x08, 0x01), /timeUnixNano: wire type 0, not 1/],
  ['field number 0', Buffer.from([0x02, 0x00]), /bad field number/],
  ['a field number of 30 bits', Buffer.from([0x80, 0x80, 0x80, 0x80, 0x10]), /bad field number/],
  ['wire type 6', Buffer.from([0x7e]), /bad wire type/],
  ['a group that ends before it starts', Buffer.from([0x7c]), /bad wire type/],
  ['a group without an end', Buffer.from([0x7b, 0x08, 0x01]), /varint cut off/],
  ['a group ended by another', Buffer.from([0x7b, 0x74]), /bad wire type/],
  ['groups without bottom', Buffer.alloc(1_000_000, 0x7b), /groups nested too deeply/],
  [
    'a trace id of 15 bytes',
    withRecord(0x4a, 15, ...Array(15).fill(1)),
    /logRecords: an id of 15 bytes, not 16, at byte 8/,
  ],
  [
    'a span id of 16 bytes',
    withRecord(0x52, 16, ...Array(16).fill(1)),
    /logRecords: an id of 16 bytes, not 8, at byte 8/,
  ],
];

for (const [name, bytes, message] of REFUSED) {
  test(`refused: ${name}`, () => {
    const expected = { code: 'OTLP_INVALID', message };
    assert.throws(() => scanProtobuf(REQUEST.logs, bytes), expected);
    assert.throws(() => decodeProtobuf(REQUEST.logs, bytes), expected);
  });
}

test('an error names the way to the fault and the byte', () => {
  assert.throws(() => scanProtobuf(REQUEST.logs, withRecord(0x1a, 0x05, 0x61)), {
    message: /^not a protobuf ExportLogsServiceRequest: resourceLogs\.scopeLogs\.logRecords: .*, at byte 8$/,
  });
});

const nestedArrays = (depth: number): object =>
  depth === 0 ? { boolValue: true } : { arrayValue: { values: [nestedArrays(depth - 1)] } };

const withBody = (body: object) => ({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body }] }] }] });

test('values may be nested 200 deep, and not deeper', () => {
  const deepest = encodeProtobuf(REQUEST.logs, withBody(nestedArrays(MAX_VALUE_DEPTH - 1)) as never);
  assert.equal(scanProtobuf(REQUEST.logs, deepest), 1);
  assert.doesNotThrow(() => decodeProtobuf(REQUEST.logs, deepest));

  const tooDeep = encodeProtobuf(REQUEST.logs, withBody(nestedArrays(MAX_VALUE_DEPTH)) as never);
  for (const read of [scanProtobuf, decodeProtobuf]) {
    assert.throws(() => read(REQUEST.logs, tooDeep), { code: 'OTLP_INVALID', message: /more than 200 deep/ });
  }
});

test('a request of more than two million messages is refused before it takes gigabytes', () => {
  const many = inField(1, inField(2, Buffer.alloc(4 * MAX_MESSAGES, Buffer.from([0x12, 0x00]))));
  const before = process.memoryUsage().rss;
  for (const read of [scanProtobuf, decodeProtobuf]) {
    assert.throws(() => read(REQUEST.logs, many), {
      code: 'OTLP_INVALID',
      message: /more than 2097152 messages/,
    });
  }
  assert.ok(process.memoryUsage().rss - before < 1024 ** 3);
});

test('two million empty messages take no object each', () => {
  const many = inField(1, inField(2, Buffer.alloc(2 * (MAX_MESSAGES - 2), Buffer.from([0x12, 0x00]))));
  const before = process.memoryUsage().rss;
  const [{ scopeLogs }] = decodeProtobuf(REQUEST.logs, many).resourceLogs as [{ scopeLogs: [object] }];
  assert.deepEqual(scopeLogs, [{ scope: {}, logRecords: Array(MAX_MESSAGES - 2).fill({ body: {} }) }]);
  assert.ok(process.memoryUsage().rss - before < 200 * 1024 * 1024);
});

test('items of lists count as messages do', () => {
  const idKeys = Buffer.alloc(2 * MAX_MESSAGES, Buffer.from([0x1a, 0x00]));
  const many = inField(1, inField(1, inField(3, idKeys)));
  for (const read of [scanProtobuf, decodeProtobuf]) {
    assert.throws(() => read(REQUEST.logs, many), {
      message: /more than 2097152 messages and items of lists/,
    });
  }
});

test('an empty message that comes again is merged with what came before it', () => {
  const twice = (...parts: Buffer[]) => inField(1, Buffer.concat(parts.map((part) => inField(1, part))));
  const set = Buffer.from([0x10, 2]);
  const none = Buffer.alloc(0);
  const expected = { resourceLogs: [{ resource: { droppedAttributesCount: 2 } }] };
  assert.deepEqual(decodeProtobuf(REQUEST.logs, twice(none, set)), expected);
  assert.deepEqual(decodeProtobuf(REQUEST.logs, twice(set, none)), expected);
});

test('64-bit integers keep every bit', () => {
  const cases: readonly [number[], string][] = [
    [[...Array(9).fill(0xff), 0x01], '-1'],
    [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], '-9223372036854775808'],
    [[...Array(8).fill(0xff), 0x7f], '9223372036854775807'],
    [[0x80, 0x80, 0x80, 0x80, 0x10], '4294967296'],
    [[0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10], '9007199254740993'],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], '4294967295'],
  ];
  for (const [varint, expected] of cases) {
    const value = Buffer.from([0x18, ...varint]);
    assert.deepEqual(recordOf(withRecord(0x2a, value.length, ...value)), { body: { intValue: expected } });
  }
});

test('unknown fields of every wire type are passed over', () => {
  const unknown = [0x78, 0x05, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7a, 1, 9, 0x7d, 1, 2, 3, 4];
  const group = [0x7b, 0x08, 0x01, 0x73, 0x74, 0x7c];
  assert.deepEqual(recordOf(withRecord(...unknown, ...group, 0x1a, 1, 0x61)), {
    severityText: 'a',
    body: {},
  });
});

test('a zero id is no id', () => {
  assert.deepEqual(recordOf(withRecord(0x4a, 16, ...Array(16).fill(0), 0x52, 0)), { body: {} });
});

test('a field that comes again replaces a scalar and merges a message', () => {
  const resource = (...bytes: number[]) => inField(1, inField(1, Buffer.from(bytes)));
  const twice = inField(
    1,
    Buffer.concat([inField(1, Buffer.from([0x10, 1])), inField(1, Buffer.from([0x10, 2]))]),
  );
  assert.deepEqual(decodeProtobuf(REQUEST.logs, twice), {
    resourceLogs: [{ resource: { droppedAttributesCount: 2 } }],
  });
  assert.deepEqual(decodeProtobuf(REQUEST.logs, resource(0x10, 1, 0x10, 0)), {
    resourceLogs: [{ resource: {} }],
  });
});

test('the last member of a oneof wins, even when it holds a default', () => {
  const value = [0x0a, 1, 0x61, 0x10, 0];
  assert.deepEqual(recordOf(withRecord(0x2a, value.length, ...value)), { body: { boolValue: false } });
});

test('of a oneof in two pieces the member of the later one is left', () => {
  const [text, integer] = [
    [0x2a, 3, 0x0a, 1, 0x61],
    [0x2a, 2, 0x18, 5],
  ];
  assert.deepEqual(recordOf(withRecord(...text, ...integer)), { body: { intValue: '5' } });
  assert.deepEqual(recordOf(withRecord(...integer, ...text)), { body: { stringValue: 'a' } });
});

test('a string that is not UTF-8 costs its bad bytes, not the batch', () => {
  assert.deepEqual(recordOf(withRecord(0x1a, 3, 0x61, 0xff, 0x62)), { severityText: 'a\ufffdb', body: {} });
});

test('a Status decodes', () => {
  assert.deepEqual(decodeProtobuf(STATUS, Buffer.from([0x08, 3, 0x12, 2, 0x6e, 0x6f])), {
    code: 3,
    message: 'no',
  });
});

for (const [shown, members] of [
  ['two members', [0x10, 0x01, 0x18, 0x01]],
  ['a text and a boolean', [0x0a, 0x00, 0x10, 0x01]],
] as const) {
  test(`a value that is set millions of times, ${shown} in turn, is decoded in time: the last one counts`, () => {
    const value = Buffer.alloc(16 * 1024 * 1024, Buffer.from(members));
    const bytes = inField(1, inField(2, inField(2, inField(5, value))));
    const clock = cpuClock();
    const { body } = recordOf(bytes) as { body: unknown };
    assert.deepEqual(body, members[0] === 0x10 ? { intValue: '1' } : { boolValue: true });
    assert.ok(clock() < 3_000, `${clock()} ms`);
  });
}
