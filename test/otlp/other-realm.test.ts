import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { toFailure } from '../../src/logger/to-failure.ts';
import { encodeEvent } from '../../src/otlp/event/encode-event.ts';
import { contentOf } from '../../src/otlp/event/event-content.ts';
import { decoded } from '../harness/decoded-event.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';

const other = vm.createContext({});
const made = (source: string): unknown => vm.runInContext(`(${source})`, other);

/** A value as the `ValueWriter` writes it, and as an SDK is given it. */
function written(value: unknown): unknown[] {
  const event = { ...PLAIN_EVENT, data: { value } };
  return [decoded(encodeEvent(event)).value, contentOf(event).attributes.value];
}

const FOREIGN: readonly [source: string, expected: unknown][] = [
  ['{ a: { b: [1, "x"] } }', { a: { b: [1, 'x'] } }],
  ['Object.create(null)', {}],
  ['new Date(0)', '1970-01-01T00:00:00.000Z'],
  ['new Date(NaN)', 'Invalid Date'],
  ['new Map([["k", new Set([1])]])', { k: [1] }],
  ['new (class extends Map {})([[1, 2]])', { 1: 2 }],
  ['/a+/gi', '/a+/gi'],
  ['new Uint8Array([1, 2])', new Uint8Array([1, 2])],
  ['new Uint16Array([1, 256])', new Uint8Array([1, 0, 0, 1])],
  ['new DataView(new ArrayBuffer(1))', new Uint8Array([0])],
  ['new Uint8Array([7]).buffer', new Uint8Array([7])],
  ['new SharedArrayBuffer(2)', new Uint8Array([0, 0])],
  ['Object(5)', 5],
  ['Object("s")', 's'],
  ['Object(true)', true],
  ['Object(7n)', 7],
  ['Object(Symbol("s"))', 'Symbol(s)'],
  ['new (class { x = 1 })()', { x: 1 }],
  ['({ toJSON() { return { j: 1 } } })', { j: 1 }],
];

test('a value of another realm is what the same value of this one is', () => {
  for (const [source, expected] of FOREIGN) {
    for (const value of written(made(source))) assert.deepEqual(value, expected, source);
    for (const value of written(vm.runInThisContext(`(${source})`)))
      assert.deepEqual(value, expected, source);
  }
});

const ERRORS = [
  'Object.assign(new TypeError("bad"), { code: "E" })',
  '(() => { class Own extends Error { name = "TypeError"; code = "E" } return new Own("bad") })()',
  `(() => { function Old(message) { this.message = message; this.code = "E"; Error.captureStackTrace(this) }
     Old.prototype = Object.create(Error.prototype, { name: { value: "TypeError" } }); return new Old("bad") })()`,
];

test('an error of another realm keeps its type, its message and its stack', () => {
  for (const source of ERRORS) {
    const error = made(source) as Error;
    const { type, message, stacktrace } = toFailure(error);
    assert.deepEqual([type, message, stacktrace], ['TypeError', 'bad', error.stack], source);
    for (const value of written(error) as Record<string, unknown>[]) {
      assert.equal(value.code, 'E', source);
      assert.deepEqual([value.type, value.message, value.stacktrace], ['TypeError', 'bad', error.stack]);
    }
  }
});

test('data that is a plain object, an error or a map of another realm becomes attributes all the same', () => {
  for (const [source, name, expected] of [
    ['{ a: 1 }', 'a', 1],
    ['new RangeError("m")', 'message', 'm'],
    ['new Map([["k", 1]])', 'k', 1],
  ] as const) {
    const event = { ...PLAIN_EVENT, data: made(source) as Record<string, unknown> };
    assert.equal(decoded(encodeEvent(event))[name], expected, source);
    assert.equal(contentOf(event).attributes[name], expected, source);
  }
});

test('headers, parameters and forms are maps; what stands there twice is a list', () => {
  const headers = new Headers([
    ['accept', 'a'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ]);
  const form = new FormData();
  form.append('name', 'Ada');
  form.append('file', new File(['abc'], 'a.txt', { type: 'text/plain', lastModified: 5 }));
  const expected = [
    [headers, { accept: 'a', 'set-cookie': ['a=1', 'b=2'] }],
    [new URLSearchParams('a=1&b=2&a=3&__proto__=x'), { a: ['1', '3'], b: '2', ['__proto__']: 'x' }],
    [form, { name: 'Ada', file: { name: 'a.txt', type: 'text/plain', size: 3, lastModified: 5 } }],
    [new Blob(['abc'], { type: 'text/plain' }), { type: 'text/plain', size: 3 }],
    [new URL('http://a.example/b?c=1'), 'http://a.example/b?c=1'],
  ] as const;
  for (const [value, wanted] of expected) {
    const [wire, sdk] = written(value);
    assert.deepEqual(wire, wanted);
    assert.deepEqual(JSON.parse(JSON.stringify(sdk).replaceAll('data.__proto__', '__proto__')), wanted);
  }
});

test('an object that only says what it is keeps its fields', () => {
  for (const tag of [
    'Headers',
    'FormData',
    'URLSearchParams',
    'URL',
    'Blob',
    'Map',
    'Date',
    'Error',
    'Object',
  ]) {
    const value = new (class {
      own = 1;
      [Symbol.toStringTag] = tag;
    })();
    for (const each of written(value)) assert.deepEqual(each, { own: 1 }, tag);
  }
});

test('a tag that throws, and pairs without end, cost no event', () => {
  const thrower = new (class {
    own = 1;
    get [Symbol.toStringTag](): string {
      throw new Error('no');
    }
  })();
  for (const each of written(thrower)) assert.deepEqual(each, { own: 1 });
  const endless = new (class extends URLSearchParams {
    override *entries(): ReturnType<URLSearchParams['entries']> {
      for (;;) yield ['a', 'b'];
    }
    override [Symbol.iterator] = this.entries;
  })('x=1');
  for (const each of written(endless)) assert.ok(typeof each === 'object');
});
