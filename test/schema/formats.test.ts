import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { SchemaRegistry } from '../../src/schema/registry.ts';

function validatorOf(property: object): (value: unknown) => boolean {
  const json = { $id: 'x', version: 1, type: 'object', properties: { a: property } };
  const schema = new SchemaRegistry().register(json);
  return (a) => schema.validate({ a }).issues === undefined;
}

test('a time is what RFC 3339 says it is', () => {
  const isDateTime = validatorOf({ format: 'date-time' });
  const good = [
    '2024-02-29T23:59:59Z',
    '2024-01-01t00:00:00.123456z',
    '2016-12-31T23:59:60Z',
    '2024-01-01T00:00:00-23:59',
  ];
  const bad = [
    '2024-01-01T23:60:00+00:01',
    '2024-01-01 00:00:00Z',
    '2024-01-01T00:00:00+0100',
    '2024-01-01T00:00:00',
    '2023-02-29T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T12:00:60Z',
  ];
  for (const text of good) assert.ok(isDateTime(text), text);
  for (const text of bad) assert.equal(isDateTime(text), false, text);
  const isTime = validatorOf({ format: 'time' });
  assert.deepEqual(['23:59:59Z', '23:60:00+00:01', '12:00:00+0100'].map(isTime), [true, false, false]);
});

test('multiples of what is no binary fraction are multiples', () => {
  const isPrice = validatorOf({ multipleOf: 0.01 });
  for (const price of [19.99, 0.07, 1.1, 4.35, 1_000_000.01, 0]) assert.ok(isPrice(price), `${price}`);
  for (const other of [19.995, 0.001, 1 / 3]) assert.equal(isPrice(other), false, `${other}`);
});

test('a format that is not known is passed over, and said once', async () => {
  const warned = once(process, 'warning') as Promise<[Error]>;
  assert.ok(validatorOf({ type: 'integer', format: 'uint32' })(7));
  assert.ok(validatorOf({ type: 'string', format: 'datetime' })('x'));
  const [{ name, message }] = await warned;
  assert.deepEqual(
    [name, message],
    [
      'otel-events',
      'schema x at /properties/a/format: the format uint32 is not known, any text has it (did you mean int32?)',
    ],
  );
});
