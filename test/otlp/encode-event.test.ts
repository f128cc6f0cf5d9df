import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Event } from '../../src/event.ts';
import { encodeEvent } from '../../src/otlp/event/encode-event.ts';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';
import { decodeField, oracleRecord, sorted } from './oracle-record.ts';

const eventWith = (data: unknown, more: Partial<Event> = {}): Event => ({
  ...PLAIN_EVENT,
  ...more,
  data: data as Event['data'],
});

const encoded = (event: Event): OtlpObject => decodeField(encodeEvent(event));

/** The decoded attributes of an event, without its id. */
function attributesOf(data: unknown, more: Partial<Event> = {}): Record<string, OtlpObject> {
  const attributes = encoded(eventWith(data, more)).attributes as { key: string; value: OtlpObject }[];
  return Object.fromEntries(attributes.slice(1).map(({ key, value }) => [key, value]));
}

const text = fc.string({
  unit: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\ud800', '\udc00')),
  maxLength: 40,
});
/** Nested, these two take a prefix in the SDK's records and none in ours: see the table of differences. */
const key = fc.string({ maxLength: 12 }).filter((name) => !['__proto__', 'constructor'].includes(name));

const leaf = fc.oneof(
  text,
  fc.boolean(),
  fc.constantFrom(null, undefined, Number.NaN, Number.POSITIVE_INFINITY, -0, 2 ** 31, 2 ** 32, 2 ** 62),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double().filter((value) => Math.abs(value) < 2 ** 63),
  fc.maxSafeInteger().map(BigInt),
  fc.date(),
  fc.uint8Array({ maxLength: 20 }),
  fc.float32Array({ maxLength: 4 }),
  fc.constantFrom(Symbol('s'), () => 1, /a+/g, new URL('http://a.example/'), new TypeError('bad'), Object(5)),
);
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => new Set(items)),
    tie('value').map((json) => ({ toJSON: () => json })),
  ),
})).value;
const data = fc.dictionary(fc.oneof(key, fc.constantFrom('user.id', 'data', 'data.x', '')), value, {
  maxKeys: 20,
});

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const time = fc.tuple(fc.integer({ min: 0, max: 9_000_000_000 }), fc.integer({ min: 0, max: 999_999_999 }));
const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''));
const event: fc.Arbitrary<Event> = fc.record({
  id: fc.uuid({ version: 7 }),
  name: text.filter((name) => name !== ''),
  time,
  observedTime: time,
  severity: fc.integer({ min: 1, max: 24 }),
  message: optional(text),
  category: optional(text),
  tags: fc.array(text, { maxLength: 3 }),
  userId: optional(text),
  projectId: optional(text),
  session: fc.dictionary(key, value, { maxKeys: 3 }),
  sessionId: optional(text),
  previousSessionId: optional(text),
  context: fc.dictionary(
    fc.oneof(key, fc.constantFrom('ip', 'agent', 'path', 'request_id', 'user_id')),
    value,
    {
      maxKeys: 4,
    },
  ),
  data,
  schema: optional(
    fc.record({
      id: text,
      version: text,
      issues: fc.array(fc.record({ path: text, expected: text, got: text }), { maxLength: 3 }),
    }),
  ),
  scope: optional(
    fc.record({ start: fc.double({ min: 0, max: 1e10, noNaN: true }), end: fc.nat(), duration: fc.nat() }),
  ),
  failure: optional(fc.record({ type: text, message: text, stacktrace: optional(text) })),
  incomplete: fc.boolean(),
  span: optional(fc.record({ traceId: hex(32), spanId: hex(16), traceFlags: fc.constantFrom(0, 1) })),
  exporters: fc.constant(undefined),
  outputPath: fc.constant(undefined),
});

test('an event decodes to what the SDK’s record of it decodes to', () => {
  const property = fc.property(event, (one) => {
    assert.deepEqual(sorted(encoded(one)), sorted(oracleRecord(one)));
  });
  fc.assert(property, { numRuns: 4000 });
});

