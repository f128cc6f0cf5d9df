import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyFields } from '../../src/otlp/event/copy-fields.ts';

test('a proxy that throws when it is asked for its prototype is copied with its fields, each read once', () => {
  let reads = 0;
  /** The first answer lets a loop over its keys begin; the second, for a key that is gone, ends it in the middle. */
  const shy = (target: object): object => {
    let asked = 0;
    return new Proxy(target, {
      ownKeys: (own) => [...Reflect.ownKeys(own), 'gone'],
      getPrototypeOf() {
        if (asked++ > 0) throw new Error('no');
        return Object.prototype;
      },
      get(own, key) {
        if (key === 'first' && ++reads > 41) throw new Error('read too often');
        return Reflect.get(own, key);
      },
    });
  };
  let nested = shy({ first: 'innermost' });
  for (let depth = 0; depth < 40; depth++) nested = shy({ first: 'kept', nested });
  const { deep } = copyFields({ deep: nested }) as { deep: { first: string; nested: { first: string } } };
  assert.deepEqual([deep.first, deep.nested.first], ['kept', 'kept']);
});

test('what is enumerable on the prototype of all objects is in no copy', () => {
  Object.defineProperty(Object.prototype, 'polluted', { value: 1, enumerable: true, configurable: true });
  try {
    assert.deepEqual(Object.keys(copyFields({ a: { b: 1 } })), ['a']);
  } finally {
    delete (Object.prototype as { polluted?: number }).polluted;
  }
});

test('a getter is asked once, and one that throws costs no other field', () => {
  let asked = 0;
  const data = {
    a: 1,
    get counted() {
      return ++asked;
    },
    get bad(): number {
      throw new Error('no');
    },
    inner: { z: [1, undefined] },
  };
  assert.deepEqual(copyFields(data), { a: 1, counted: 1, bad: '[Unreadable]', inner: { z: [1, null] } });
  assert.equal(asked, 1);
});
