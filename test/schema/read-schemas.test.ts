import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { defineEvent } from '../../src/schema/define/define-event.ts';
import { readSchemas } from '../../src/schema/read/read-schemas.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';
import { testLogger } from '../../src/testing.ts';
import { files, otelEvents } from '../cli/schema-samples.ts';
import { tempDir } from '../harness/temp-dir.ts';

const DRAFT_04 = {
  $schema: 'http://json-schema.org/draft-04/schema#',
  id: 'https://shop.example/order',
  version: 1,
  type: 'object',
  required: ['total'],
  properties: {
    total: { type: 'number', minimum: 0, exclusiveMinimum: true },
    share: { type: 'number', maximum: 1, exclusiveMaximum: false },
    items: { type: 'array', items: { $ref: '#/definitions/item' } },
    minimum: { type: 'string' },
  },
  definitions: {
    item: { id: '#item', type: 'object', properties: { n: { maximum: 9, exclusiveMaximum: true } } },
  },
};

const IGLU = {
  $schema: 'http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#',
  description: 'A link was clicked',
  self: { vendor: 'com.acme', name: 'link_click', format: 'jsonschema', version: '1-0-1' },
  type: 'object',
  properties: { targetUrl: { type: 'string', minLength: 1 } },
  required: ['targetUrl'],
  additionalProperties: false,
};

/** What a rule of a plan says of a whole message. */
const MESSAGE = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  labels: {},
  definitions: { price: { type: 'number', minimum: 0 } },
  properties: {
    context: { type: 'object', required: ['ip'] },
    traits: {},
    properties: {
      type: 'object',
      properties: {
        order_id: {
          id: '/properties/properties/properties/order_id',
          type: 'string',
          description: 'Its number',
        },
        total: { $ref: '#/definitions/price' },
      },
      required: ['order_id'],
    },
  },
  required: ['properties'],
};

const PLANS: Record<string, object> = {
  "Segment's public API": {
    id: 'tp_1',
    name: 'Shop',
    type: 'LIVE',
    rules: [
      { type: 'COMMON', key: null, jsonSchema: {}, version: 1 },
      { type: 'IDENTIFY', key: null, jsonSchema: MESSAGE, version: 1 },
      { type: 'TRACK', key: 'Order Completed', jsonSchema: MESSAGE, version: 2 },
    ],
  },
  "an answer of Segment's public API": {
    data: {
      rules: [{ type: 'TRACK', key: 'Order Completed', jsonSchema: MESSAGE, version: 2 }],
      pagination: {},
    },
  },
  "Segment's first API": {
    name: 'workspaces/shop/tracking-plans/rs_1',
    display_name: 'Shop',
    rules: {
      events: [{ name: 'Order Completed', description: '', rules: MESSAGE, version: 2 }],
      identify: {},
    },
  },
  'RudderStack, a plan': {
    name: 'Shop',
    version: 2,
    rules: { events: [{ name: 'Order Completed', eventType: 'track', rules: MESSAGE }] },
  },
  'RudderStack, its events': {
    data: [{ id: 'ev_1', name: 'Order Completed', eventType: 'track', version: 2, rules: MESSAGE }],
  },
};

test('a schema of draft-04 is read as one of draft-07', () => {
  const schema = new SchemaRegistry().register(DRAFT_04);
  const issues = (data: object): unknown[] => (schema.validate(data).issues ?? []).map(({ path: at }) => at);
  assert.equal(schema.id, 'https://shop.example/order');
  assert.deepEqual(issues({ total: 0, share: 1, minimum: 'a', items: [{ n: 8 }] }), ['/total']);
  assert.deepEqual(issues({ total: 0.1, share: 1.1, items: [{ n: 9 }] }), ['/share', '/items/0/n']);
});

