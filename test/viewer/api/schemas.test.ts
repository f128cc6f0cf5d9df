import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { OtlpObject } from '../../../src/otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { DeclaredSchemas } from '../../../src/viewer/schemas/declared-schemas.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { START_MS, viewerUnderTest } from './viewer-under-test.ts';

const ORDER = (version: number, more = ''): string => `$id: https://shop.example/order
version: ${version}
description: Somebody has ordered.
type: object
required: [sku, total]
properties:
  sku: { type: string }
  total: { type: number }
  email: { type: string, categories: [contact] }
  gift: { type: boolean }
  old: { type: string, deprecated: true }
  items: { type: array, items: { type: object, properties: { id: { type: integer }, size: { type: string } } } }
  extra: { type: object }${more}
`;

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

function any(value: Value): OtlpObject {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: value } : { doubleValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (value === null) return {};
  if (Array.isArray(value)) return { arrayValue: { values: value.map(any) } };
  const values = Object.entries(value).map(([key, one]) => ({ key, value: any(one as Value) }));
  return { kvlistValue: { values } };
}

interface Made {
  readonly name: string;
  readonly version?: string;
  readonly data: Readonly<Record<string, Value>>;
}

function requestOf(made: readonly Made[]): OtlpRequest {
  const logRecords = made.map(({ name, version, data }, at) => {
    const schema = version === undefined ? {} : { 'event.schema.id': name, 'event.schema.version': version };
    return {
      timeUnixNano: String(BigInt(START_MS + at * 1000) * 1_000_000n),
      eventName: name,
      attributes: Object.entries({ ...data, ...schema }).map(([key, value]) => ({ key, value: any(value) })),
    };
  });
  return OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}

const NAME = 'https://shop.example/order';

async function shop(t: TestContext, files: Readonly<Record<string, string>>, made: readonly Made[]) {
  const directory = tempDir(t);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
  const viewer = await viewerUnderTest(t, { schemas: new DeclaredSchemas(directory) });
  await viewer.store.ingest(requestOf(made));
  return { ...viewer, directory };
}

interface Told {
  readonly name: string;
  readonly version: string | null;
  readonly state: string;
  readonly rows: number;
  readonly drift: Record<string, number>;
  readonly fields: {
    path: string;
    field: string;
    rows: number;
    types: string[];
    drift: string[];
    lastMs?: number;
  }[];
}

