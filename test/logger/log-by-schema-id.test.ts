import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineEvent } from '../../src/schema/index.ts';
import { testLogger } from '../../src/testing.ts';

const CART = {
  $id: 'https://shop.example/cart',
  version: 1,
  type: 'object',
  properties: { sku: { type: 'string' }, email: { type: 'string', categories: ['contact'] } },
  required: ['sku'],
};

test('log() and track() of the $id of a registered schema are checked and redacted as record() is', async () => {
  const events = testLogger({ logLevel: 'none' });
  events.registerSchema(CART);
  events.log(CART.$id, { sku: 'A1', email: 'ada@shop.example' });
  events.log(CART.$id, { email: 'ada@shop.example' });
  events.track(CART.$id, { sku: 'B2', email: 'ada@shop.example' }, () => {});
  await events.flush();
  assert.deepEqual(
    events.emitted.map(({ name, data }) => [name, data]),
    [
      [CART.$id, { sku: 'A1', email: null }],
      [CART.$id, { sku: 'B2', email: null }],
    ],
  );
  assert.deepEqual(events.stats().events[CART.$id]?.rejected, { invalid: 1 });
  await events.close();
});

test('a defined event that was given as a schema is checked under its name as a text', async () => {
  const { $id: _, version, ...schema } = CART;
  const events = testLogger({ schemas: [defineEvent('cart.added', { version, schema })], logLevel: 'none' });
  events.log('cart.added', { sku: 'A1', email: 'ada@shop.example' });
  await events.flush();
  assert.deepEqual(events.emitted[0]?.data, { sku: 'A1', email: null });
  await events.close();
});

test('what allowedSchemas leaves out does not go out under its $id as a text', async () => {
  const events = testLogger({ allowedSchemas: ['https://shop.example/other'] });
  events.registerSchema(CART);
  events.log(CART.$id, { sku: 'A1', email: 'ada@shop.example' });
  events.log('of.no.schema', { email: 'x' });
  await events.flush();
  assert.deepEqual(
    events.emitted.map(({ name }) => name),
    ['of.no.schema'],
  );
  await events.close();
});

test('a schema that cannot be used costs the event, and log() does not throw', async () => {
  const told: string[] = [];
  const events = testLogger({ onError: ({ code }) => told.push(code), logLevel: 'none' });
  events.registerSchema({ ...CART, properties: { sku: { $ref: 'https://shop.example/nowhere' } } });
  for (let time = 0; time < 3; time++) {
    assert.match(events.log(CART.$id, { sku: 'A1', email: 'ada@shop.example' }), /^[0-9a-f-]{36}$/);
  }
  await events.flush();
  assert.deepEqual([events.emitted, told], [[], ['SCHEMA_INVALID']]);
  await events.close();
});
