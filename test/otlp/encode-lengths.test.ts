import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Event } from '../../src/event.ts';
import { encodeEvent } from '../../src/otlp/event/encode-event.ts';
import { KeyCache } from '../../src/otlp/values/key-cache.ts';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';
import { decodeField } from './oracle-record.ts';

/** Data of texts, small whole numbers, lists and plain objects. */
type Data = string | number | readonly Data[] | { readonly [key: string]: Data };

const attributesOf = (data: Data, more: Partial<Event> = {}): unknown => {
  const { attributes } = decodeField(encodeEvent({ ...PLAIN_EVENT, ...more, data: data as Event['data'] }));
  return (attributes as readonly unknown[]).slice(1);
};

function anyValue(data: Data): OtlpObject {
  if (typeof data === 'string') return { stringValue: data };
  if (typeof data === 'number') return { intValue: String(data) };
  if (Array.isArray(data)) return { arrayValue: data.length === 0 ? {} : { values: data.map(anyValue) } };
  const values = keyValues(data as { readonly [key: string]: Data });
  return { kvlistValue: values.length === 0 ? {} : { values } };
}

function keyValues(map: { readonly [key: string]: Data }): OtlpObject[] {
  return Object.entries(map).map(([key, value]) => ({
    ...(key === '' ? {} : { key }),
    value: anyValue(value),
  }));
}

/** Lengths on either side of those at which a length takes a byte more, with what may surround it. */
const AROUND = [
  ...Array.from({ length: 60 }, (_, index) => 0x80 - 50 + index),
  ...Array.from({ length: 60 }, (_, index) => 0x4000 - 50 + index),
  ...[-40, -30, -20, -10, -7, -6, -5, -4, -3, -2, -1, 0, 1].map((offset) => 0x20_0000 + offset),
];

test('every length is right at every size at which it grows', () => {
  for (const length of AROUND) {
    const text = 'x'.repeat(length);
    for (const data of [
      { text },
      { map: { text } },
      { map: { map: { map: text } } },
      { list: [[text], 1] },
      { list: [{ text }, 1], after: 1 },
    ]) {
      assert.deepEqual(attributesOf(data), keyValues(data), `${length}`);
    }
  }
});

test('so it is when the same key holds now much and now little', () => {
  const size = fc.constantFrom(0, 1, 23, 24, 25, 90, 110, 120, 127, 128, 300, 16_370, 16_384);
  const text = fc.tuple(size, fc.constantFrom('x', 'é', '日')).map(([length, one]) => one.repeat(length));
  const key = fc.constantFrom(
    'a',
    'b',
    'text',
    'ключ',
    '',
    'k'.repeat(93),
    'k'.repeat(97),
    'k'.repeat(200),
    'é'.repeat(48),
  );
  const data = fc.letrec<{ value: Data; map: { readonly [key: string]: Data } }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.nat(300),
      fc.array(tie('value'), { maxLength: 4 }),
      tie('map'),
    ),
    map: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  }));
  const property = fc.property(data.map, text, text, (nested, message, category) => {
    const expected = [
      { key: 'event.category', value: { stringValue: category } },
      { key: 'nested', value: anyValue(nested) },
    ];
    assert.deepEqual(attributesOf({ nested }, { message, category }), expected);
  });
  fc.assert(property, { numRuns: 3000 });
});

test('the buffer grows at any place of an event', () => {
  const huge = { ...PLAIN_EVENT, data: { text: 'x'.repeat(1.1 * 1024 * 1024) } };
  const long = 'k'.repeat(93);
  const items = Array.from({ length: 200 }, (_, index) => ({
    [long]: index,
    text: 'y'.repeat(index % 24),
    list: [[]],
  }));
  for (let pad = 0; pad < 280; pad++) {
    // After an event of this size the writer begins with a small buffer again.
    encodeEvent(huge);
    const data = { pad: 'x'.repeat(pad), items };
    assert.deepEqual(attributesOf(data), keyValues(data), `${pad}`);
  }
});

