import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AllowedProperties } from '../../src/schema/personal/allowed-schemas.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
const SECRET = { type: 'string', categories: ['secret'] };

function redact(schema: object, data: object, allowed: AllowedProperties = {}): unknown {
  const registered = new SchemaRegistry().register({ $id: 'event', version: 1, ...schema });
  return registered.redactor(allowed)(data as Record<string, unknown>);
}

test('a property is kept if all its categories are allowed, and unrestricted always is', () => {
  const properties = {
    free: { categories: ['unrestricted'] },
    both: { categories: ['a', 'b'] },
    one: { categories: ['a'] },
    plain: {},
  };
  const data = { free: 1, both: 2, one: 3, plain: 4 };
  assert.deepEqual(redact({ properties }, data), { free: 1, both: null, one: null, plain: 4 });
  assert.deepEqual(redact({ properties }, data, { allowedCategories: ['a'] }), { ...data, both: null });
  assert.deepEqual(redact({ properties }, data, { allowedCategories: ['b', 'a'] }), data);
});

test('a property named in allowedProperties is kept whatever its categories are', () => {
  const properties = { user: { categories: ['x'], properties: { email: SECRET } }, other: SECRET };
  const data = { user: { email: 'e' }, other: 'o', undeclared: 1 };
  const allowed = { allowedProperties: ['user', 'undeclared'] };
  assert.deepEqual(redact({ properties }, data, allowed), { ...data, other: null });
});

test('what is denied and absent is null; what the schema does not declare is null, at the top only', () => {
  const schema = { properties: { email: SECRET, note: {}, inner: { properties: { a: SECRET } } } };
  const redacted = redact(schema, { undeclared: 1, inner: { undeclared: 2 } });
  assert.deepEqual(redacted, { undeclared: null, inner: { undeclared: 2 }, email: null });
});

test('without categories nothing is redacted and nothing copied', () => {
  const data = { a: 1, undeclared: 2 };
  assert.equal(redact({ properties: { a: {} } }, data), data);
});

test('personal: true is the category personal', () => {
  const schema = { properties: { a: { personal: true }, b: { personal: false }, c: { personal: ['x'] } } };
  assert.deepEqual(redact(schema, { a: 1, b: 2, c: 3 }), { a: null, b: 2, c: null });
  const allowed = { allowedCategories: ['personal', 'x'] };
  assert.deepEqual(redact(schema, { a: 1, b: 2, c: 3 }, allowed), { a: 1, b: 2, c: 3 });
});

test('no keyword lets a value by', () => {
  const branch = { properties: { s: SECRET } };
  const schemas: Record<string, object> = {
    allOf: { allOf: [branch] },
    anyOf: { anyOf: [{}, branch] },
    oneOf: { oneOf: [branch, { properties: { s: { type: 'string' } } }] },
    not: { not: branch },
    if: { if: branch },
    // biome-ignore lint/suspicious/noThenProperty: a keyword
    then: { if: {}, then: branch },
    else: { if: {}, else: branch },
    dependentSchemas: { dependentSchemas: { other: branch } },
    $ref: { $ref: '#/$defs/a', $defs: { a: branch } },
    patternProperties: { patternProperties: { '^s$': SECRET } },
    additionalProperties: { additionalProperties: SECRET },
    unevaluatedProperties: { unevaluatedProperties: SECRET },
    deep: { allOf: [{ anyOf: [{ not: { if: branch } }] }] },
  };
  for (const [keyword, schema] of Object.entries(schemas)) {
    assert.deepEqual(redact({ $schema: DRAFT, ...schema }, { s: 'x' }), { s: null }, keyword);
    const nested = { $schema: DRAFT, properties: { o: { type: 'array', items: { $ref: '#/$defs/outer' } } } };
    const { $defs, ...outer } = schema as { $defs?: object };
    const redacted = redact({ ...nested, $defs: { ...$defs, outer } }, { o: [{ s: 'x' }] });
    assert.equal(JSON.stringify(redacted).includes('"x"'), false, keyword);
  }
});

test('items of every kind are redacted', () => {
  const data = { a: ['x', 'y', 'z'] };
  const of = (schema: object): unknown => redact({ $schema: DRAFT, properties: { a: schema } }, data);
  assert.deepEqual(of({ items: SECRET }), { a: [null, null, null] });
  assert.deepEqual(of({ prefixItems: [{}, SECRET] }), { a: ['x', null, 'z'] });
  assert.deepEqual(of({ prefixItems: [{}], items: SECRET }), { a: ['x', null, null] });
  assert.deepEqual(of({ contains: SECRET }), { a: [null, null, null] });
  assert.deepEqual(of({ prefixItems: [{}], unevaluatedItems: SECRET }), { a: ['x', null, null] });
  const draft07 = { properties: { a: { items: [{}, SECRET], additionalItems: SECRET } } };
  assert.deepEqual(redact(draft07, data), { a: ['x', null, null] });
});

