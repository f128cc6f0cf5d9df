import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Event, MAX_DEPTH, MAX_EVENT_BYTES } from '../../src/event.ts';
import { encodeEvent } from '../../src/otlp/event/encode-event.ts';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';
import { decodeField, oracleRecord } from './oracle-record.ts';

/** What an event may take beyond the limit: what surrounds its values, and entries that stay in any case. */
const SMALL_CHANGE = 128 * 1024;

const MIB = 1024 * 1024;

const eventWith = (data: unknown, more: Partial<Event> = {}): Event => ({
  ...PLAIN_EVENT,
  ...more,
  data: data as Event['data'],
});

/** The attributes of an encoded event that is not larger than it may be. */
function attributesOf(event: Event): Record<string, OtlpObject> {
  return attributesIn(recordOf(event));
}

function recordOf(event: Event): OtlpObject {
  const field = encodeEvent(event);
  assert.ok(field.length <= MAX_EVENT_BYTES + SMALL_CHANGE, `${field.length} bytes`);
  return decodeField(field);
}

function attributesIn({ attributes }: OtlpObject): Record<string, OtlpObject> {
  const list = attributes as { key: string; value: OtlpObject }[];
  return Object.fromEntries(list.map(({ key, value }) => [key, value]));
}

const textOf = (value: OtlpObject | undefined): string => String(value?.stringValue);
const cutIn = (attributes: Record<string, OtlpObject>): number =>
  Number(attributes['event.truncated']?.intValue ?? 0);

test('what is too large is cut, the first values are kept whole, and each cut is counted', () => {
  const half = 'x'.repeat(MAX_EVENT_BYTES / 2);
  const huge = attributesOf(
    eventWith({ small: 1, huge: 'x'.repeat(30 * MIB), after: 'a', n: 7, bytes: Buffer.alloc(9) }),
  );
  assert.ok(textOf(huge.huge).length > MAX_EVENT_BYTES - 1000);
  assert.deepEqual([huge.small, huge.n], [{ intValue: '1' }, { intValue: '7' }]);
  assert.deepEqual([huge.after, huge.bytes], [{ stringValue: '' }, { stringValue: '[Truncated]' }]);
  assert.equal(cutIn(huge), 3);

  const halves = attributesOf(eventWith({ a: half, nested: { b: half, c: half, d: 1 }, e: 1 }));
  assert.equal(textOf(halves.a), half);
  assert.deepEqual(halves.e, { intValue: '1' });
  const nested = halves.nested?.kvlistValue as unknown as { values: { key: string }[] };
  assert.deepEqual(
    nested.values.map(({ key }) => key),
    ['b'],
  );
  assert.equal(cutIn(halves), 3);

  const list = attributesOf(eventWith({ list: Array(3_000_000).fill(1), after: 1 }));
  const { values = [] } = (list.list?.arrayValue ?? {}) as { values?: unknown[] };
  assert.ok(values.length > 300_000 && values.length < 1_100_000, `${values.length} items`);
  assert.deepEqual([list.after, cutIn(list)], [{ intValue: '1' }, 1]);

  const bytes = attributesOf(eventWith({ bytes: Buffer.alloc(MAX_EVENT_BYTES + 1, 7), after: 'x' }));
  assert.ok(Buffer.from(String(bytes.bytes?.bytesValue), 'base64').length > MAX_EVENT_BYTES - 1000);
  assert.equal(cutIn(bytes), 2);
});

test('an event just below the limit is kept whole, one just above is cut', () => {
  const bare = encodeEvent(eventWith({ text: 'x'.repeat(MIB) })).length - MIB;
  const whole = eventWith({ text: 'x'.repeat(MAX_EVENT_BYTES - bare - 10) });
  assert.deepEqual(recordOf(whole), oracleRecord(whole));
  const half = 'x'.repeat(MAX_EVENT_BYTES / 2);
  const above = attributesOf(eventWith({ half, text: `${half}${'x'.repeat(1000)}` }));
  assert.equal(textOf(above.half), half);
  assert.ok(textOf(above.text).length > half.length - 1000);
  assert.equal(cutIn(above), 1);
});

test('what counts are bytes: text is cut between characters', () => {
  for (const character of ['é', '日', '🎉', '\ud800']) {
    const attributes = attributesOf(eventWith({ a: 1, text: character.repeat(MAX_EVENT_BYTES), z: 1 }));
    const kept = textOf(attributes.text);
    const expected = character === '\ud800' ? '\ufffd' : character;
    assert.ok(Buffer.byteLength(kept) > MAX_EVENT_BYTES - 1000, character);
    assert.equal(kept, expected.repeat(kept.length / expected.length));
    assert.equal(cutIn(attributes), 1);
  }
});

test('a message, a failure or an id of 10 MiB is cut and counted; data and names stay', () => {
  const huge = 'x'.repeat(10 * MIB);
  const data = { a: 1, list: [1, 2, 3], text: 'y'.repeat(MIB) };
  const failure = { type: 'TypeError', message: 'no', stacktrace: 'at' };
  const cases: [what: string, more: Partial<Event>, cut: number][] = [
    ['message', { message: huge }, 1],
    ['name', { name: huge }, 2],
    ['stack', { failure: { ...failure, stacktrace: huge } }, 1],
    ['failure message', { failure: { ...failure, message: huge } }, 1],
    ['type', { failure: { ...failure, type: huge } }, 1],
    ['message and stack', { message: huge, failure: { ...failure, stacktrace: huge } }, 2],
    ['all of a failure', { failure: { type: huge, message: huge, stacktrace: huge } }, 3],
  ];
  for (const [what, more, cut] of cases) {
    const attributes = attributesOf(eventWith(what === 'name' ? {} : data, more));
    assert.equal(cutIn(attributes), cut, what);
    if (what === 'name') continue;
    const { a, list, text } = attributesIn(oracleRecord(eventWith(data)));
    assert.deepEqual([attributes.a, attributes.list, attributes.text], [a, list, text], what);
  }
  const message = recordOf(eventWith(data, { message: huge })).body as OtlpObject;
  assert.ok(textOf(message).length > MIB, 'a message has what the data leave to it');
  const crowded = recordOf(eventWith({ text: huge }, { message: huge }));
  assert.ok(textOf(crowded.body as OtlpObject).length > MIB - 100, 'and a part in any case');
  assert.ok(textOf(attributesIn(crowded).text).length > 2 * MIB);
});