test('so it does with more keys than attributes', () => {
  const many = fc.dictionary(key, fc.oneof(fc.integer(), fc.constant(undefined)), {
    minKeys: 5,
    maxKeys: 40,
  });
  const property = fc.property(event, many, fc.integer({ min: 32, max: 45 }), (one, more, maxAttributes) => {
    const crowded = { ...one, data: more };
    assert.deepEqual(
      sorted(decodeField(encodeEvent(crowded, maxAttributes))),
      sorted(oracleRecord(crowded, maxAttributes)),
    );
  });
  fc.assert(property, { numRuns: 1000 });
});

function thrower(): never {
  throw new Error('no');
}

test('so it does when something in the data throws', () => {
  const plain = fc.dictionary(key, fc.dictionary(key, fc.oneof(text, fc.integer(), fc.array(text))));
  const property = fc.property(plain, fc.nat({ max: 5 }), (map, at) => {
    const inner = { ...(Object.values(map)[at] ?? {}) };
    const bad = Object.defineProperty(inner, 'bad', { enumerable: true, get: thrower });
    const one = eventWith({ ...map, bad, after: 1 });
    assert.deepEqual(sorted(encoded(one)), sorted(oracleRecord(one)));
  });
  fc.assert(property, { numRuns: 1000 });
});

test('attributes keep their order: reserved ones, then the data as given, then what was cut', () => {
  const deep: Record<string, unknown> = {};
  let inner = deep;
  for (let level = 0; level < 70; level++) {
    inner.d = {};
    inner = inner.d as Record<string, unknown>;
  }
  for (const given of [
    { b: 1, a: { z: 1, y: 2 }, c: [3] },
    { b: 1, deep, a: 2 },
  ]) {
    const one = eventWith(given, { category: 'c', tags: ['t'], session: { s: 1 }, incomplete: true });
    assert.deepEqual(encoded(one).attributes, oracleRecord(one).attributes);
  }
});

const DIFFERENCES: readonly [what: string, value: unknown, expected: OtlpObject][] = [
  ['a whole number beyond int64: the SDK’s JSON exporter could not', 1e300, { doubleValue: 1e300 }],
  ['2^63, the first that is too big', 2 ** 63, { doubleValue: 2 ** 63 }],
  ['-2^63, the last that fits', -(2 ** 63), { intValue: '-9223372036854775808' }],
  ['a bigint beyond 2^53: the SDK has no bigint', 2n ** 62n + 1n, { intValue: '4611686018427387905' }],
  ['the smallest int64', -(2n ** 63n), { intValue: '-9223372036854775808' }],
  [
    'a nested __proto__: the SDK copies maps by assignment',
    JSON.parse('{"__proto__":1}'),
    { kvlistValue: { values: [{ key: '__proto__', value: { intValue: '1' } }] } },
  ],
  [
    'a nested constructor: the SDK refuses the attribute',
    { constructor: 'c' },
    { kvlistValue: { values: [{ key: 'constructor', value: { stringValue: 'c' } }] } },
  ],
];

test('where the wire can hold more than the SDK, it does', () => {
  for (const [what, given, expected] of DIFFERENCES) {
    assert.deepEqual(attributesOf({ value: given }), { value: expected }, what);
  }
});

const cycle: Record<string, unknown> = { a: 1 };
cycle.self = [cycle];

class Point {
  x = 1;
  #hidden = 2;
  get sum(): number {
    return this.x + this.#hidden;
  }
}

const map = (values: Record<string, OtlpObject>): OtlpObject => ({
  kvlistValue: { values: Object.entries(values).map(([name, inner]) => ({ key: name, value: inner })) },
});

const hostile = new Proxy({}, { ownKeys: thrower, getPrototypeOf: thrower, get: thrower });

