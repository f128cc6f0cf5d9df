import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Event, MAX_EVENT_BYTES } from '../../src/event.ts';
import { contentOf } from '../../src/otlp/event/event-content.ts';
import type { EventRecord } from '../../src/otlp/event/event-record.ts';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import { EVENT, RESERVED } from '../../src/otlp/values/event-attributes.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';

const attributesOf = (data: unknown, more: Partial<Event> = {}): Record<string, unknown> => {
  const { [EVENT.uid]: _, ...rest } = contentOf({
    ...PLAIN_EVENT,
    ...more,
    data: data as Event['data'],
  }).attributes;
  return rest;
};

function readBack(data: Record<string, unknown>): unknown {
  const { attributes } = contentOf({ ...PLAIN_EVENT, data });
  return readEvent({ eventName: PLAIN_EVENT.name, attributes } as unknown as EventRecord).data;
}

class Point {
  x = 1;
  #hidden = 2;
  get sum(): number {
    return this.x + this.#hidden;
  }
}

const cycle: Record<string, unknown> = { a: 1 };
cycle.self = cycle;
const typed = new TypeError('bad');

const VALUES: readonly [what: string, value: unknown, expected: unknown][] = [
  ['a string', 'x', 'x'],
  ['null', null, null],
  ['NaN', Number.NaN, 'NaN'],
  ['Infinity', Number.POSITIVE_INFINITY, 'Infinity'],
  ['-Infinity', Number.NEGATIVE_INFINITY, '-Infinity'],
  ['a number beyond int64 that is whole', 1e300, '1e+300'],
  ['a safe bigint', 12n, 12],
  ['a bigint beyond', 2n ** 70n, '1180591620717411303424'],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['an invalid date', new Date(Number.NaN), 'Invalid Date'],
  [
    'a map',
    new Map<unknown, unknown>([
      ['k', 1n],
      [2, new Set([3])],
    ]),
    { 2: [3], k: 1 },
  ],
  ['a set', new Set(['a', 1]), ['a', 1]],
  ['a URL', new URL('http://a.example/b'), 'http://a.example/b'],
  ['a regular expression', /a+/gi, '/a+/gi'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['a buffer', Buffer.from([1, 2]), new Uint8Array([1, 2])],
  ['a typed array', new Uint16Array([1, 256]), new Uint8Array([1, 0, 0, 1])],
  ['an array buffer', new Uint8Array([7]).buffer, new Uint8Array([7])],
  ['an instance of a class', new Point(), { x: 1 }],
  ['an object with toJSON', { toJSON: () => ({ j: 1 }) }, { j: 1 }],
  ['a boxed number', Object(5), 5],
  ['an object without prototype', Object.assign(Object.create(null), { n: 1 }), { n: 1 }],
  ['a cycle', cycle, { a: 1, self: '[Circular]' }],
  ['the same object twice, no cycle', [PLAIN_EVENT.tags, PLAIN_EVENT.tags], [[], []]],
  ['holes and left-out items of an array', [undefined, () => 1, 2], [null, null, 2]],
  ['left-out fields', { u: undefined, f: () => 1, k: 2 }, { k: 2 }],
  ['an error', typed, { type: 'TypeError', message: 'bad', stacktrace: typed.stack }],
  [
    'a getter that throws',
    Object.defineProperty({ ok: 1 }, 'bad', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    }),
    { ok: 1, bad: '[Unreadable]' },
  ],
  [
    'a toJSON that throws',
    {
      a: 1,
      toJSON() {
        throw new Error('no');
      },
    },
    { a: 1 },
  ],
  [
    'a proxy that throws at everything',
    new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('no');
        },
        getPrototypeOf() {
          throw new Error('no');
        },
      },
    ),
    '[Unreadable]',
  ],
  [
    'a nested key that would set a prototype',
    JSON.parse('{"__proto__":{"x":1}}'),
    { 'data.__proto__': { x: 1 } },
  ],
  ['a nested key the SDK refuses', { constructor: 'c' }, { 'data.constructor': 'c' }],
];

test('every kind of value becomes one that OTLP can hold', () => {
  for (const [what, value, expected] of VALUES)
    assert.deepEqual(attributesOf({ value }), { value: expected }, what);
});

test('one field that throws costs itself; all others are what they would be without it', () => {
  const hostile = Object.defineProperty({}, 'bad', {
    enumerable: true,
    get() {
      throw new Error('no');
    },
  });
  for (const [what, value, expected] of VALUES) {
    assert.deepEqual(
      attributesOf({ hostile, value }),
      { hostile: { bad: '[Unreadable]' }, value: expected },
      what,
    );
  }
});

test('data and sessions that throw at everything are unreadable, not an error', () => {
  const no = (): never => {
    throw new Error('no');
  };
  const hostile = new Proxy({}, { ownKeys: no, getPrototypeOf: no, get: no, has: no });
  assert.deepEqual(attributesOf(hostile), { value: '[Unreadable]' });
  const session = hostile as Event['session'];
  assert.deepEqual(attributesOf({ a: 1 }, { session }), { 'event.session': { value: '[Unreadable]' }, a: 1 });
});

test('undefined and functions are left out at the top too', () => {
  assert.deepEqual(attributesOf({ u: undefined, f() {}, k: 1 }), { k: 1 });
});

test('data that is no map is kept under the key value, and marked', () => {
  for (const [data, expected] of [
    [[1, 2], { value: [1, 2] }],
    [new Date(0), { value: '1970-01-01T00:00:00.000Z' }],
    [Buffer.from('a'), { value: new Uint8Array([97]) }],
  ]) {
    assert.deepEqual(attributesOf(data), { ...expected, 'event.data.bare': true });
  }
});