test('names of keywords are only names under properties', () => {
  const names = ['not', 'if', 'then', 'properties', 'items', 'allOf', '$ref', 'constructor', 'toString'];
  const properties = Object.fromEntries(names.map((name) => [name, SECRET]));
  const data = Object.fromEntries(names.map((name) => [name, 'x']));
  const nulls = Object.fromEntries(names.map((name) => [name, null]));
  assert.deepEqual(redact({ properties }, data), nulls);
  assert.deepEqual(redact({ properties: { inner: { properties } } }, { inner: data }), { inner: nulls });
});

test('references to themselves and to other schemas carry their categories', () => {
  const registry = new SchemaRegistry();
  const tree = registry.register({
    $id: 'https://example.com/tree',
    version: 1,
    properties: {
      children: { type: 'array', items: { $ref: '#' } },
      owner: { $ref: 'person#/definitions/name' },
    },
  });
  const definitions = { name: { categories: ['name'] } };
  registry.register({ $id: 'https://example.com/person', version: '1', definitions });
  const data = { owner: 'x', children: [{ owner: 'y', children: [{ owner: 'z' }] }] };
  const expected = { owner: null, children: [{ owner: null, children: [{ owner: null }] }] };
  assert.deepEqual(tree.redactor({})(data), expected);
});

test('data that was not checked is redacted as well: maps, instances, cycles, toJSON', () => {
  class Person {
    readonly email = 'secret';
    toJSON(): object {
      return { email: this.email, name: 'n' };
    }
  }
  const circle: Record<string, unknown> = { email: 'secret' };
  circle.again = { p: circle };
  const own = { email: 'secret', toJSON: () => ({ email: 'secret' }) };
  const schema = {
    properties: { p: { $ref: '#/definitions/p' } },
    definitions: {
      p: { properties: { email: SECRET, again: { properties: { p: { $ref: '#/definitions/p' } } } } },
    },
  };
  for (const p of [new Person(), new Map([['email', 'secret']]), circle, own]) {
    assert.equal(JSON.stringify(redact(schema, { p })).includes('secret'), false);
  }
  assert.deepEqual(redact(schema, { p: new Person() }), { p: { email: null, name: 'n' } });
});

test('the top level has no toJSON that would bring everything back', () => {
  const data = { email: 'secret', toJSON: () => ({ email: 'secret' }) };
  assert.equal(
    JSON.stringify(redact({ properties: { email: SECRET } }, data)),
    '{"email":null,"toJSON":null}',
  );
});

/** A schema and data with values in it, each with the categories that are planted for its place. */
interface Planted {
  readonly schema: object;
  readonly data: unknown;
  readonly leaves: readonly { readonly secret: string; readonly categories: readonly string[] }[];
}

const categories = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'unrestricted'), { maxLength: 2 });
const names = fc.constantFrom(
  'not',
  'if',
  'properties',
  'items',
  'email',
  'allOf',
  '$ref',
  'a/b',
  '~',
  'ü',
  'x',
);

const under = (planted: Planted, more: readonly string[]): Planted['leaves'] =>
  planted.leaves.map(({ secret, categories: own }) => ({ secret, categories: [...own, ...more] }));

let secrets = 0;
const leaf: fc.Arbitrary<Planted> = categories.map((own) => {
  const secret = `secret-${secrets++}-`;
  return { schema: { type: 'string', categories: own }, data: secret, leaves: [{ secret, categories: own }] };
});

/** Ways to put a schema where it still is about the same value. */
const WRAPS: Record<string, (schema: object) => object> = {
  plain: (schema) => schema,
  allOf: (schema) => ({ allOf: [{}, schema] }),
  anyOf: (schema) => ({ anyOf: [schema, {}] }),
  oneOf: (schema) => ({ oneOf: [{ type: 'null' }, schema] }),
  not: (schema) => ({ not: schema }),
  if: (schema) => ({ if: schema }),
  // biome-ignore lint/suspicious/noThenProperty: a keyword
  then: (schema) => ({ if: {}, then: schema }),
  else: (schema) => ({ if: {}, else: schema }),
  dependentSchemas: (schema) => ({ dependentSchemas: { some: schema } }),
  anchor: (schema) => ({ allOf: [schema], $comment: 'beside others' }),
};
const wraps = fc.constantFrom(...Object.keys(WRAPS));
const wrap = (name: string, schema: object): object => (WRAPS[name] as (schema: object) => object)(schema);

