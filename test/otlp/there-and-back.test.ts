import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toReadable } from '../../src/cli/spool/to-readable.ts';
import type { Event } from '../../src/event.ts';
import { encodeEvent } from '../../src/otlp/event/encode-event.ts';
import { type ReadEvent, readEvent } from '../../src/otlp/event/read-event.ts';
import { recordsOf } from '../../src/otlp/event/records-of.ts';
import { encodeEnvelope, toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import type { KeyValue } from '../../src/otlp/values/any-value.ts';
import type { Batch } from '../../src/otlp/wire/batch.ts';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { withData } from '../../src/quarantine/with-data.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';

type Data = Event['data'];

/** What is logged, and what is read of it; a function stands for what is no JSON, with what JSON has for it. */
const VALUES: readonly [what: string, value: unknown, back: unknown, asJson?: unknown][] = [
  ['the text 0', '0', '0'],
  ['the text false', 'false', 'false'],
  ['the text -0', '-0', '-0'],
  ['the text 0.0', '0.0', '0.0'],
  ['an empty text', '', ''],
  ['a text with a null character', 'a\0b', 'a\0b'],
  ['a text that looks like base64', 'AAE=', 'AAE='],
  ['an emoji', '👩‍🚀', '👩‍🚀'],
  ['zero', 0, 0],
  ['negative zero', -0, 0],
  ['one', 1, 1],
  ['a negative number', -1, -1],
  ['a fraction', 0.1, 0.1],
  ['the smallest number', 5e-324, 5e-324],
  ['the largest safe number', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ['the largest safe number, negative', -Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER],
  ['a whole number beyond 2^53', 1e17, '100000000000000000'],
  ['a whole number beyond int64', 1e300, 1e300],
  ['NaN', Number.NaN, 'NaN'],
  ['Infinity', Number.POSITIVE_INFINITY, 'Infinity'],
  ['-Infinity', Number.NEGATIVE_INFINITY, '-Infinity'],
  ['a small bigint', 0n, 0],
  ['the largest int64', 2n ** 63n - 1n, '9223372036854775807'],
  ['the smallest int64', -(2n ** 63n), '-9223372036854775808'],
  ['a bigint beyond int64', 2n ** 63n, '9223372036854775808'],
  ['false', false, false],
  ['true', true, true],
  ['null', null, null],
  ['an empty list', [], []],
  ['an empty map', {}, {}],
  ['a list with gaps', ['0', undefined, null, ''], ['0', null, null, '']],
  ['nested lists', [[], [[]], ['0']], [[], [[]], ['0']]],
  ['keys that are numbers', { 0: 5, 1: 3 }, { 0: 5, 1: 3 }],
  ['the keys 0 and empty', { '0': 2, '': 3 }, { '0': 2, '': 3 }],
  ['a key of the prototype', JSON.parse('{"__proto__":{"a":1},"constructor":2}'), undefined],
  ['bytes', new Uint8Array([0, 255]), new Uint8Array([0, 255]), 'AP8='],
  ['no bytes', new Uint8Array(), new Uint8Array(), ''],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['an invalid date', new Date(Number.NaN), 'Invalid Date'],
  [
    'a map',
    new Map<unknown, unknown>([
      [0, '0'],
      ['', new Set(['0'])],
    ]),
    { '0': '0', '': ['0'] },
  ],
  ['a URL', new URL('http://a.example/0'), 'http://a.example/0'],
  ['an object with toJSON', { toJSON: () => ({ '0': '0' }) }, { '0': '0' }],
  ['a field that is undefined', { a: undefined, b: () => 1, c: '0' }, { c: '0' }],
];

const KEYS = [
  '0',
  '',
  ' ',
  'data',
  'data.',
  'data.x',
  'data.data',
  'user.id',
  'event.tags',
  'constructor',
  'toString',
  'a.b',
  '%',
  'é',
];

const HEADER = encodeEnvelope({ attributes: { 'service.name': '0' } }, { name: '0', version: '0' });

function batchOf(data: Data, more: Partial<Event> = {}, maxAttributes?: number): Batch {
  const bytes = toRequest(HEADER, [encodeEvent({ ...PLAIN_EVENT, ...more, data }, maxAttributes)]);
  return { signal: 'logs', encoding: 'protobuf', bytes, count: 1 };
}

const asJson = (batch: Batch): Batch => OtlpRequest.read('logs', 'json', OtlpRequest.of(batch).json());
const asProtobuf = (batch: Batch): Batch =>
  OtlpRequest.read('logs', 'protobuf', OtlpRequest.of(batch).protobuf());

const readIn = (batch: Batch): ReadEvent => readEvent(recordsOf(batch)[0] as never);

interface LogRecord {
  readonly attributes: readonly KeyValue[];
}

function logsOf(batch: Batch): [LogRecord] {
  const { resourceLogs } = OtlpRequest.of(batch).decoded() as never as {
    resourceLogs: [{ scopeLogs: [{ logRecords: [LogRecord] }] }];
  };
  return resourceLogs[0].scopeLogs[0].logRecords;
}

function requestOf(record: LogRecord): Batch {
  const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] } as unknown as OtlpObject;
  return OtlpRequest.read('logs', 'protobuf', encodeProtobuf(REQUEST.logs, request));
}

