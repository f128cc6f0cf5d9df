import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainData } from '../../src/otlp/values/plain-data.ts';

test('what is enumerable on the prototype of all objects is no part of what is checked', () => {
  Object.defineProperty(Object.prototype, 'polluted', { value: 1, enumerable: true, configurable: true });
  try {
    const { value } = plainData({ a: { b: 1 } }) as { value: { a: object } };
    assert.deepEqual([Object.keys(value), Object.keys(value.a)], [['a'], ['b']]);
  } finally {
    delete (Object.prototype as { polluted?: number }).polluted;
  }
});

test('each kind of value is what is emitted for it, in an object of its own', () => {
  const given = {
    text: 'a',
    infinite: Number.POSITIVE_INFINITY,
    yes: true,
    nothing: null,
    big: 12n,
    symbol: Symbol('s'),
    absent: undefined,
    call: () => {},
    list: [undefined, 1],
    ['__proto__']: { own: 1 },
  };
  const { value, count } = plainData(given) as { value: object; count: number };
  const expected = {
    text: 'a',
    infinite: 'Infinity',
    yes: true,
    nothing: null,
    big: 12,
    symbol: 'Symbol(s)',
    list: [null, 1],
    ['__proto__']: { own: 1 },
  };
  assert.deepEqual(value, expected);
  assert.equal(count, 14);
});