const HOLDERS = ['properties', 'patternProperties', 'additionalProperties', 'unevaluatedProperties'];

function objectOf(child: fc.Arbitrary<Planted>): fc.Arbitrary<Planted> {
  const property = fc.record({
    child,
    wrapped: wraps,
    around: wraps,
    extra: categories,
    named: fc.boolean(),
  });
  return fc
    .record({
      properties: fc.dictionary(names, property, { minKeys: 1, maxKeys: 3 }),
      rest: fc.option(fc.record({ child, holder: fc.constantFrom(...HOLDERS.slice(2)) }), { nil: undefined }),
      own: categories,
    })
    .map(({ properties, rest, own }) => {
      const allOf: object[] = [];
      const data: Record<string, unknown> = {};
      const leaves: Planted['leaves'][number][] = [];
      const declared: Record<string, object> = {};
      for (const [name, { child: planted, wrapped, around, extra, named }] of Object.entries(properties)) {
        const pattern = `^${name.replaceAll(/[$/]/g, '\\$&')}$`;
        const schema = wrap(wrapped, planted.schema);
        const place = named
          ? { properties: { [name]: schema } }
          : { patternProperties: { [pattern]: schema } };
        allOf.push(wrap(around, place), { anyOf: [{ properties: { [name]: { categories: extra } } }, {}] });
        declared[name] = {};
        data[name] = planted.data;
        leaves.push(...under(planted, [...own, ...extra]));
      }
      const more = rest === undefined ? {} : { [rest.holder]: rest.child.schema };
      if (rest !== undefined) {
        data['the rest'] = rest.child.data;
        leaves.push(...under(rest.child, own));
      }
      return { schema: { properties: declared, ...more, allOf, categories: own }, data, leaves };
    });
}

function arrayOf(child: fc.Arbitrary<Planted>): fc.Arbitrary<Planted> {
  const items = fc.array(child, { minLength: 1, maxLength: 3 });
  return fc.tuple(items, child, categories, wraps).map(([first, rest, contained, wrapped]) => ({
    schema: {
      ...wrap(wrapped, { prefixItems: first.map(({ schema }) => schema), items: rest.schema }),
      contains: { categories: contained },
    },
    data: [...first, rest].map(({ data }) => data),
    leaves: [...first, rest].flatMap((each) => under(each, contained)),
  }));
}

const { node } = fc.letrec<{ node: Planted; object: Planted; array: Planted; leaf: Planted }>((tie) => ({
  leaf,
  object: objectOf(tie('node')),
  array: arrayOf(tie('node')),
  node: fc.oneof({ maxDepth: 3, withCrossShrink: true }, tie('leaf'), tie('object'), tie('array')),
}));

test('whatever the schema, no value leaves whose categories are not all allowed, and all others do', () => {
  fc.assert(
    fc.property(objectOf(node), categories, fc.boolean(), (planted, allowedCategories, far) => {
      const registry = new SchemaRegistry();
      const main = { $schema: DRAFT, $id: 'main', version: 1 };
      const registered = registry.register(
        far ? { ...main, $ref: 'other#/$defs/all' } : { ...main, ...planted.schema },
      );
      registry.register({ $schema: DRAFT, $id: 'other', version: 1, $defs: { all: planted.schema } });
      const redacted = registered.redactor({ allowedCategories })(planted.data as Record<string, unknown>);
      const text = JSON.stringify(redacted);
      const allowed = new Set([...allowedCategories, 'unrestricted']);
      for (const { secret, categories: own } of planted.leaves) {
        const leaves = own.every((category) => allowed.has(category));
        const top = isUndeclaredTop(planted, secret);
        if (!top) assert.equal(text.includes(secret), leaves, `${secret} of ${own}`);
        else if (!leaves) assert.equal(text.includes(secret), false, `${secret} of ${own}`);
      }
    }),
    { numRuns: 300 },
  );
});

/** Undeclared and without categories at the top: null by another rule. */
function isUndeclaredTop({ data }: Planted, secret: string): boolean {
  return JSON.stringify((data as Record<string, unknown>)['the rest'] ?? '').includes(secret);
}
