import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeProtobuf,
  type OtlpObject,
  type OtlpValue,
  scanProtobuf,
} from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import type { Message } from '../../src/otlp/wire/message.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { protobufToJson } from '../../src/otlp/wire/transcoder.ts';
import { arbitraryMessage } from './arbitrary-message.ts';

/** The same with its keys in the order in which the message declares them. */
function inOrder(message: Message, value: OtlpObject): OtlpObject {
  const ordered: OtlpObject = {};
  for (const { name, type } of message.fields) {
    const field = value[name];
    if (field === undefined) continue;
    const one = (item: OtlpValue): OtlpValue =>
      typeof type === 'object' ? inOrder(type, item as OtlpObject) : item;
    ordered[name] = Array.isArray(field) ? field.map(one) : one(field);
  }
  return ordered;
}

/** What the decoder makes of the same bytes. */
const expected = (message: Message, bytes: Uint8Array): string =>
  `${JSON.stringify(inOrder(message, decodeProtobuf(message, bytes)))}\n`;

function check(message: Message, bytes: Uint8Array): void {
  const json = protobufToJson(message, bytes);
  assert.ok(json !== undefined, 'taken');
  assert.equal(Buffer.from(json).toString(), expected(message, bytes));
}

for (const signal of ['logs', 'traces', 'metrics'] as const) {
  test(`any ${signal} become what the decoder makes of them, to the byte`, () => {
    const message = REQUEST[signal];
    fc.assert(
      fc.property(arbitraryMessage(message), (value) => check(message, encodeProtobuf(message, value))),
      { numRuns: 300 },
    );
  });
}

/** A field with its tag and its length. */
const field = (tag: number, inside: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([tag]), varint(inside.length), inside]);

/** A logs request around the bytes of one record. */
function recordOf(...bytes: readonly number[]): Uint8Array {
  return withRecord(Buffer.from(bytes));
}

function withRecord(record: Uint8Array): Uint8Array {
  return field(0x0a, field(0x12, field(0x12, record)));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>>= 7) {
    bytes.push(left < 0x80 ? left : (left & 0x7f) | 0x80);
    if (left < 0x80) return Buffer.from(bytes);
  }
}

const text = (value: string | Buffer): number[] => {
  const bytes = Buffer.from(value);
  return [...varint(bytes.length), ...bytes];
};

test('texts: escapes, all of Unicode, what is no UTF-8, at every length', () => {
  const invalid = [[0xff], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98], [0x80, 0x80]];
  for (const piece of [...'"\\/\b\f\n\r\t\u0000\u001f\u007f\u0080é漢\u2028😀'].map((one) =>
    Buffer.from(one),
  )) {
    for (const before of ['', 'a', 'ab'.repeat(40)]) {
      check(
        REQUEST.logs,
        recordOf(0x1a, ...text(Buffer.concat([Buffer.from(before), piece, Buffer.from('z')]))),
      );
    }
  }
  for (const bytes of invalid) {
    check(
      REQUEST.logs,
      recordOf(0x1a, ...text(Buffer.concat([Buffer.from('a'), Buffer.from(bytes), Buffer.from('z')]))),
    );
  }
});

test('a long text that is not ASCII is cut between characters', () => {
  for (const shift of [0, 1, 2, 3]) {
    const value = `"${'x'.repeat(shift)}${'漢😀\u0001'.repeat(60_000)}`;
    check(REQUEST.logs, withRecord(field(0x1a, Buffer.from(value))));
  }
});

test('a character at the end of a piece, and half of one behind it', () => {
  for (const shift of [-4, -3, -2, -1, 0, 1]) {
    const before = Buffer.from(`"${'a'.repeat(65_531 + shift)}`);
    const whole = Buffer.from('😀');
    for (const stray of [[0x80], [0x80, 0x80, 0x80, 0x80], [0xf0, 0x9f], []]) {
      check(
        REQUEST.logs,
        withRecord(field(0x1a, Buffer.concat([before, whole, Buffer.from(stray), Buffer.from('zz')]))),
      );
    }
  }
});