/** A record without data, mended as `quarantine replay --patch` does it. */
function mended(data: Data): Batch {
  const batch = batchOf({});
  const [record] = logsOf(batch);
  return requestOf({ ...record, attributes: withData(record.attributes, {}, data, undefined) });
}

const WAYS: readonly [string, (data: Data) => Batch][] = [
  ['protobuf', (data) => batchOf(data)],
  ['OTLP/JSON', (data) => asJson(batchOf(data))],
  ['protobuf made of OTLP/JSON', (data) => asProtobuf(asJson(batchOf(data)))],
  ['the map of what is beyond the attribute limit', (data) => batchOf({ first: 1, ...data }, {}, 1)],
  ['a patch of the quarantine', mended],
];

for (const [way, through] of WAYS) {
  for (const [what, value, back, json = back] of VALUES) {
    test(`${way}: ${what} comes back`, () => {
      const expected = back === undefined ? value : back;
      const batch = through({ value, list: [value], map: { value } });
      const { first: _, ...data } = readIn(batch).data;
      assert.deepEqual(data, { value: expected, list: [expected], map: { value: expected } });
      const { first: __, ...shown } = JSON.parse(JSON.stringify(toReadable(batch))).data;
      const text = json === undefined ? value : json;
      assert.deepEqual(shown, { value: text, list: [text], map: { value: text } });
    });
  }

  test(`${way}: every key comes back`, () => {
    const data = Object.fromEntries(KEYS.map((key) => [key, '0']));
    const { first: _, ...read } = readIn(through(data)).data;
    assert.deepEqual(read, data);
  });
}

test('a patch writes what a log call writes', () => {
  for (const [what, value] of VALUES) {
    assert.deepEqual(logsOf(mended({ value })), logsOf(batchOf({ value })), what);
  }
});

test('a patch changes and removes what is under any key, in the map beyond the attribute limit too', () => {
  for (const key of KEYS) {
    for (const maxAttributes of [undefined, 1]) {
      const before = { first: 1, [key]: 'x' };
      const [{ attributes }] = logsOf(batchOf(before, {}, maxAttributes));
      for (const after of [{ first: 1 }, { first: 1, [key]: '0' }]) {
        const patched = withData(attributes, before, after, undefined);
        assert.deepEqual(readIn(requestOf({ attributes: patched })).data, after, `${key} ${maxAttributes}`);
      }
    }
  }
});

test('a patch leaves what is beside it bit for bit, inside maps and lists too', () => {
  const beside = { id: 2n ** 60n, big: 1e300, '': 0, deep: [2n ** 60n, { id: 2n ** 60n }] };
  const batch = batchOf({ order: { ...beside, qty: 'two', gone: 1 } });
  const before = readIn(batch).data as { order: Record<string, unknown> };
  const { gone: _, ...rest } = before.order;
  const [record] = logsOf(batch);
  const attributes = withData(record.attributes, before, { order: { ...rest, qty: 2 } }, undefined);
  assert.deepEqual({ ...record, attributes }, logsOf(batchOf({ order: { ...beside, qty: 2 } }))[0]);
});

test('texts of an event that are 0 come back', () => {
  const given = {
    id: '0',
    name: '0',
    category: '0',
    tags: ['0', ''],
    userId: '0',
    projectId: '0',
    sessionId: '0',
    previousSessionId: '0',
    session: { '0': '0' },
    context: { '0': '0' },
  };
  const failure = { type: '0', message: '0', stacktrace: '0' };
  const schema = { id: '0', version: '0', versionNumber: 0, issues: [] };
  for (const through of [(batch: Batch) => batch, asJson, (batch: Batch) => asProtobuf(asJson(batch))]) {
    const batch = through(batchOf({}, { ...given, failure, schema, message: '0' } as Partial<Event>));
    const [record] = recordsOf(batch);
    const { times: _, data: __, ...read } = readIn(batch);
    const ofSchema = { schemaId: '0', schemaVersion: '0', schemaVersionNumber: 0 };
    assert.deepEqual(read, { ...given, ...ofSchema, error: failure });
    assert.deepEqual(
      [record?.body, record?.scope, record?.resource.attributes],
      ['0', { name: '0', version: '0' }, { 'service.name': '0' }],
    );
  }
});
