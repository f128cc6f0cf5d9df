import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { CART_EVENTS, CHECKOUT, files, otelEvents } from './schema-samples.ts';
import { event, SHOP } from './spool-samples.ts';

const ID = 'https://example.com/cart/checked_out';

test('a valid schema is printed as it is, and the status is 0', async (t) => {
  const place = files(t, { 'checkout.yaml': CHECKOUT, 'events.ts': CART_EVENTS });
  const [schema, module] = [path.join(place, 'checkout.yaml'), path.join(place, 'events.ts')];
  assert.deepEqual(await otelEvents('validate', schema), {
    status: 0,
    stdout: `${CHECKOUT}${schema}: ${ID} version 1 is valid\n`,
    stderr: '',
  });
  const { status, stdout } = await otelEvents('validate', module);
  const said = [2, 1].map((version) => `${module}: cart.item_added version ${version} is valid\n`).join('');
  assert.deepEqual([status, stdout], [0, said]);
});

test('an invalid schema is 1, and what cannot be read or run is 2', async (t) => {
  const place = files(t, {
    'type.yaml': '$id: a\nversion: 1\ntype: objekt\n',
    'ref.yaml': "$id: b\nversion: 1\nproperties: { x: { $ref: 'nowhere' } }\n",
    'twice.json': '{ "$id": "c", "version": 1, "type": "object" }',
    'text.yaml': 'a: [1\nb: }\n',
    'throws.ts': 'throw new Error("no database");',
    'none.ts': 'export const a = 1;',
  });
  const at = (name: string): string => path.join(place, name);
  for (const [names, status, code] of [
    [['type.yaml'], 1, 'SCHEMA_INVALID'],
    [['ref.yaml'], 1, 'SCHEMA_INVALID'],
    [['twice.json', 'twice.json'], 1, 'SCHEMA_DUPLICATE'],
    [['none.ts'], 1, 'SCHEMA_INVALID'],
    [['text.yaml'], 2, 'CONFIG_FILE_INVALID'],
    [['throws.ts'], 2, 'CONFIG_FILE_INVALID'],
    [['missing.yaml'], 2, 'ENOENT'],
    [['missing.ts'], 2, 'ENOENT'],
    [[], 1, 'OPTION_INVALID'],
    [['--evnts', 'x'], 1, 'OPTION_UNKNOWN'],
  ] as const) {
    const run = await otelEvents('validate', ...names.map((name) => (name.includes('.') ? at(name) : name)));
    assert.equal(run.status, status, `${names}: ${run.stderr}`);
    assert.match(run.stderr, new RegExp(`^otel-events validate: ${code}: .*\n$`));
  }
});

test('events of all forms are checked, by line and path, and no value is shown', async (t) => {
  const otlp = (data: object, schema: { id: string; version: string } | undefined): string => {
    const encoded = event(1, {
      name: ID,
      data: { ...data },
      schema: schema === undefined ? undefined : { ...schema, issues: [] },
    });
    return String(OtlpRequest.read('logs', 'protobuf', toRequest(SHOP, [encoded])).json());
  };
  const bad = { sku: 'A1', qty: 's3cret' };
  const lines = [
    JSON.stringify({ __schema__: ID, __schema_version__: 1, __metadata_version__: 1, sku: 'A1', qty: 1 }),
    JSON.stringify({ __schema__: ID, __schema_version__: 1, ...bad }),
    JSON.stringify({ __schema__: ID, __schema_version__: 3, ...bad }),
    otlp({ sku: 'A1', qty: 2 }, { id: ID, version: '1' }),
    otlp(bad, { id: ID, version: '1' }),
    otlp(bad, undefined),
    '',
    JSON.stringify({ name: 'cart.item_added', data: { sku: 7, qty: 1.5 } }),
    JSON.stringify({ name: 'unheard.of', data: bad }),
    JSON.stringify(bad),
    's3cret',
    '{ "resourceLogs": [7] }',
    '{ "__schema__": "strict", "__schema_version__": "1", "__metadata_version__": 1, "a": 1 }',
  ];
  const place = files(t, {
    'a.yaml': CHECKOUT,
    'events.ts': CART_EVENTS,
    'strict.json':
      '{ "$id": "strict", "version": 1, "properties": { "a": true }, "additionalProperties": false }',
    'events.jsonl': lines.join('\n'),
  });
  const file = path.join(place, 'events.jsonl');
  const schemas = [
    path.join(place, 'events.ts'),
    path.join(place, 'strict.json'),
    '--schema',
    path.join(place, 'a.yaml'),
  ];
  const { status, stdout, stderr } = await otelEvents('validate', ...schemas, '--events', file);
  assert.deepEqual([status, stderr], [1, '']);
  assert.doesNotMatch(stdout, /s3cret/);
  const heads = stdout.split('\n').map((line) => line.replace(`${file}:`, '').replace(/: wanted .*/, ''));
  assert.deepEqual(heads, [
    `2: ${ID}@1 /qty`,
    `3: ${ID}@3 no such schema is given`,
    `5: ${ID}@1 /qty`,
    `6: ${ID}@1 /qty`,
    '8: cart.item_added@2 /sku',
    '8: cart.item_added@2 /qty',
    '10: names no schema, and several are given',
    '11: not JSON',
    '12: not a JSON ExportLogsServiceRequest: resourceLogs[0]: not an object',
    '3 valid, 8 invalid, 1 of no known schema left out',
    '',
  ]);
});