const VALUES: readonly [what: string, value: unknown, expected: OtlpObject][] = [
  ['a string', 'x', { stringValue: 'x' }],
  ['an empty string', '', { stringValue: '' }],
  ['text beyond ASCII', 'grüße 🎉', { stringValue: 'grüße 🎉' }],
  ['a lone surrogate', 'a\ud800b', { stringValue: 'a\ufffdb' }],
  ['a long lone surrogate', `${'a'.repeat(99)}\ud800`, { stringValue: `${'a'.repeat(99)}\ufffd` }],
  ['true', true, { boolValue: true }],
  ['false', false, { boolValue: false }],
  ['null', null, {}],
  ['a small number', 5, { intValue: '5' }],
  ['a negative number', -5, { intValue: '-5' }],
  ['a fraction', 1.5, { doubleValue: 1.5 }],
  ['NaN', Number.NaN, { stringValue: 'NaN' }],
  ['Infinity', Number.POSITIVE_INFINITY, { stringValue: 'Infinity' }],
  ['-Infinity', Number.NEGATIVE_INFINITY, { stringValue: '-Infinity' }],
  ['a bigint beyond int64', 2n ** 63n, { stringValue: '9223372036854775808' }],
  ['a date', new Date(0), { stringValue: '1970-01-01T00:00:00.000Z' }],
  ['an invalid date', new Date(Number.NaN), { stringValue: 'Invalid Date' }],
  ['a map', new Map([['k', 1]]), map({ k: { intValue: '1' } })],
  ['a set', new Set(['a']), { arrayValue: { values: [{ stringValue: 'a' }] } }],
  ['a URL', new URL('http://a.example/b'), { stringValue: 'http://a.example/b' }],
  ['a regular expression', /a+/gi, { stringValue: '/a+/gi' }],
  ['a symbol', Symbol('s'), { stringValue: 'Symbol(s)' }],
  ['a buffer', Buffer.from([1, 2]), { bytesValue: 'AQI=' }],
  ['a typed array', new Uint16Array([1, 256]), { bytesValue: 'AQAAAQ==' }],
  ['an array buffer', new Uint8Array([7]).buffer, { bytesValue: 'Bw==' }],
  ['an instance of a class', new Point(), map({ x: { intValue: '1' } })],
  ['an object with toJSON', { toJSON: () => [1] }, { arrayValue: { values: [{ intValue: '1' }] } }],
  ['a toJSON that throws', { a: 1, toJSON: thrower }, map({ a: { intValue: '1' } })],
  [
    'a toJSON that gives itself',
    {
      toJSON() {
        return this;
      },
    },
    { stringValue: '[Circular]' },
  ],
  ['a boxed number', Object(5), { intValue: '5' }],
  [
    'an object without prototype',
    Object.assign(Object.create(null), { n: 1 }),
    map({ n: { intValue: '1' } }),
  ],
  [
    'a cycle',
    cycle,
    map({ a: { intValue: '1' }, self: { arrayValue: { values: [{ stringValue: '[Circular]' }] } } }),
  ],
  ['an empty array', [], { arrayValue: {} }],
  ['an empty object', {}, { kvlistValue: {} }],
  ['left-out items', [undefined, () => 1, 2], { arrayValue: { values: [{}, {}, { intValue: '2' }] } }],
  ['left-out fields', { u: undefined, f: () => 1, k: 2 }, map({ k: { intValue: '2' } })],
  ['a proxy that throws at everything', hostile, { stringValue: '[Unreadable]' }],
  [
    'a URL beside what throws',
    { url: new URL('http://a.example/'), hostile },
    map({ url: { stringValue: 'http://a.example/' }, hostile: { stringValue: '[Unreadable]' } }),
  ],
];

test('every kind of value has its place on the wire', () => {
  for (const [what, given, expected] of VALUES) {
    assert.deepEqual(attributesOf({ value: given }), { value: expected }, what);
  }
});

test('data that is no plain object is kept', () => {
  const bare = { 'event.data.bare': { boolValue: true } };
  assert.deepEqual(attributesOf([1]), { value: { arrayValue: { values: [{ intValue: '1' }] } }, ...bare });
  assert.deepEqual(attributesOf(new Date(0)), {
    value: { stringValue: '1970-01-01T00:00:00.000Z' },
    ...bare,
  });
  assert.deepEqual(attributesOf(new Point()), { x: { intValue: '1' } });
  assert.deepEqual(attributesOf(hostile), { value: { stringValue: '[Unreadable]' } });
  assert.deepEqual(attributesOf(undefined), {});
});

test('a session that throws costs the session only', () => {
  const session = Object.defineProperty({ ok: 1 }, 'bad', { enumerable: true, get: thrower });
  assert.deepEqual(attributesOf({ a: 1 }, { session }), {
    'event.session': map({ ok: { intValue: '1' }, bad: { stringValue: '[Unreadable]' } }),
    a: { intValue: '1' },
  });
  assert.deepEqual(attributesOf({ a: 1 }, { session: hostile }).a, { intValue: '1' });
});

