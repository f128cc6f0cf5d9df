import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { SchemaRegistry } from '../../src/schema/registry.ts';
import { cpuClock } from '../harness/cpu-clock.ts';
import { tempDir } from '../harness/temp-dir.ts';

const ORDER = { $id: 'https://example.com/order', version: 1, type: 'object', required: ['sku'] };
const ORDER_YAML = '$id: https://example.com/order\nversion: 1\ntype: object\nrequired: [sku]\n';

const register = (schema: object | string): unknown => new SchemaRegistry().register(schema);

test('a schema may be an object, JSON text, YAML text, or a file of either', (t) => {
  const folder = tempDir(t);
  const json = path.join(folder, 'order.json');
  const yaml = path.join(folder, 'order.yaml');
  writeFileSync(json, JSON.stringify(ORDER));
  writeFileSync(yaml, ORDER_YAML);
  const registered = [
    new SchemaRegistry().register(ORDER),
    new SchemaRegistry().register(JSON.stringify(ORDER)),
    new SchemaRegistry().register(ORDER_YAML),
    new SchemaRegistry().registerFile(json),
    new SchemaRegistry().registerFile(pathToFileURL(yaml)),
  ];
  for (const schema of registered) {
    assert.deepEqual([schema.id, schema.version, schema.json], [ORDER.$id, '1', ORDER]);
    assert.deepEqual(schema.validate({}), {
      issues: [{ path: '/sku', expected: 'a value', got: 'nothing' }],
    });
    assert.deepEqual(schema.validate({ sku: 'x' }), { value: { sku: 'x' } });
  }
});

test('a change of the object afterwards changes nothing', () => {
  const schema = structuredClone(ORDER);
  const registered = new SchemaRegistry().register(schema);
  schema.required.push('other');
  assert.throws(() => (registered.json as typeof ORDER).required.push('other'), TypeError);
  assert.deepEqual(registered.validate({ sku: 1 }), { value: { sku: 1 } });
});

test('versions live beside each other; the one registered last is the one without a version', () => {
  const registry = new SchemaRegistry();
  const first = registry.register(ORDER);
  const second = registry.register({ ...ORDER, version: '2.0', required: ['sku', 'count'] });
  assert.equal(registry.get(ORDER.$id, '1'), first);
  assert.equal(registry.get(ORDER.$id, 1), first);
  assert.equal(registry.get(ORDER.$id), second);
  assert.equal(registry.get(ORDER.$id, 3), undefined);
  assert.equal(registry.get('toString'), undefined);
  assert.deepEqual(registry.all, [first, second]);
  assert.ok(first.validate({ sku: 1 }).issues === undefined);
  assert.ok(second.validate({ sku: 1 }).issues !== undefined);
});

test('the same $id and version twice is a duplicate, whatever form it has', () => {
  const registry = new SchemaRegistry();
  registry.register(ORDER);
  for (const again of [ORDER, JSON.stringify(ORDER), ORDER_YAML, { ...ORDER, version: '1' }]) {
    assert.throws(() => registry.register(again), { code: 'SCHEMA_DUPLICATE' });
  }
  assert.equal(registry.all.length, 1);
});

test('what is no usable schema is refused with the place and a way out', () => {
  const base = { $id: 'a', version: 1 };
  const nested = (schema: object): object => ({ ...base, allOf: [{ properties: { x: schema } }] });
  const table: [schema: object | string, message: RegExp][] = [
    ['', /wanted a schema as an object/],
    ['[]', /wanted a schema as an object/],
    ['{"$id": "a",', /neither JSON nor YAML/],
    [[base], /wanted a schema as an object/],
    [{ version: 1 }, /\$id is missing/],
    [{ $id: 'a' }, /at \/version: wanted a version/],
    [{ $id: 'a', version: true }, /at \/version: wanted a version/],
    [{ $id: 'a', version: Number.NaN }, /at \/version: wanted a version/],
    [{ $id: 'a#b', version: 1 }, /at \/\$id: wanted a URI without a fragment/],
    [{ $id: 'no uri', version: 1 }, /at \/\$id: wanted a URI/],
    [{ ...base, $schema: 'http://json-schema.org/draft-03/schema#' }, /at \/\$schema: .*not known/],
    [{ ...base, typ: 'object' }, /at \/typ: .*did you mean type\?/],
    [nested({ requird: [] }), /at \/allOf\/0\/properties\/x\/requird/],
    [nested({ type: 'text' }), /at \/allOf\/0\/properties\/x\/type: wanted/],
    [nested({ pattern: '(' }), /at \/allOf\/0\/properties\/x\/pattern: Invalid regular expression/],
    [nested({ categories: 'email' }), /wanted a list of names of categories/],
    [nested({ properties: { __a: {} } }), /at .*\/__a: names that start with __ are reserved/],
    [nested({ patternProperties: { '^__a': {} } }), /names that start with __ are reserved/],
    [nested({ definitions: { __a: {} } }), /names that start with __ are reserved/],
    [{ ...base, items: { not: { if: { properties: { __a: {} } } } } }, /names that start with __/],
    [{ ...base, prefixItems: [] }, /draft-07 has no such keyword/],
    [{ ...base, $dynamicRef: '#x' }, /no such keyword, or it is not supported/],
  ];
  for (const [schema, message] of table) {
    assert.throws(() => register(schema), { code: 'SCHEMA_INVALID', message });
  }
});