test('so are draft-06 and, in words of 2020-12, 2019-09', () => {
  const base = { $id: 'x', version: 1 };
  const registry = new SchemaRegistry();
  const six = registry.register({
    ...base,
    $schema: 'http://json-schema.org/draft-06/schema#',
    required: ['a'],
  });
  const nine = registry.register({
    ...base,
    version: 2,
    $schema: 'https://json-schema.org/draft/2019-09/schema',
    properties: { a: { items: [{ type: 'string' }], additionalItems: { type: 'number' } } },
    dependentRequired: { b: ['a'] },
  });
  assert.equal(six.validate({}).issues?.length, 1);
  assert.equal(nine.validate({ a: ['x', 1] }).issues, undefined);
  assert.equal(nine.validate({ a: [1, 'x'], b: 1 }).issues?.length, 2);
  assert.equal(nine.validate({ b: 1 }).issues?.length, 1);
});

test("Iglu's schemas are known by vendor, name and format, in their version", async () => {
  const events = testLogger();
  events.registerSchema(IGLU);
  events.record('iglu:com.acme/link_click/jsonschema', '1-0-1', { targetUrl: '/' });
  await events.flush();
  assert.deepEqual(
    [events.emitted[0]?.schemaId, events.emitted[0]?.schemaVersion],
    ['iglu:com.acme/link_click/jsonschema', '1-0-1'],
  );
  const self = { vendor: 'com.acme', name: 'link_click' };
  assert.throws(() => events.registerSchema({ ...IGLU, self }), {
    code: 'SCHEMA_INVALID',
    message: /at \/self: /,
  });
});

for (const [what, plan] of Object.entries(PLANS)) {
  test(`a tracking plan holds the schemas of its events: ${what}`, () => {
    const [only, ...others] = readSchemas(plan);
    assert.deepEqual([others, only?.name], [[], 'Order Completed']);
    const { $id, version, required, definitions } = only?.json ?? {};
    assert.deepEqual(
      [$id, version, required, definitions],
      ['Order%20Completed', 2, ['order_id'], MESSAGE.definitions],
    );
    const [schema] = new SchemaRegistry().registerAll(plan);
    assert.equal(schema?.validate({ order_id: 'A1', total: 1 }).issues, undefined);
    assert.equal(schema?.validate({ total: -1 }).issues?.length, 2);
  });
}

test('events of a plan are recorded by the names that they have in it', async (t) => {
  const file = path.join(tempDir(t), 'plan.json');
  writeFileSync(file, JSON.stringify(PLANS["Segment's public API"]));
  const events = testLogger();
  events.registerSchemaFile(file);
  events.record('Order Completed', 2, { order_id: 'A1' });
  assert.throws(() => events.record('Order Completed', 2, {}), { code: 'EVENT_INVALID' });
  assert.throws(() => events.record('Order Completed', 1, {}), {
    code: 'SCHEMA_UNKNOWN',
    fix: /versions 2$/,
  });
  await events.flush();
  assert.deepEqual(
    events.emitted.map(({ name, schemaId }) => [name, schemaId]),
    [['Order Completed', 'Order%20Completed']],
  );
});

test('a plan is registered as a whole or not at all', () => {
  const bad = { ...MESSAGE, properties: { properties: { type: 'objekt' } } };
  const rule = (key: string, jsonSchema: object) => ({ type: 'TRACK', key, jsonSchema, version: 1 });
  const registry = new SchemaRegistry();
  const plan = (...rules: object[]) => ({ rules });
  assert.throws(() => registry.registerAll(plan(rule('a', MESSAGE), rule('b', bad)), 'file plan.json'), {
    code: 'SCHEMA_INVALID',
    message: /^file plan.json, event b at \/type: /,
  });
  assert.throws(() => registry.registerAll(plan(rule('a', MESSAGE), rule('a', MESSAGE))), {
    code: 'SCHEMA_DUPLICATE',
  });
  assert.throws(() => registry.registerAll(plan({ type: 'PAGE', key: null, jsonSchema: {} })), {
    code: 'SCHEMA_INVALID',
    message: /without events/,
  });
  assert.deepEqual(registry.all, []);
});

test('what is registered is what was read: an event may be defined with a schema of draft-04', () => {
  const event = defineEvent('order', {
    version: 1,
    schema: DRAFT_04,
    personal: { '/items/*/n': ['contact'] },
  });
  assert.throws(() => testLogger().record(event, { total: 0 }), { code: 'EVENT_INVALID' });
});

