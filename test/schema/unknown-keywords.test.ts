import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { bundle } from '../../src/schema/publish/bundle.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';
import { testLogger } from '../../src/testing.ts';

const JUPYTER = path.join(import.meta.dirname, '..', 'fixtures', 'jupyter-server');
const CONTENTS = 'https://events.jupyter.org/jupyter_server/contents_service/v1';
const BASE = { $id: 'x', version: 1, type: 'object' };

const register = (more: object) => new SchemaRegistry().register({ ...BASE, ...more });

/** The warnings that a call makes. */
async function warningsOf(call: () => unknown): Promise<string[]> {
  const messages: string[] = [];
  const hear = (warning: Error): void => void messages.push(warning.message);
  process.on('warning', hear);
  call();
  await setImmediate();
  process.off('warning', hear);
  return messages;
}

test('the schemas of Jupyter Server are taken as they are, without a warning', async () => {
  const events = testLogger();
  const schemas = readdirSync(JUPYTER).filter((file) => file.endsWith('.yaml'));
  const warnings = await warningsOf(() => {
    for (const file of schemas) events.registerSchemaFile(path.join(JUPYTER, file));
  });
  assert.deepEqual([schemas.length, warnings], [3, []]);
});

test('personal-data: true is personal: true, of what it stands in', async () => {
  const data = { action: 'get', path: 'home/ada.ipynb' };
  const written = async (allowedCategories: string[]): Promise<unknown> => {
    const events = testLogger({ allowedSchemas: { [CONTENTS]: { allowedCategories } } });
    events.registerSchemaFile(path.join(JUPYTER, 'contents_service.yaml'));
    events.record(CONTENTS, '1', data);
    await events.flush();
    return events.emitted[0]?.data;
  };
  assert.deepEqual(await written([]), { action: null, path: null, source_path: null });
  assert.deepEqual(await written(['personal']), data);
});

test('redactionPolicies of older schemas of Jupyter are categories', () => {
  const schema = register({
    properties: {
      a: { redactionPolicies: ['unrestricted'] },
      b: { redactionPolicies: ['pii'] },
      c: { 'personal-data': false },
      d: { 'personal-data': ['contact'] },
    },
  });
  const all = { a: 1, b: 2, c: 3, d: 4 };
  assert.deepEqual(schema.redactor({})(all), { a: 1, b: null, c: 3, d: null });
  assert.deepEqual(schema.redactor({ allowedCategories: ['pii', 'contact'] })(all), all);
});

test('a keyword of categories with another value is refused', () => {
  for (const keyword of ['categories', 'redactionPolicies'])
    assert.throws(() => register({ [keyword]: true }), { code: 'SCHEMA_INVALID' });
  for (const keyword of ['personal', 'personal-data'])
    assert.throws(() => register({ [keyword]: 'yes' }), { code: 'SCHEMA_INVALID' });
});

test('a keyword that nobody knows is passed over, and said once', async () => {
  const foreign = { markdownDescription: 'a', propertyOrder: 3, __note: 1, owner: { team: 'x' } };
  const warnings = await warningsOf(() => {
    const schema = register({ properties: { a: { type: 'string', ...foreign } } });
    register({ ...foreign, exampel: 1 });
    assert.deepEqual(schema.validate({ a: 'x' }).issues, undefined);
    assert.equal(schema.validate({ a: 1 }).issues?.length, 1);
  });
  assert.deepEqual(warnings, [
    'schema x at /properties/a: the keyword markdownDescription is not known, it is passed over',
    'schema x at /properties/a: the keyword propertyOrder is not known, it is passed over (did you mean propertyNames?)',
    'schema x at /properties/a: the keyword __note is not known, it is passed over',
    'schema x at /properties/a: the keyword owner is not known, it is passed over',
    'schema x at /: the keyword exampel is not known, it is passed over (did you mean examples?)',
  ]);
});

test('a misspelling of a keyword that limits something is refused', () => {
  const misspelt: Record<string, [unknown, string]> = {
    requierd: [['a'], 'required'],
    propertys: [{ a: { type: 'string' } }, 'properties'],
    anyof: [[{}], 'anyOf'],
    maxLenght: [3, 'maxLength'],
    patern: ['^a', 'pattern'],
    personal_data: [true, 'personal-data'],
    categorys: [['contact'], 'categories'],
    category: [['contact'], 'categories'],
    personalData: [true, 'personal-data'],
    redactionPolicy: [['contact'], 'redactionPolicies'],
    ref: ['#', '$ref'],
    // Whatever stands there: it is about who may see the data.
    redactionpolicy: ['contact', 'redactionPolicies'],
    catagory: [['contact'], 'categories'],
    categoryes: ['contact', 'categories'],
    persnal: ['yes', 'personal'],
    property: [{ email: { personal: true } }, 'properties'],
    // Of the other draft.
    prefixItem: [[{ personal: true }], 'prefixItems'],
  };
  for (const [keyword, [value, meant]] of Object.entries(misspelt)) {
    const fix = new RegExp(`did you mean ${meant.replace('$', '\\$')}\\?`);
    assert.throws(() => register({ [keyword]: value }), { code: 'SCHEMA_INVALID', fix });
  }
});

test('what only looks like a misspelling is a note: the keyword could not have such a value', () => {
  for (const note of [
    { note: 'text' },
    { items_: 'text' },
    { patterns: ['a'] },
    { format_: 7 },
    { category: 'sales' },
    { info: {} },
    { doc: {} },
    { foo: { bar: 1 } },
    { when: 'always' },
    { form: 'x' },
    { brief: 'x' },
    { propertyOrder: {} },
  ])
    assert.doesNotThrow(() => register(note), JSON.stringify(note));
});

test('a keyword that limits something in another draft only is refused', () => {
  const elsewhere = { prefixItems: [{}], dependentRequired: {}, $dynamicRef: '#a', $recursiveRef: '#' };
  for (const [keyword, value] of Object.entries(elsewhere)) {
    assert.throws(() => register({ [keyword]: value }), {
      code: 'SCHEMA_INVALID',
      message: /no such keyword/,
    });
  }
});

test('words that only other tools know change neither checks nor types', () => {
  const others = { nullable: true, $async: true, tsType: 'never', 'x-of': { $ref: 'nowhere' } };
  const schema = register({ properties: { a: { type: 'string', ...others } } });
  assert.equal(schema.validate({ a: null }).issues?.length, 1);
  const { id, version, json } = schema;
  const told = { description: undefined, category: undefined, severity: undefined };
  const made = bundle([{ name: 'x', schemaId: id, version, ...told, json }]);
  assert.doesNotMatch(JSON.stringify(made), /nullable|tsType|async|x-of/);
});