test('ids that are none are left out, both', () => {
  for (const span of [
    { traceId: 'x'.repeat(32), spanId: '0123456789abcdef', traceFlags: 1 },
    { traceId: '0'.repeat(32), spanId: '0123456789abcdef', traceFlags: 1 },
    { traceId: '0123456789abcdef0123456789abcdef', spanId: '01', traceFlags: 1 },
    { traceId: '0123456789abcdef0123456789abcdef', spanId: '0123456789abcdeé', traceFlags: 1 },
  ]) {
    assert.deepEqual(encoded(eventWith({}, { span })), encoded(eventWith({})));
  }
});

test('a toJSON that encodes an event does not disturb the one around it', () => {
  const inner = eventWith({ inner: 'i'.repeat(50_000) });
  let length = 0;
  const given = {
    first: 'f'.repeat(500),
    nested: {
      toJSON() {
        length = encodeEvent(inner).length;
        return 'json';
      },
    },
    last: 'l'.repeat(500),
  };
  const one = eventWith(given);
  assert.deepEqual(encoded(one), encoded(eventWith({ ...given, nested: 'json' })));
  assert.equal(length, encodeEvent(inner).length);
});

test('a toJSON that encodes an event and then throws does not either', () => {
  const given = {
    a: 1,
    nested: {
      b: 2,
      toJSON() {
        encodeEvent(eventWith({ inner: 1 }));
        throw new Error('no');
      },
    },
  };
  assert.deepEqual(encoded(eventWith(given)), encoded(eventWith({ a: 1, nested: { b: 2 } })));
});

test('the buffer grows in the midst of an event, and events after a large one are right', () => {
  const small = eventWith({ a: 1 });
  const before = Buffer.from(encodeEvent(small));
  for (const size of [10, 1000, 16_000, 16_384, 40_000, 1_000_000, 4_000_000]) {
    const large = eventWith({
      head: 'h',
      list: Array.from({ length: 50 }, (_, index) => index),
      text: 'é'.repeat(size / 2),
      tail: 't',
    });
    assert.deepEqual(encoded(large), oracleRecord(large));
    assert.deepEqual(Buffer.from(encodeEvent(small)), before);
  }
});

test('what an object inherits is left out, also where it can be enumerated', () => {
  const inherits = (own: object) => Object.assign(Object.create({ inherited: 1 }), own);
  for (const given of [
    inherits({ a: 1 }),
    inherits({}),
    { nested: inherits({ a: 1, b: 's' }) },
    { nested: inherits({}) },
  ]) {
    const one = eventWith(given, { session: inherits({ s: 1 }) });
    assert.deepEqual(encoded(one), oracleRecord(one));
  }
});

test('the context of a span is that of its own event, whatever came before', () => {
  const traceId = '0123456789abcdef0123456789abcdef';
  const spans = [
    { traceId, spanId: '0123456789abcdef', traceFlags: 1 },
    { traceId, spanId: '0123456789abcdef', traceFlags: 0 },
    { traceId, spanId: 'fedcba9876543210', traceFlags: 1 },
    { traceId: traceId.toUpperCase(), spanId: 'fedcba9876543210', traceFlags: 1 },
    { traceId: traceId.replaceAll('0', '1'), spanId: 'fedcba9876543210', traceFlags: 1 },
    { traceId, spanId: '0', traceFlags: 1 },
  ];
  for (const span of [...spans, ...spans.toReversed(), ...spans.flatMap((one) => [one, one])]) {
    const one = eventWith({}, { span });
    const whole = span.spanId.length === 16;
    const { traceId, spanId, flags = 0 } = encoded(one);
    const expected = whole
      ? [span.traceId.toLowerCase(), span.spanId, span.traceFlags]
      : [undefined, undefined, 0];
    assert.deepEqual([traceId, spanId, flags], expected);
  }
});

test('nothing of the caller’s is kept or changed', () => {
  const given = Object.freeze({ list: Object.freeze([1]), bytes: Buffer.from([1]) });
  const copy = Buffer.from(encodeEvent(eventWith(given)));
  given.bytes[0] = 9;
  assert.deepEqual(decodeField(copy), oracleRecord(eventWith({ list: [1], bytes: Buffer.from([1]) })));
});
