import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { OtlpObject } from '../../../src/otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { START_MS, viewerUnderTest } from './viewer-under-test.ts';

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

interface Told {
  readonly name: string;
  readonly version: string | null;
  readonly rows: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly schemas: { id: string; rows: number }[];
  readonly fields: { field: string; rows: number; types: string[]; lastMs?: number }[];
}

async function shop(t: TestContext, made: readonly Made[]) {
  const viewer = await viewerUnderTest(t);
  await viewer.store.ingest(requestOf(made));
  return viewer;
}

test('events are told by name and version, with their fields and the schemas that they were checked by', async (t) => {
  const { ask } = await shop(t, [
    { name: NAME, version: '1', data: { sku: 'a', total: 1.5 } },
    { name: NAME, version: '1', data: { sku: 'b', total: 'two', items: [{ id: 2 }] } },
    { name: NAME, version: '2', data: { sku: 'c' } },
    { name: NAME, data: { sku: 'e' } },
    { name: 'stray', data: { a: 1 } },
  ]);
  const { json } = await ask('/api/schemas');
  assert.equal(json.complete, true);
  assert.deepEqual(
    json.schemas.map(({ name, version, rows }: Told) => [name, version, rows]),
    [
      [NAME, '1', 2],
      [NAME, '2', 1],
      [NAME, null, 1],
      ['stray', null, 1],
    ],
  );
  const [{ schemas, fields, firstMs, lastMs }] = json.schemas as [Told];
  assert.deepEqual([schemas, firstMs, lastMs], [[{ id: NAME, rows: 2 }], START_MS, START_MS + 1000]);
  assert.deepEqual(
    fields.toSorted((one, other) => (one.field < other.field ? -1 : 1)),
    [
      { field: 'items.id', rows: 1, types: ['number'] },
      { field: 'sku', rows: 2, types: ['text'] },
      { field: 'total', rows: 2, types: ['number', 'text'] },
    ],
  );
});

test('one name is told with when each field came last', async (t) => {
  const { ask } = await shop(t, [
    { name: NAME, version: '1', data: { sku: 'a', total: 1, gift: true } },
    { name: NAME, version: '1', data: { total: 1 } },
  ]);
  const { json } = await ask(`/api/schemas/${encodeURIComponent(NAME)}`);
  const [{ fields }] = json.schemas as [Told];
  const lastMs = Object.fromEntries(fields.map((one) => [one.field, one.lastMs]));
  assert.deepEqual(lastMs, { sku: START_MS, gift: START_MS, total: START_MS + 1000 });
  assert.equal((await ask('/api/schemas/nobody')).status, 404);
});

test('answers are as the description says', async (t) => {
  const { ask } = await shop(t, [{ name: NAME, data: { sku: 1 } }]);
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
});