test('integers of 64 bits at their ends', () => {
  for (const value of [
    0n,
    1n,
    -1n,
    999_999_999n,
    10n ** 9n,
    10n ** 18n - 1n,
    10n ** 18n,
    2n ** 32n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    -(2n ** 32n),
  ]) {
    const body = { intValue: String(value) };
    const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body }] }] }] };
    check(REQUEST.logs, encodeProtobuf(REQUEST.logs, request));
  }
  for (const value of [1n, 2n ** 64n - 1n, 1_700_000_000_123_456_789n]) {
    const bytes = Buffer.alloc(9, 0x09);
    bytes.writeBigUInt64LE(value, 1);
    check(REQUEST.logs, recordOf(...bytes));
  }
});

test('doubles: amounts, what is nearly one, and all others', () => {
  const odd = [
    0,
    1,
    -1,
    0.001,
    0.0005,
    0.1 + 0.2,
    12.345,
    999_999.999,
    1e6,
    1e21,
    5e-324,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ];
  const random = Array.from(
    { length: 2_000 },
    (_, index) => (index * 7919) / (index % 2 === 0 ? 1_000 : 997),
  );
  for (const value of [...odd, ...random]) {
    const bytes = Buffer.alloc(9, 0x21);
    bytes.writeDoubleLE(value, 1);
    check(REQUEST.logs, recordOf(0x2a, ...text(bytes)));
  }
});

test('fields in any order, twice, unknown and with defaults', () => {
  const cases = {
    'a scalar twice': [0x1a, ...text('a'), 0x1a, ...text('b')],
    'a scalar twice, at last the default': [0x1a, ...text('a'), 0x1a, 0],
    'attributes apart': [
      0x32,
      ...text(Buffer.from([0x0a, 1, 97])),
      0x1a,
      ...text('x'),
      0x32,
      ...text(Buffer.from([0x0a, 1, 98])),
    ],
    'a value before its key': [0x32, ...text(Buffer.from([0x12, 2, 0x18, 5, 0x0a, 1, 97]))],
    'an attribute of nothing': [0x32, 0],
    'a value of two members': [0x2a, 5, 0x0a, 1, 97, 0x18, 5],
    'a value of two members, the other way': [0x2a, 5, 0x18, 5, 0x0a, 1, 97],
    'an unknown field': [0x7a, 1, 0, 0x1a, ...text('x')],
    'an unknown number': [0x98, 0x3f, 1, 0x1a, ...text('x')],
    'an id of zeros': [0x4a, 16, ...Array<number>(16).fill(0)],
    'a default in a member': [0x2a, 2, 0x0a, 0],
    'a number too long for its type': [0x10, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1],
  };
  for (const [name, bytes] of Object.entries(cases)) {
    const request = recordOf(...bytes);
    assert.equal(
      Buffer.from(protobufToJson(REQUEST.logs, request) ?? []).toString(),
      expected(REQUEST.logs, request),
      name,
    );
  }
});

test('the sign of zero stays', () => {
  const bytes = Buffer.alloc(9, 0x21);
  bytes.writeDoubleLE(-0, 1);
  const json = Buffer.from(protobufToJson(REQUEST.logs, recordOf(0x2a, ...text(bytes))) ?? []).toString();
  assert.match(json, /"doubleValue":-0\}/);
});

test('records in a field that OTLP has dropped are refused, not passed over', () => {
  const old = Buffer.concat([Buffer.from([0xc2, 0x3e]), varint(2), Buffer.from([0x12, 0])]);
  assert.throws(() => scanProtobuf(REQUEST.logs, field(0x0a, old)), {
    code: 'OTLP_INVALID',
    message: /field 1000/,
  });
});

test('what comes in pieces is left to the decoder', () => {
  const resource = [0x0a, ...text(Buffer.from([0x10, 1]))];
  const twice = Buffer.from([0x0a, ...text(Buffer.from([...resource, ...resource]))]);
  assert.equal(protobufToJson(REQUEST.logs, twice), undefined);
});