test('the tools read the same documents', async (t) => {
  const directory = files(t, {
    'plan.json': JSON.stringify(PLANS["Segment's public API"]),
    'iglu.json': JSON.stringify(IGLU),
    'order.json': JSON.stringify(DRAFT_04),
    'events.jsonl': '{"name":"Order Completed","data":{"total":1}}\n',
  });
  const all = ['plan.json', 'iglu.json', 'order.json'].map((file) => path.join(directory, file));
  const types = await otelEvents('types', ...all);
  assert.equal(types.status, 0, types.stderr);
  assert.match(types.stdout, /"Order Completed": OrderCompleted;/);
  assert.match(types.stdout, /order_id: string;/);
  const docs = await otelEvents('docs', ...all);
  assert.deepEqual([docs.status, /Order Completed/.test(docs.stdout)], [0, true], docs.stderr);
  const checked = await otelEvents('validate', ...all);
  assert.equal(checked.status, 0, checked.stderr);
  assert.match(checked.stdout, /iglu.json: iglu:com.acme\/link_click\/jsonschema version 1-0-1 is valid/);
  const events = await otelEvents('validate', ...all, '--events', path.join(directory, 'events.jsonl'));
  assert.match(events.stdout, /events.jsonl:1: Order%20Completed@2 .*order_id/);
});

const ordered = (message: object, rule: object = {}): object => ({
  rules: [{ key: 'Ordered', type: 'TRACK', version: 1, jsonSchema: message, ...rule }],
});
const inner = { type: 'object', properties: { email: { type: 'string' } } };
const message = { type: 'object', properties: { properties: inner } };

test('what a rule of a plan says around the properties of a message holds for the data', async () => {
  const personal: Record<string, object> = {
    'categories of the message': ordered({ ...message, categories: ['contact'] }),
    'personal-data of the message': ordered({ ...message, 'personal-data': true }),
    'personal of the rule': ordered(message, { personal: true }),
    'categories of both': ordered({ ...message, personal: ['a'] }, { categories: ['b'] }),
    'in anyOf': ordered({
      ...message,
      anyOf: [{ properties: { properties: { properties: { email: { personal: true } } } } }],
    }),
    'in allOf alone': ordered({
      allOf: [message, { properties: { properties: { properties: { email: { personal: true } } } } }],
    }),
    'in anyOf beside an anyOf of the properties': ordered({
      properties: { properties: { ...inner, anyOf: [{ required: ['email'] }] } },
      anyOf: [{ properties: { properties: { properties: { email: { personal: true } } } } }],
    }),
    'categories beside properties that are a reference': ordered({
      properties: { properties: { $ref: '#/definitions/p' } },
      definitions: { p: inner },
      categories: ['contact'],
    }),
    'categories of a rule whose schema is a reference': ordered(
      { $ref: '#/definitions/p', definitions: { p: inner } },
      { categories: ['contact'] },
    ),
    'categories in allOf': ordered({ allOf: [message, { categories: ['contact'] }] }),
  };
  for (const [what, plan] of Object.entries(personal)) {
    const events = testLogger({ logLevel: 'none' });
    events.registerSchema(plan);
    events.record('Ordered', 1, { email: 'SECRET' });
    await events.close();
    assert.deepEqual(
      events.emitted.map(({ data }) => data),
      [{ email: null }],
      what,
    );
  }
});

test('what a rule says of a message as a whole, and cannot be said of the data alone, is refused', () => {
  const refused: Record<string, object> = {
    $ref: { ...message, $ref: '#/definitions/m', definitions: { m: {} } },
    if: { ...message, if: { required: ['userId'] } },
    patternProperties: { ...message, patternProperties: { '^p': {} } },
    requierd: { ...message, requierd: ['properties'] },
    persnal: { ...message, persnal: true },
  };
  for (const [keyword, schema] of Object.entries(refused)) {
    const events = testLogger();
    assert.throws(() => events.registerSchema(ordered(schema)), { code: 'SCHEMA_INVALID' }, keyword);
  }
});