test('every text of an event is bounded', () => {
  const huge = 'é'.repeat(6 * MIB);
  for (const key of ['id', 'category', 'userId', 'projectId', 'sessionId', 'previousSessionId'] as const) {
    const attributes = attributesOf(eventWith({ a: 1 }, { [key]: huge }));
    assert.deepEqual([attributes.a, cutIn(attributes) > 0], [{ intValue: '1' }, true], key);
  }
  for (const more of [
    { tags: Array(40).fill(huge) },
    { tags: Array(3_000_000).fill('t') },
    { session: { a: huge, b: { c: huge } } },
    { session: { [huge]: 1 } },
    { context: { agent: huge, ip: huge, b: { c: huge } } },
  ]) {
    const attributes = attributesOf(eventWith({ a: 1 }, more));
    assert.deepEqual([attributes.a, cutIn(attributes) > 0], [{ intValue: '1' }, true]);
  }
});

test('keys are bounded, too', () => {
  const huge = 'k'.repeat(5 * MIB);
  const one = attributesOf(eventWith({ a: 1, [huge]: 1, b: 2 }));
  assert.deepEqual([one.a, one.b, cutIn(one)], [{ intValue: '1' }, { intValue: '2' }, 1]);
  const long = Array.from({ length: 100 }, (_, index) => [`${'k'.repeat(60_000)}${index}`, 'v']);
  const many = attributesOf(eventWith(Object.fromEntries(long)));
  assert.ok(cutIn(many) > 20);
  const nested = attributesOf(eventWith({ nested: { a: 1, [huge]: 1, b: 2 }, after: 1 }));
  assert.deepEqual([nested.after, cutIn(nested)], [{ intValue: '1' }, 1]);
});

test('5,000 levels, 100,000 keys and a list of four billion holes are bounded', () => {
  let deep: unknown = 'bottom';
  for (let level = 0; level < 5000; level++) deep = { d: deep };
  const deepEvent = eventWith({ deep });
  assert.deepEqual(recordOf(deepEvent), oracleRecord(deepEvent));
  const keys = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]));
  assert.deepEqual(recordOf(eventWith(keys)), oracleRecord(eventWith(keys)));
  const holes = attributesOf(eventWith({ holes: new Array(2 ** 32 - 1), after: 1 }));
  assert.deepEqual([holes.after, cutIn(holes)], [{ intValue: '1' }, 1]);
});

test('an object that grows while it is read is bounded', () => {
  const grow = (): object => ({ toJSON: () => ({ a: grow(), b: grow() }) });
  assert.ok(cutIn(attributesOf(eventWith({ grow: grow() }))) > 0);
  const endless = {
    get list(): unknown[] {
      return Array(1000).fill(endless);
    },
  };
  assert.ok(
    attributesOf(
      eventWith({
        endless,
        throws: {
          get now() {
            throw new Error('no');
          },
        },
      }),
    ).endless,
  );
});

test('no event is larger than it may be, however its bytes are spread', () => {
  const size = fc.constantFrom(1, 30, 99, 100, 127, 128, 5000, 16_384, 300_000, MIB, 3 * MIB);
  const text = fc
    .tuple(fc.constantFrom('a', 'é', '日', '🎉', '\udc00'), size)
    .map(([one, n]) => one.repeat(n / 2 + 1));
  const small = fc.constantFrom(1, -1, 0.5, 2 ** 40, true, null, 2n ** 60n, '', Number.NaN, {}, [], [[]]);
  const many = fc.tuple(small, fc.constantFrom(10, 1000, 200_000)).map(([one, n]) => Array(n).fill(one));
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      text,
      many,
      small,
      size.map((n) => Buffer.alloc(n)),
      fc.dictionary(fc.oneof(fc.string(), text), tie('value'), { maxKeys: 4 }),
      fc.array(tie('value'), { maxLength: 4 }),
    ),
  })).value;
  const thrower = Object.defineProperty({}, 'bad', {
    enumerable: true,
    get() {
      throw new Error('no');
    },
  });
  const event = fc.record({
    data: fc.dictionary(fc.oneof(fc.string(), text), value, { maxKeys: 6 }),
    session: fc.dictionary(fc.string(), value, { maxKeys: 2 }),
    context: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('ip', 'agent')), value, { maxKeys: 2 }),
    message: fc.option(text, { nil: undefined }),
    id: fc.oneof(fc.uuid(), text),
    careful: fc.boolean(),
  });
  const property = fc.property(event, ({ careful, data, ...more }) => {
    recordOf(eventWith(careful ? { ...data, thrower } : data, more));
  });
  fc.assert(property, { numRuns: 150 });
});

test('the deepest nesting is the same whether or not something throws', () => {
  let deep: unknown = 'bottom';
  for (let level = 0; level < MAX_DEPTH; level++) deep = [deep];
  const bad = Object.defineProperty({}, 'bad', {
    enumerable: true,
    get() {
      throw new Error('no');
    },
  });
  assert.deepEqual(attributesOf(eventWith({ deep, bad })).deep, attributesOf(eventWith({ deep })).deep);
});