test('notes of one’s own start with x-, and nothing in them is a schema', () => {
  register({
    ...ORDER,
    'x-owner': { properties: { __a: 1 } },
    properties: { a: { 'x-note': 1, title: 't' } },
  });
});

test('hostile schemas are refused within a few seconds', () => {
  const clock = cpuClock();
  const text = (value: string): string => `{"$id":"a","version":1,"x-a":${value}}`;
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  const alias = (name: string, of: string): string => `x-${name}: &${name} [${`*${of},`.repeat(20)}]\n`;
  const bomb = `$id: a\nversion: 1\nx-a: &a [1,1]\n${alias('b', 'a')}${alias('c', 'b')}${alias('d', 'c')}`;
  const circular: Record<string, unknown> = { $id: 'a', version: 1 };
  circular.not = circular;
  const many = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`k${index}`, true]));
  const hostile = [
    'x'.repeat(10_000_000),
    { $id: 'a', version: 1, description: 'x'.repeat(10_000_000) },
    text(deep),
    '['.repeat(100_000),
    bomb,
    '$id: a\nversion: 1\nx-a: &a {b: *a}\n',
    circular,
    { $id: 'a', version: 1, properties: many },
    JSON.parse('{"$id":"a","version":1,"properties":{"__proto__":{}}}') as object,
    {
      get $id(): string {
        throw new Error('mine');
      },
    },
  ];
  for (const schema of hostile) assert.throws(() => register(schema), { code: 'SCHEMA_INVALID' });
  assert.ok(clock() < 20_000);
});

test('schemas refer to each other, whichever comes first', () => {
  const registry = new SchemaRegistry();
  const person = registry.register({
    $id: 'https://example.com/person',
    version: 1,
    properties: {
      home: { $ref: 'address' },
      zip: { $ref: 'https://example.com/address#/definitions/zip' },
      city: { $ref: 'address#city' },
    },
  });
  assert.throws(() => person.validate({}), {
    code: 'SCHEMA_INVALID',
    message: /home\/\$ref: there is no schema address/,
  });
  registry.register({
    $id: 'https://example.com/address',
    version: 1,
    properties: { zip: { $ref: '#/definitions/zip' } },
    definitions: { zip: { type: 'string' }, city: { $id: '#city', minLength: 1 } },
  });
  const { issues } = person.validate({ home: { zip: 1 }, zip: 2, city: '' });
  assert.deepEqual(
    issues?.map((issue) => issue.path),
    ['/home/zip', '/zip', '/city'],
  );
});

test('a reference by the very $id works where ids have no scheme', () => {
  const registry = new SchemaRegistry();
  const main = registry.register({
    $id: 'example.org/a',
    version: 1,
    properties: { b: { $ref: 'example.org/b' } },
  });
  registry.register({ $id: 'example.org/b', version: 1, type: 'string' });
  assert.ok(main.validate({ b: 1 }).issues !== undefined);
});

test('each version keeps its own definitions', () => {
  const registry = new SchemaRegistry();
  const of = (version: number, type: string): object => ({
    $id: 'https://example.com/v',
    version,
    properties: { a: { $ref: '#/definitions/a' } },
    definitions: { a: { type } },
  });
  const one = registry.register(of(1, 'string'));
  const two = registry.register(of(2, 'number'));
  assert.ok(one.validate({ a: 'x' }).issues === undefined && two.validate({ a: 'x' }).issues !== undefined);
});

