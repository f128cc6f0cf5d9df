import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import type { EventLoggerOptions, OtelEventsError } from '../../src/index.ts';
import { defineEvent } from '../../src/schema/index.ts';
import { type TestLogger, testLogger } from '../../src/testing.ts';
import { assertBalanced } from '../harness/ledger.ts';
import { tempDir } from '../harness/temp-dir.ts';

const SCHEMA = {
  $id: 'https://example.org/opened',
  version: 1,
  type: 'object',
  additionalProperties: false,
  properties: {
    path: { type: 'string', categories: ['unrestricted'] },
    size: { type: 'integer', minimum: 1 },
    owner: { type: 'string', categories: ['user-identifier'] },
  },
  required: ['path'],
};
const ID = SCHEMA.$id;

function recording(options: EventLoggerOptions = {}): TestLogger {
  return testLogger({ schemas: [SCHEMA], logLevel: 'none', ...options });
}

test('a recorded event has its schema, is checked, and is named after it', async () => {
  const events = recording();
  const id = events.record(ID, 1, { path: '/a', size: 2 }, { timestamp: 1_700_000_000_000 });
  events.record(ID, '1', { path: '/b' });
  await events.flush();
  const [record] = events.records;
  assert.equal(record?.eventName, ID);
  assert.equal(record?.timeUnixNano, 1_700_000_000_000_000_000n);
  assert.deepEqual(
    events.emitted.map(({ id, schemaId, schemaVersion, data }) => [
      id === undefined,
      schemaId,
      schemaVersion,
      data.path,
    ]),
    [
      [false, ID, '1', '/a'],
      [false, ID, '1', '/b'],
    ],
  );
  assert.equal(events.emitted[0]?.id, id);
});

test('an invalid event throws all failing paths, never a value, and is counted', async () => {
  const events = recording();
  assert.throws(
    () => events.record(ID, 1, { path: 7, size: 0, secret_key: 'secret value' }),
    (error: OtelEventsError) => {
      assert.equal(error.code, 'EVENT_INVALID');
      const issues = error.issues ?? [];
      assert.deepEqual(issues.map(({ path }) => path).sort(), ['/path', '/secret_key', '/size']);
      assert.match(issues.find(({ path }) => path === '/path')?.expected ?? '', /string/);
      assert.match(issues.find(({ path }) => path === '/path')?.got ?? '', /number/);
      return !JSON.stringify([error.message, issues]).includes('secret value');
    },
  );
  await events.flush();
  assert.equal(events.emitted.length, 0);
  assert.deepEqual(events.stats().total.rejected, { invalid: 1 });
  assertBalanced(events.stats());
});

test('a schema that is not registered, or not in this version, is an error that says which are', () => {
  const events = recording();
  assert.throws(() => events.record('other', 1, {}), { code: 'SCHEMA_UNKNOWN', message: /other/ });
  assert.throws(() => events.record(ID, 2, {}), { code: 'SCHEMA_UNKNOWN', message: /versions 1/ });
});

test('versions live side by side; a file and YAML text can be registered too', async (t) => {
  const file = path.join(tempDir(t), 'opened.yaml');
  writeFileSync(
    file,
    `$id: ${ID}\nversion: 2\ntype: object\nrequired: [name]\nproperties: {name: {type: string}}\n`,
  );
  const events = recording();
  events.registerSchemaFile(file);
  events.registerSchema(`{"$id": "${ID}", "version": "3", "type": "object"}`);
  events.record(ID, 1, { path: '/a' });
  events.record(ID, 2, { name: 'n' });
  events.record(ID, 3, {});
  assert.throws(() => events.record(ID, 2, { path: '/a' }), { code: 'EVENT_INVALID' });
  assert.throws(() => events.registerSchemaFile(file), { code: 'SCHEMA_DUPLICATE' });
  await events.flush();
  assert.deepEqual(
    events.emitted.map(({ schemaVersion }) => schemaVersion),
    ['1', '2', '3'],
  );
});

test('what is personal leaves only if all its categories are allowed', async () => {
  const rows: [EventLoggerOptions['allowedSchemas'], unknown][] = [
    [undefined, null],
    [[ID], null],
    [{ [ID]: { allowedCategories: ['user-identifier'] } }, 'ada'],
    [{ [ID]: { allowedCategories: ['other'] } }, null],
    [{ [ID]: { allowedProperties: ['owner'] } }, 'ada'],
  ];
  for (const [allowedSchemas, owner] of rows) {
    const events = recording(allowedSchemas === undefined ? {} : { allowedSchemas });
    const heard: unknown[] = [];
    events.addListener((_, __, data) => heard.push(data.owner));
    events.record(ID, 1, { path: '/a', owner: 'ada' });
    await events.flush();
    assert.deepEqual([events.emitted[0]?.data.owner, events.emitted[0]?.data.path], [owner, '/a']);
    assert.deepEqual(heard, [owner]);
  }
});