test('plain lines are the data of the one schema that is given', async (t) => {
  const lines = [
    '{ "sku": "A", "qty": 1 }',
    '{ "sku": "A" }',
    '{ "name": "x", "data": {}, "sku": "A", "qty": 1 }',
  ];
  const place = files(t, { 'a.yaml': CHECKOUT, 'events.jsonl': `${lines.join('\r\n')}\r\n` });
  const args = ['validate', path.join(place, 'a.yaml'), '--events', path.join(place, 'events.jsonl')];
  const looked = await otelEvents(...args);
  assert.match(
    looked.stdout,
    /:2: https:\S+@1 \/qty: wanted .*\n1 valid, 1 invalid, 1 of no known schema left out\n$/,
  );
  const told = await otelEvents(...args, '--format', 'data');
  assert.match(told.stdout, /\n2 valid, 1 invalid\n$/);
  const { status, stderr } = await otelEvents('validate', path.join(place, 'a.yaml'), '--events', 'missing');
  assert.deepEqual([status, stderr], [2, 'otel-events validate: ENOENT: cannot open missing\n']);
});

test('a line is what its keys say, also where the values are wrong', async (t) => {
  const lines = ['{ "name": "x", "data": "text" }', '{ "name": "x", "data": null }', '{ "resourceLogs": 5 }'];
  const place = files(t, { 'a.yaml': '$id: x\nversion: 1\n', 'events.jsonl': `${lines.join('\n')}\n` });
  const args = ['validate', path.join(place, 'a.yaml'), '--events', path.join(place, 'events.jsonl')];
  const { stdout } = await otelEvents(...args);
  assert.match(stdout, /\n0 valid, 3 invalid\n$/);
});

test('--ref gives schemas that events refer to, and that are none themselves', async (t) => {
  const place = files(t, {
    'order.yaml':
      "$id: order\nversion: 1\ntype: object\nproperties: { to: { $ref: 'address' }, tags: { $ref: 'tags' } }\n",
    'address.yaml': '$id: address\nversion: 1\ntype: object\nrequired: [street]\n',
    'tags.yaml': '$id: tags\nversion: 1\ntype: array\nitems: { type: string }\n',
    'events.jsonl': '{"to":{"street":"a"},"tags":["b"]}\n{"to":{},"tags":[1]}\n',
  });
  const at = (name: string): string => path.join(place, name);
  const refs = ['--ref', at('address.yaml'), '--ref', at('tags.yaml')];
  const alone = await otelEvents('validate', at('order.yaml'));
  assert.deepEqual([alone.status, /there is no schema address/.test(alone.stderr)], [1, true]);
  const valid = await otelEvents('validate', at('order.yaml'), ...refs);
  assert.deepEqual([valid.status, valid.stderr], [0, '']);
  assert.match(valid.stdout, /order version 1 is valid\n$/);
  assert.doesNotMatch(valid.stdout, /address version|tags version/);
  const checked = await otelEvents('validate', at('order.yaml'), ...refs, '--events', at('events.jsonl'));
  assert.equal(checked.status, 1);
  assert.match(checked.stdout, /:2: order@1 \/to\/street: .*\n.*\/tags\/0: .*\n1 valid, 1 invalid\n$/);
});

test('a schema that no event fits is not valid', async (t) => {
  const place = files(t, { 'list.yaml': '$id: list\nversion: 1\ntype: array\n' });
  const file = path.join(place, 'list.yaml');
  const { status, stderr } = await otelEvents('validate', file);
  assert.equal(status, 1);
  assert.match(stderr, /^otel-events validate: SCHEMA_INVALID: .*list.yaml: .*no event fits it/);
});