test('keys made of data are written as they are, however many there are', () => {
  const known = { id: 1, name: 'n', nested: { id: 2 } };
  for (let round = 0; round < 80_000; round += 50) {
    const strange = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`key-${round + index}`, index]),
    );
    const data = { known, strange, [`top-${round}`]: 1 };
    if (round % 1000 === 0) assert.deepEqual(attributesOf(data), keyValues(data));
    else encodeEvent({ ...PLAIN_EVENT, data });
  }
  assert.deepEqual(attributesOf({ known }), keyValues({ known }));
});

test('the first key that a cache is asked for has its name, too', () => {
  for (const key of ['', 'a']) {
    const bytes = Buffer.from(Int32Array.from(new KeyCache((one) => `x${one}`).get(key)?.words ?? []).buffer);
    assert.deepEqual(
      bytes.subarray(0, 3 + key.length),
      Buffer.from([0x0a, 1 + key.length, ...Buffer.from(`x${key}`)]),
    );
  }
});

test('names made of data are, too', () => {
  for (let round = 0; round < 5000; round++) {
    const name = `${'名'.repeat(round % 40)}event-${round}`;
    const { eventName, body } = decodeField(encodeEvent({ ...PLAIN_EVENT, name }));
    assert.deepEqual([eventName, body], [name, { stringValue: name }]);
  }
});

test('a key that an event reserves is moved, in data only', () => {
  const data = { 'user.id': 'u', data: 1, 'data.x': 2, '': 3, nested: { 'user.id': 'u', data: 1, '': 3 } };
  const moved = { 'data.user.id': 'u', 'data.data': 1, 'data.data.x': 2, 'data.': 3, nested: data.nested };
  for (let round = 0; round < 3; round++) assert.deepEqual(attributesOf(data), keyValues(moved));
});

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

test('lone surrogates become U+FFFD in every text of an event, long or short', () => {
  const unit = fc.oneof(fc.constantFrom('\ud800', '\udc00', '🎉'), fc.string({ unit: 'grapheme' }));
  const text = fc.oneof(fc.string({ unit, maxLength: 8 }), fc.string({ unit, minLength: 20, maxLength: 60 }));
  const texts = fc.record({
    id: text,
    name: text.filter((name) => name !== ''),
    message: text,
    category: text,
    userId: text,
    projectId: text,
    tags: fc.array(text, { minLength: 1, maxLength: 3 }),
    failure: fc.record({ type: text, message: text, stacktrace: text }),
  });
  const thrower = {
    get bad() {
      throw new Error('no');
    },
  };
  const property = fc.property(texts, text, fc.boolean(), (event, key, careful) => {
    const data = { [`k${key}`]: { [key]: key }, ...(careful ? { thrower } : {}) };
    const record = decodeField(encodeEvent({ ...PLAIN_EVENT, ...event, data }));
    const well = (value: string): string => value.replace(LONE, '\ufffd');
    const { name, message, failure, tags, ...ids } = event;
    assert.deepEqual([record.eventName ?? '', record.body], [well(name), { stringValue: well(message) }]);
    const shown = Object.fromEntries(
      (record.attributes as { key: string; value: { stringValue?: string } }[]).map((one) => [
        one.key,
        one.value,
      ]),
    );
    const texts = {
      'log.record.uid': ids.id,
      'event.category': ids.category,
      'user.id': ids.userId,
      'project.id': ids.projectId,
      'error.type': failure.type,
      'exception.type': failure.type,
      'exception.message': failure.message,
      'exception.stacktrace': failure.stacktrace,
    };
    for (const [attribute, value] of Object.entries(texts)) {
      assert.equal(shown[attribute]?.stringValue, well(value), attribute);
    }
    const expected = anyValue({ list: tags.map(well), map: { [well(key)]: well(key) } });
    const { values } = expected.kvlistValue as unknown as { values: { value: OtlpObject }[] };
    assert.deepEqual(
      [shown['event.tags'], shown[`k${well(key)}`]],
      values.map(({ value }) => value),
    );
  });
  fc.assert(property, { numRuns: 2000 });
});

test('an id may be any text', () => {
  for (const id of ['', 'ä', 'x'.repeat(127), 'x'.repeat(128), '名'.repeat(100), 'x'.repeat(20_000)]) {
    const { attributes } = decodeField(encodeEvent({ ...PLAIN_EVENT, id }));
    assert.deepEqual(attributes, [{ key: 'log.record.uid', value: { stringValue: id } }]);
  }
});