test('the caller’s objects are neither changed nor kept', () => {
  const bytes = Buffer.from([1]);
  const data = Object.freeze({ list: Object.freeze([1]), bytes });
  const attributes = attributesOf(data);
  bytes[0] = 9;
  assert.deepEqual(attributes.bytes, new Uint8Array([1]));
  assert.notEqual(attributes.list, data.list);
});

test('nesting deeper than 64 is cut and counted', () => {
  let deep: unknown = 'bottom';
  for (let level = 0; level < 5000; level++) deep = { d: deep };
  const attributes = attributesOf({ deep });
  const text = JSON.stringify(attributes.deep);
  assert.match(text, /\[Truncated\]/);
  assert.equal(text.split('"d"').length - 1, 63);
  assert.equal(attributes[EVENT.truncated], 1);
});

test('an event larger than the limit is cut and counted, and still has all its small values', () => {
  const attributes = attributesOf({
    small: 1,
    huge: 'x'.repeat(MAX_EVENT_BYTES + 1),
    bytes: Buffer.alloc(9),
  });
  assert.equal(attributes.small, 1);
  assert.ok((attributes.huge as string).length < MAX_EVENT_BYTES);
  assert.ok((attributes.huge as string).length > MAX_EVENT_BYTES - 1000);
  assert.ok((attributes[EVENT.truncated] as number) >= 1);
});

test('a hundred thousand keys take bounded time and none is lost', () => {
  const data = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index]));
  assert.deepEqual(readBack(data), data);
});

test('reserved attributes are set as the mapping says', () => {
  const event: Partial<Event> = {
    category: 'c',
    tags: ['a', 'b'],
    userId: 'u',
    projectId: 'p',
    session: { s: 1 },
    scope: { start: 1, end: 3.5, duration: 2.5 },
    failure: { type: 'TypeError', message: 'm', stacktrace: 's' },
    incomplete: true,
  };
  assert.deepEqual(attributesOf({ sku: 1 }, event), {
    'event.category': 'c',
    'event.tags': ['a', 'b'],
    'user.id': 'u',
    'project.id': 'p',
    'event.session': { s: 1 },
    'event.start': 1,
    'event.end': 3.5,
    'event.duration': 2.5,
    'event.incomplete': true,
    'error.type': 'TypeError',
    'exception.type': 'TypeError',
    'exception.message': 'm',
    'exception.stacktrace': 's',
    sku: 1,
  });
});

test('a data key that equals a reserved name, or starts with data., takes one prefix and gives it back', () => {
  const data = { 'user.id': 'mine', data: 1, 'data.x': 2, '': 3, plain: 4, constructor: 5 };
  assert.deepEqual(attributesOf(data, { userId: 'real' }), {
    'user.id': 'real',
    'data.user.id': 'mine',
    'data.data': 1,
    'data.data.x': 2,
    'data.': 3,
    plain: 4,
    constructor: 5,
  });
  assert.deepEqual(readBack(data), data);
});

test('keys beyond the attribute limit go into the one map attribute data, and come back', () => {
  const data = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`key${index}`, index]));
  const attributes = attributesOf(data, { category: 'c' });
  assert.ok(Object.keys(attributes).length + 1 <= 128);
  assert.equal(attributes['event.category'], 'c');
  assert.ok(Object.keys(attributes.data as object).length >= 170);
  assert.deepEqual(readBack(data), data);
});

test('a key __proto__ in the data pollutes nothing and comes back', () => {
  const data = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}');
  const back = readBack(data) as Record<string, unknown>;
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.deepEqual(Object.keys(back).sort(), ['__proto__', 'a']);
});

test('what somebody has put on the prototype of all objects is no attribute', () => {
  Object.defineProperty(Object.prototype, 'polluted', { value: 1, enumerable: true, configurable: true });
  try {
    assert.deepEqual(Object.keys(attributesOf({ a: 1 })), ['a']);
  } finally {
    delete (Object.prototype as { polluted?: number }).polluted;
  }
});

test('whatever the data hold, the attributes are clean, bounded and keep every plain key', () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
    withUnicodeString: true,
  });
  const property = fc.property(fc.dictionary(fc.string(), anything, { maxKeys: 200 }), (data) => {
    const { attributes } = contentOf({ ...PLAIN_EVENT, data });
    assert.ok(Object.keys(attributes).length <= 128);
    for (const value of Object.values(attributes)) assertClean(value, 0);
    const back = Object.keys(readBack(data) as object).sort();
    const kept = Object.keys(data).filter((key) => !['undefined', 'function'].includes(typeof data[key]));
    assert.deepEqual(back, kept.sort());
  });
  fc.assert(property, { numRuns: 3000 });
});

function assertClean(value: unknown, depth: number): void {
  assert.ok(depth <= 65);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    assert.ok(
      Number.isFinite(value) && (!Number.isInteger(value) || Math.abs(value) < 2 ** 63),
      String(value),
    );
    return;
  }
  assert.equal(typeof value, 'object');
  if (value instanceof Uint8Array) {
    assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype, 'a Buffer would keep shared memory');
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) assertClean(item, depth + 1);
    return;
  }
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  for (const key of Object.keys(value as object)) {
    assert.ok(key !== '__proto__');
    assertClean((value as Record<string, unknown>)[key], depth + 1);
  }
}

test('every name that the mapping writes is reserved', () => {
  const written = Object.keys(
    contentOf({
      ...PLAIN_EVENT,
      category: 'c',
      tags: ['t'],
      userId: 'u',
      projectId: 'p',
      session: { s: 1 },
      scope: { start: 1, end: 2, duration: 1 },
      failure: { type: 't', message: 'm', stacktrace: 's' },
      incomplete: true,
    }).attributes,
  );
  assert.deepEqual(
    written.filter((name) => !RESERVED.has(name)),
    [],
  );
});