test('a schema that asks for itself about the same value, or for another draft, cannot be used', () => {
  const registry = new SchemaRegistry();
  const self = registry.register({ $id: 'self', version: 1, anyOf: [{ not: { $ref: '#' } }] });
  registry.register({ $id: 'ping', version: 1, $ref: 'pong' });
  const pong = registry.register({ $id: 'pong', version: 1, $ref: 'ping' });
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  const other = registry.register({ $schema, $id: 'other', version: 1, properties: { a: { $ref: 'self' } } });
  for (const schema of [self, pong, other]) {
    assert.throws(() => schema.validate({}), { code: 'SCHEMA_INVALID' });
    assert.throws(() => schema.redactor({}), { code: 'SCHEMA_INVALID' });
  }
});

test('a schema that is too much for the compiler is refused once and for all', () => {
  const anyOf = Array.from({ length: 9_000 }, (_, index) => ({ required: [`key${index}`] }));
  const schema = { $id: 'wide', version: 1, anyOf };
  const registered = new SchemaRegistry().register(schema);
  assert.throws(() => registered.validate({}), { code: 'SCHEMA_INVALID' });
  const clock = cpuClock();
  for (let count = 0; count < 1000; count++) assert.throws(() => registered.validate({}));
  assert.ok(clock() < 10_000);
});

function packageWith(folder: string, field: object | undefined, files: readonly string[]): void {
  const root = path.join(folder, 'node_modules', '@org', 'events');
  mkdirSync(path.join(root, 'events'), { recursive: true });
  mkdirSync(path.join(root, 'more'), { recursive: true });
  const own = field === undefined ? {} : { 'otel-events': field };
  writeFileSync(
    path.join(root, 'package.json'),
    JSON.stringify({ name: '@org/events', exports: {}, ...own }),
  );
  for (const file of files) writeFileSync(path.join(root, file), `$id: ${file}\nversion: 1\n`);
}

test('a package brings schemas in its folder events, or where it says', (t) => {
  const folder = tempDir(t);
  const files = ['events/b.yaml', 'events/a.json', 'events/c.txt', 'more/d.event.yml', 'more/e.yml'];
  const found = (field?: object): string[] => {
    packageWith(folder, field, files);
    const schemas = new SchemaRegistry().registerPackage('@org/events', path.join(folder, 'deeper'));
    return schemas.map(({ id }) => id);
  };
  assert.deepEqual(found(), ['events/a.json', 'events/b.yaml']);
  assert.deepEqual(found({ schemas: ['more/*.event.yml', 'events/b.yaml'] }), [
    'more/d.event.yml',
    'events/b.yaml',
  ]);
  for (const schemas of [['../*.yaml'], ['/etc/*.yaml'], 'more', ['none/*.yaml']]) {
    assert.throws(() => found({ schemas }), { code: 'SCHEMA_INVALID' });
  }
  const registry = new SchemaRegistry();
  for (const name of ['missing', '../events', '']) {
    assert.throws(() => registry.registerPackage(name, folder), { code: 'SCHEMA_INVALID' });
  }
});

test('a package is registered as a whole or not at all', (t) => {
  const folder = tempDir(t);
  packageWith(folder, undefined, ['events/a.json', 'events/b.yaml']);
  const registry = new SchemaRegistry();
  registry.register({ $id: 'events/b.yaml', version: 1 });
  assert.throws(() => registry.registerPackage('@org/events', folder), { code: 'SCHEMA_DUPLICATE' });
  assert.equal(registry.all.length, 1);
});

test('a file that cannot be read is said with its path', (t) => {
  const file = path.join(tempDir(t), 'none.yaml');
  const message = /file .*none\.yaml: it cannot be read: ENOENT/;
  assert.throws(() => new SchemaRegistry().registerFile(file), { code: 'SCHEMA_INVALID', message });
});

test('importing otel-events loads neither Ajv nor YAML', () => {
  const index = pathToFileURL(path.join(import.meta.dirname, '..', '..', 'src', 'index.ts'));
  const room = pathToFileURL(path.join(import.meta.dirname, '..', '..', 'src', 'schema', 'index.ts'));
  const program = `
    import { createRequire } from 'node:module';
    await import('${index}');
    await import('${room}');
    const { cache } = createRequire(import.meta.url);
    console.log(Object.keys(cache).filter((file) => /node_modules.(ajv|yaml)/.test(file)).length);`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  assert.equal(output.trim(), '0');
});