test('of a schema that is not allowed nothing is written, and that is counted', async () => {
  const events = recording({ allowedSchemas: ['another'] });
  events.record(ID, 1, { path: '/a' });
  await events.flush();
  assert.equal(events.emitted.length, 0);
  assert.deepEqual(events.stats().total.dropped, { not_allowed: 1 });
  assertBalanced(events.stats());
});

const CartItemAdded = defineEvent('cart.item_added', {
  version: 3,
  category: 'cart',
  severity: 'WARN',
  schema: z.object({ sku: z.string(), qty: z.coerce.number().int(), mail: z.string().optional() }),
  personal: { '/mail': ['identifier'] },
});

test('of a defined event what its schema makes of the data is emitted, without what is personal', async () => {
  const events = recording();
  events.log(CartItemAdded, { sku: 'A1', qty: '2', mail: 'ada@example.org' }, { tags: ['t'] });
  events.record(CartItemAdded, { sku: 'A2', qty: 3 });
  events.track(CartItemAdded, { sku: 'A3' }, (scope) => scope.add({ qty: 4 }));
  await events.flush();
  assert.deepEqual(
    events.emitted.map(({ name, category, data, schemaId, schemaVersion }) => ({
      name,
      category,
      data: { sku: data.sku, qty: data.qty, mail: data.mail },
      schema: [schemaId, schemaVersion],
    })),
    [
      ['A1', 2],
      ['A2', 3],
      ['A3', 4],
    ].map(([sku, qty]) => ({
      name: 'cart.item_added',
      category: 'cart',
      data: { sku, qty, mail: null },
      schema: ['cart.item_added', '3'],
    })),
  );
  assert.deepEqual(
    events.records.map(({ severityNumber }) => severityNumber),
    [13, 13, 13],
  );
});

test('log and track do not throw for invalid data: it is counted, said once, and not emitted', async () => {
  const errors: OtelEventsError[] = [];
  const events = recording({ onError: (error) => errors.push(error) });
  for (let n = 0; n < 3; n++) events.log(CartItemAdded, { sku: 'A1', qty: 'many' });
  assert.equal(
    events.track(CartItemAdded, { sku: 'A1' }, () => 42),
    42,
  );
  await events.flush();
  assert.equal(events.emitted.length, 0);
  assert.deepEqual(events.stats().events['cart.item_added']?.rejected, { invalid: 4 });
  assert.deepEqual(
    errors.map(({ code, message }) => [code, /many/.test(message)]),
    [['EVENT_INVALID', false]],
  );
  assertBalanced(events.stats());
});

test('the policies: throw, also from a scope, and mark, which emits and says what is wrong', async () => {
  const strict = recording({ onInvalid: 'throw' });
  assert.throws(() => strict.log(CartItemAdded, { sku: 'A1', qty: 'x' }), { code: 'EVENT_INVALID' });
  assert.throws(() => strict.track(CartItemAdded, { sku: 'A1' }, () => {}), { code: 'EVENT_INVALID' });
  assert.throws(
    () => strict.track(CartItemAdded, {}, () => assert.fail('the work itself')),
    /the work itself/,
  );
  const lenient = recording({ onInvalid: 'mark' });
  lenient.record(ID, 1, { path: 7, owner: 'ada' });
  await lenient.flush();
  const [marked] = lenient.records;
  assert.deepEqual(
    ((marked?.attributes['event.schema.issues'] ?? []) as { path: string }[]).map(({ path }) => path),
    ['/path'],
  );
  assert.deepEqual([marked?.attributes.path, marked?.attributes.owner], [7, null]);
});

test('an asynchronous schema is a coded error, and nothing is left unhandled', () => {
  const events = recording();
  const Async = defineEvent('async', {
    version: 1,
    schema: z.object({ a: z.string().refine(async () => false) }),
  });
  assert.throws(() => events.log(Async, { a: 'x' }), {
    code: 'SCHEMA_ASYNC',
    message: /async is asynchronous/,
  });
  const validate = (): Promise<never> => Promise.reject(new Error('later'));
  const schema = { '~standard': { version: 1 as const, vendor: 'test', validate } };
  const Rejecting = defineEvent('rejecting', { version: 1, schema });
  assert.throws(() => events.record(Rejecting, {} as never), { code: 'SCHEMA_ASYNC' });
});

test('definitions that cannot be are errors', () => {
  const bad = [
    () => defineEvent('', { version: 1, schema: {} }),
    () => defineEvent('n', { version: undefined as never, schema: {} }),
    () => defineEvent('n', { version: 1, schema: 'x' as never }),
    () => defineEvent('n', { version: 1, schema: {}, onInvalid: 'x' as never }),
    () => defineEvent('n', { version: 1, schema: z.object({ a: z.string() }), personal: { '/b': ['x'] } }),
  ];
  for (const make of bad) assert.throws(make, { code: 'SCHEMA_INVALID' }, String(make));
});