const states = (json: { schemas: Told[] }) =>
  json.schemas.map(({ name, version, state, rows }) => [name.replace(/^.*\//, ''), version, state, rows]);

const driftIn = ({ fields }: Told) =>
  Object.fromEntries(fields.filter(({ drift }) => drift.length > 0).map(({ path, drift }) => [path, drift]));

test('what came is compared with what is declared of its version, in both directions', async (t) => {
  const { ask } = await shop(
    t,
    { 'order-1.yaml': ORDER(1), 'v/order-2.yml': ORDER(2, '\n  note: { type: string }') },
    [
      {
        name: NAME,
        version: '1',
        data: { sku: 'a', total: 1.5, email: null, gift: true, items: [{ id: 1, size: 'L' }] },
      },
      {
        name: NAME,
        version: '1',
        data: { sku: 'b', total: 'two', items: [{ id: 2, colour: 'red' }], extra: { any: 1 } },
      },
      {
        name: NAME,
        version: '2',
        data: {
          total: 3,
          sku: 'c',
          email: 'e',
          gift: false,
          note: 'n',
          items: [{ id: 1, size: 'S' }],
          extra: { b: 1 },
        },
      },
      { name: NAME, version: '3', data: { sku: 'd' } },
      { name: NAME, data: { sku: 'e', gift: null } },
      { name: 'stray', data: { a: 1 } },
    ],
  );
  const { json } = await ask('/api/schemas');
  assert.deepEqual(json.declared, { directory: json.declared.directory, files: 2, schemas: 2, problems: [] });
  assert.deepEqual(states(json), [
    ['order', '1', 'drift', 2],
    ['order', '2', 'ok', 1],
    ['order', '3', 'undeclared', 1],
    ['order', null, 'drift', 1],
    ['stray', null, 'undeclared', 1],
  ]);
  const [one, , three, none] = json.schemas;
  assert.deepEqual(driftIn(one), { total: ['type'], 'items.colour': ['undeclared'] });
  assert.deepEqual(one.drift, { undeclared: 1, unseen: 0, type: 1, missing: 0 });
  assert.equal(three.declared, null);
  assert.equal(none.declared.version, '2', 'events that say none are compared with the newest');
  assert.deepEqual(driftIn(none), {
    total: ['unseen'],
    email: ['unseen'],
    gift: ['type'],
    'items[]': ['unseen'],
    extra: ['unseen'],
    note: ['unseen'],
  });
});

test('one name is told with when each field came last, and a required field that was not always there', async (t) => {
  const { ask } = await shop(t, { 'order.yaml': ORDER(1) }, [
    { name: NAME, version: '1', data: { sku: 'a', total: 1, gift: true } },
    { name: NAME, version: '1', data: { total: 1 } },
  ]);
  const { json } = await ask(`/api/schemas/${encodeURIComponent(NAME)}`);
  const [{ fields, declared, firstMs, lastMs }] = json.schemas;
  const sku = fields.find(({ path }: { path: string }) => path === 'sku');
  assert.deepEqual([sku.drift, sku.rows, sku.lastMs], [['missing'], 1, START_MS]);
  assert.equal(fields.find(({ path }: { path: string }) => path === 'total').lastMs, START_MS + 1000);
  assert.deepEqual(
    [firstMs, lastMs, declared.file, declared.description],
    [START_MS, START_MS + 1000, 'order.yaml', 'Somebody has ordered.'],
  );
  const email = fields.find(({ path }: { path: string }) => path === 'email');
  assert.deepEqual(email.declared, {
    types: ['string'],
    required: false,
    deprecated: false,
    categories: ['contact'],
    values: null,
    description: null,
  });
  assert.equal((await ask('/api/schemas/nobody')).status, 404);
});

test('a file is read again when it has changed, and one that is wrong is told beside the others', async (t) => {
  const { ask, directory } = await shop(t, { 'order.yaml': ORDER(1), 'bad.json': '{ "$id": "x" }' }, [
    { name: NAME, version: '2', data: { sku: 'a', total: 1 } },
  ]);
  const first = await ask('/api/schemas');
  assert.deepEqual(states(first.json), [
    ['order', '2', 'undeclared', 1],
    ['order', '1', 'unseen', 0],
  ]);
  assert.deepEqual(
    first.json.declared.problems.map(({ file, code }: { file: string; code: string }) => [file, code]),
    [['bad.json', 'SCHEMA_INVALID']],
  );
  writeFileSync(path.join(directory, 'order.yaml'), ORDER(2));
  writeFileSync(path.join(directory, 'bad.json'), '{ "$id": "x", "version": 1 }');
  const second = await ask('/api/schemas');
  assert.deepEqual(states(second.json), [
    ['order', '2', 'drift', 1],
    ['x', '1', 'unseen', 0],
  ]);
  assert.deepEqual(second.json.declared.problems, []);
  rmSync(directory, { recursive: true });
  const gone = await ask('/api/schemas');
  assert.deepEqual(states(gone.json), [['order', '2', 'undeclared', 1]]);
  assert.match(gone.json.declared.problems[0].message, /not there/);
});

test('answers are as the description says, and nothing is declared where nobody said where', async (t) => {
  const { ask } = await shop(t, { 'order.yaml': ORDER(1) }, [{ name: NAME, data: { sku: 1 } }]);
  const { json: document } = await ask('/api/openapi.json');
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(document, 'api');
  for (const [route, address] of [
    ['~1api~1schemas', '/api/schemas'],
    ['~1api~1schemas~1{id}', `/api/schemas/${encodeURIComponent(NAME)}`],
  ]) {
    const check = ajv.compile({
      $ref: `api#/paths/${route}/get/responses/200/content/application~1json/schema`,
    });
    assert.ok(check((await ask(address as string)).json), JSON.stringify(check.errors));
  }
  const bare = await viewerUnderTest(t);
  assert.deepEqual((await bare.ask('/api/schemas')).json, { schemas: [], declared: null, complete: true });
});
