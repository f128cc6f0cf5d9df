import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { defineEvent } from '../../src/schema/define/define-event.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';
import { testLogger } from '../../src/testing.ts';

const NO_OBJECT = { code: 'SCHEMA_INVALID', message: /no event fits it/, fix: /type: object/ };

const UNFIT: Record<string, object> = {
  'a list': { type: 'array', items: { type: 'string' } },
  'several kinds, none of them an object': { type: ['string', 'null'] },
  'a list of values': { enum: ['a', 1, null, []] },
  'one value': { const: 'a' },
  'one of two that are none': { anyOf: [{ type: 'string' }, { enum: [1] }] },
  'all of two, one of them a list': { type: 'object', allOf: [{}, { type: 'array' }] },
  'a reference to a list': { $ref: '#/definitions/list', definitions: { list: { type: 'array' } } },
  'a reference to nothing at all': { allOf: [{ $ref: '#/definitions/no' }], definitions: { no: false } },
};

const FIT: Record<string, object> = {
  'no type': { required: ['a'] },
  'an object or a list': { type: ['array', 'object'] },
  'one of two': { oneOf: [{ type: 'array' }, { type: 'object' }] },
  'a value that is an object': { enum: ['a', { a: {} }] },
  'a condition': { if: { type: 'array' }, not: { type: 'object', required: ['b'] } },
  'a circle through a property': {
    properties: { a: { $ref: '#' } },
    anyOf: [{ $ref: '#/definitions/n' }],
    definitions: { n: {} },
  },
};

const schemaOf = (schema: object) => ({ $id: 'x', version: 1, ...schema });

for (const [what, schema] of Object.entries(UNFIT)) {
  test(`no event is defined by ${what}, nor recorded with it`, () => {
    assert.throws(() => defineEvent('x', { version: 1, schema: schema as never }), NO_OBJECT);
    const events = testLogger();
    events.registerSchema(schemaOf(schema));
    assert.throws(() => events.record('x', 1, {}), NO_OBJECT);
  });
}

test('what an object may fit is taken', () => {
  for (const [what, schema] of Object.entries(FIT)) {
    assert.doesNotThrow(() => defineEvent('x', { version: 1, schema: schema as never }), what);
    assert.deepEqual(
      new SchemaRegistry().register(schemaOf(schema)).validate({ a: {} }).issues,
      undefined,
      what,
    );
  }
});

test('a schema that no event fits may be referred to', () => {
  const registry = new SchemaRegistry();
  registry.register({ $id: 'tags', version: 1, type: 'array' });
  const order = registry.register({ $id: 'order', version: 1, properties: { tags: { $ref: 'tags' } } });
  assert.equal(order.validate({ tags: [] }).issues, undefined);
  assert.equal(order.validate({ tags: {} }).issues?.length, 1);
});

test('a library that makes an object of a text may define an event', () => {
  const schema = z.string().transform((text) => ({ text }));
  const event = defineEvent('x', { version: 1, schema });
  assert.deepEqual(event.validate('a'), { value: { text: 'a' } });
});

test('a path or an URL given as text of a schema is told from one', () => {
  const fixOf = (text: string): string | undefined => {
    try {
      testLogger().registerSchema(text);
    } catch (error) {
      const { code, fix } = error as { code: string; fix?: string };
      assert.equal(code, 'SCHEMA_INVALID');
      return fix;
    }
    return assert.fail();
  };
  for (const path of ['./events/order.yaml', 'order.json', '/etc/order', 'C:\\events\\order.yml', '../order'])
    assert.match(fixOf(path) ?? '', /a path: registerSchemaFile/, path);
  assert.match(fixOf('https://shop.example/order.json') ?? '', /a URL: registerSchemaUrl/);
  assert.equal(fixOf('just text'), undefined);
});
