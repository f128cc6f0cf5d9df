import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { CART_EVENTS, CHECKOUT, files, otelEvents, otelEventsIn } from './schema-samples.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

const ADDRESS = `$id: https://example.com/address
version: 1
definitions: { street: { type: string, categories: [location] } }
type: object
properties: { street: { $ref: '#/definitions/street' } }
`;

const ORDER = `$id: https://example.com/order
version: 1
type: object
properties:
  to: { $ref: address }
  parent: { $ref: '#' }
  sku: { type: integer }
`;

test('types are TypeScript that the compiler takes, for events by name', async (t) => {
  const place = files(t, {
    'checkout.yaml': CHECKOUT,
    'events.ts': CART_EVENTS,
    'address.yaml': ADDRESS,
    'order.yaml': ORDER,
  });
  const at = (name: string): string => path.join(place, name);
  const args = ['types', at('checkout.yaml'), at('events.ts'), at('order.yaml'), '--ref', at('address.yaml')];
  const { status, stdout, stderr } = await otelEvents(...args, '--out', at('made/types.ts'));
  assert.deepEqual([status, stdout, stderr], [0, '', '']);
  assert.equal((await otelEvents(...args)).stdout, readFileSync(at('made/types.ts'), 'utf8'));
  writeFileSync(
    at('use.ts'),
    `import type { CartItemAdded, CheckedOut, Events } from './made/types.ts';
     export const added: CartItemAdded = { sku: 'A', qty: 1 };
     export const same: Events['cart.item_added'] = added;
     export const old: Events['cart.item_added@1'] = { sku: 1 };
     export const paid: CheckedOut = { sku: 'A', qty: 1, state: 'paid', items: [{ card: '1' }] };
     export const order: Events['https://example.com/order'] = { to: { street: 'x' }, parent: { sku: 1 } };
     // @ts-expect-error
     export const wrong: CheckedOut = { sku: 'A', qty: 1, state: 'lost' };
     // @ts-expect-error
     export const deep: Events['https://example.com/order'] = { parent: { to: { street: 7 } } };
    `,
  );
  const tsc = path.join(ROOT, 'node_modules', '.bin', 'tsc');
  const flags = [
    '--noEmit',
    '--strict',
    '--ignoreConfig',
    '--allowImportingTsExtensions',
    '--module',
    'nodenext',
  ];
  await promisify(execFile)(tsc, [...flags, at('use.ts')]);
});

test('types says which package is missing, and a file that cannot be written is told', async (t) => {
  const place = files(t, { 'checkout.yaml': CHECKOUT });
  const hook = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name === 'json-schema-to-typescript') throw new Error('not installed');
      return next(name, context);
    } });`;
  const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`];
  const file = path.join(place, 'checkout.yaml');
  assert.deepEqual(await otelEventsIn(nodeArgs, ['types', file]), {
    status: 2,
    stdout: '',
    stderr:
      'otel-events types: OPTION_UNAVAILABLE: types needs the package json-schema-to-typescript (npm install --save-dev json-schema-to-typescript)\n',
  });
  const { status, stderr } = await otelEvents('types', file, '--out', place);
  assert.deepEqual([status, stderr], [2, `otel-events types: EISDIR: cannot open ${place}\n`]);
});

test('the catalogue is the same for the same events, in whatever order', async (t) => {
  const place = files(t, { 'checkout.yaml': CHECKOUT, 'events.ts': CART_EVENTS });
  const [schema, module] = [path.join(place, 'checkout.yaml'), path.join(place, 'events.ts')];
  const { status, stdout } = await otelEvents('docs', schema, module);
  assert.equal(status, 0);
  assert.equal((await otelEvents('docs', module, schema)).stdout, stdout);
  for (const text of [
    '| `cart.item_added` | 2 | An item was put into a cart. |\n',
    '| `https://example.com/cart/checked_out` | 1 | Somebody paid. |\n',
    '## `cart.item_added`\n\nversion 2, category `cart`.\n\nAn item was put into a cart.\n',
    '| `sku` | string | yes |  | What was bought Such as `"A1"`, `"B2"`. |\n',
    '| `state` | "paid", "failed" |  |  | how \\| it &lt;went> |\n',
    '| `address.street` | string |  | `user-identifier`, `location` |  |\n',
    '| `items[].card` | string |  | `payment` |  |\n',
    '```json\n{\n  "sku": "A1",\n  "qty": 1\n}\n```\n',
  ]) {
    assert.ok(stdout.includes(text), text);
  }
});

test("the exported registry is valid by Weaver's published schema, and defines each attribute once", async (t) => {
  const place = files(t, {
    'checkout.yaml': CHECKOUT,
    'events.ts': CART_EVENTS,
    'address.yaml': ADDRESS,
    'order.yaml': ORDER,
  });
  const at = (name: string): string => path.join(place, name);
  const out = at('registry');
  const args = ['checkout.yaml', 'events.ts', 'order.yaml', 'address.yaml'].map(at);
  const url = ['--schema-url', 'https://example.com/schemas/1.0.0'];
  assert.equal((await otelEvents('registry', 'export', '--weaver', ...args, '--out', out, ...url)).status, 0);
  const registry = parse(readFileSync(path.join(out, 'events.yaml'), 'utf8')) as Registry;
  const published = path.join(ROOT, 'test', 'fixtures', 'weaver', 'semconv.schema.json');
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(
    JSON.parse(readFileSync(published, 'utf8')) as object,
  );
  assert.ok(validate(registry), JSON.stringify(validate.errors?.slice(0, 5)));
  assert.deepEqual(parse(readFileSync(path.join(out, 'manifest.yaml'), 'utf8')), {
    schema_url: 'https://example.com/schemas/1.0.0',
  });
  const [shared, ...events] = registry.groups;
  const types = Object.fromEntries((shared?.attributes ?? []).map(({ id, type }) => [id, type]));
  assert.deepEqual(Object.keys(types), [
    ...['address', 'data.user.id', 'email', 'items', 'parent', 'qty', 'sku', 'state', 'street', 'tags', 'to'],
  ]);
  const { sku, qty, address, tags } = types;
  assert.deepEqual(
    [sku, qty, address, tags],
    ['any', 'int', 'any', 'string[]'],
    'sku is text here and a number there',
  );
  assert.deepEqual(
    events.map(({ type, name }) => [type, name]),
    [
      'cart.item_added',
      'https://example.com/address',
      'https://example.com/cart/checked_out',
      'https://example.com/order',
    ].map((name) => ['event', name]),
  );
  assert.deepEqual(events[0]?.attributes?.[2], {
    ref: 'email',
    requirement_level: 'recommended',
    brief: 'email',
    annotations: { categories: ['user-identifier'] },
  });
});

interface Registry {
  readonly groups: readonly {
    readonly type: string;
    readonly name?: string;
    readonly attributes?: readonly { readonly id?: string; readonly type?: unknown }[];
  }[];
}

test('--check says what has drifted, and writes nothing', async (t) => {
  const place = files(t, { 'checkout.yaml': CHECKOUT });
  const [schema, out] = [path.join(place, 'checkout.yaml'), path.join(place, 'registry')];
  const run = (...args: string[]) => otelEvents('registry', 'export', '--weaver', schema, ...args);
  assert.equal((await run('--check', out)).status, 2, 'it is not there');
  await run('--out', out);
  assert.deepEqual(await run('--check', out), { status: 0, stdout: '', stderr: '' });
  const before = readFileSync(path.join(out, 'events.yaml'), 'utf8');
  writeFileSync(
    schema,
    CHECKOUT.replace('  qty: { type: integer', '  qty: { type: number').replace('[sku, qty]', '[sku]'),
  );
  const { status, stdout, stderr } = await run('--check', out);
  assert.equal(status, 1);
  const changes = stdout.split('\n').filter((line) => /^[-+] /.test(line));
  assert.deepEqual(changes, [
    '-        type: int',
    '+        type: double',
    '-        requirement_level: required',
    '+        requirement_level: recommended',
  ]);
  assert.match(stderr, /SCHEMA_INVALID: .* is not what the definitions say \(run with --out /);
  assert.equal(readFileSync(path.join(out, 'events.yaml'), 'utf8'), before);
  assert.equal((await run('--schema-url', 'https://example.com')).status, 1);
  assert.equal((await otelEvents('registry', 'export', schema)).status, 1, '--weaver is missing');
});

test('rules for a collector name what may not pass, and fail for a reference that leads nowhere', async (t) => {
  const place = files(t, {
    'checkout.yaml': CHECKOUT,
    'order.yaml': ORDER,
    'plain.yaml': '$id: a\nversion: 1\n',
  });
  const at = (name: string): string => path.join(place, name);
  const rules = async (...args: string[]) => {
    const { status, stdout } = await otelEvents('collector-rules', ...args);
    assert.equal(status, 0);
    const { processors } = parse(stdout) as { processors: Record<string, Transform> };
    return { ids: Object.keys(processors), logs: processors['transform/otel_events']?.log_statements ?? [] };
  };
  const { ids, logs } = await rules(at('checkout.yaml'), '--only-known');
  assert.deepEqual(ids, ['filter/otel_events', 'transform/otel_events']);
  assert.deepEqual(logs[0]?.conditions, ['log.event_name == "https://example.com/cart/checked_out"']);
  const isKept = (statement: string): boolean => statement.includes('event.data.kept');
  const statements = logs[0]?.statements ?? [];
  assert.equal(
    statements.filter(isKept).find((statement) => statement.includes('"session.id"')),
    'delete_key(log.attributes, "session.id") where IsList(log.attributes["event.data.kept"]) and ' +
      'ContainsValue(log.attributes["event.data.kept"], "session.id")',
  );
  assert.deepEqual(statements.filter((each) => !isKept(each)).slice(0, 5), [
    'delete_key(log.attributes, "email")',
    'delete_key(log.attributes, "data.user.id")',
    'delete_key(log.attributes, "address") where not IsMap(log.attributes["address"])',
    'delete_key(log.attributes["address"], "street") where IsMap(log.attributes["address"])',
    'delete_key(log.attributes, "items")',
  ]);
  const some = await rules(at('checkout.yaml'), '--allow', 'user-identifier,payment');
  assert.deepEqual(
    some.logs[0]?.statements.filter((statement) => statement.includes('"street"')).length,
    2,
    'the street, in the attributes and among those beyond the limit: ALL its categories must be allowed',
  );
  assert.deepEqual((await rules(at('plain.yaml'))).ids, []);
  const { status, stderr } = await otelEvents('collector-rules', at('order.yaml'));
  assert.equal(status, 1);
  assert.match(stderr, /SCHEMA_INVALID: .*address/);
});

test('rules remove as a whole what they cannot reach: lists, patterns, schemas that contain themselves', async (t) => {
  const tree = `$id: tree
version: 1
properties:
  name: { type: string }
  child: { $ref: '#' }
  a: { type: object, properties: { list: { items: { anyOf: [{ type: string }, { categories: [secret] }] } } } }
  b: { type: object, additionalProperties: { personal: true } }
  c: { if: { properties: { x: { categories: [secret] } } } }
patternProperties:
  '^s_': { categories: [secret] }
  '^k_': { type: string }
`;
  const place = files(t, { 'tree.yaml': tree });
  const { status, stdout } = await otelEvents('collector-rules', path.join(place, 'tree.yaml'));
  const { processors } = parse(stdout) as { processors: Record<string, Transform> };
  const [rule] = processors['transform/otel_events']?.log_statements ?? [];
  const direct =
    rule?.statements.filter((statement) => !/"(?:data|event\.data\.kept)"\]/.test(statement)) ?? [];
  const [kept = '', ...others] = direct.toReversed();
  assert.deepEqual(
    [status, others.toReversed()],
    [
      0,
      [
        'delete_key(log.attributes, "child")',
        'delete_key(log.attributes, "a") where not IsMap(log.attributes["a"])',
        'delete_key(log.attributes["a"], "list") where IsMap(log.attributes["a"])',
        'delete_key(log.attributes, "b")',
        'delete_key(log.attributes, "c") where not IsMap(log.attributes["c"])',
        'delete_key(log.attributes["c"], "x") where IsMap(log.attributes["c"])',
        'delete_matching_keys(log.attributes, "^s_")',
      ],
    ],
  );
  assert.match(
    kept,
    /^keep_matching_keys\(log\.attributes, "\^\(\?:log.*\|name\|child\|a\|b\|c\)\$\$\|\^k_"\)$/,
  );
});

interface Transform {
  readonly log_statements: readonly { readonly conditions: string[]; readonly statements: string[] }[];
}

test('what is personal as a whole is so in all tools', async (t) => {
  const place = files(t, {
    'whole.yaml':
      '$id: whole\nversion: 1\npersonal-data: true\nproperties: { a: {}, b: { properties: { c: {} } } }\npatternProperties: { ^k: {} }\nadditionalProperties: {}\n',
    'open.yaml': '$id: open\nversion: 1\nallOf: [{ personal: [contact] }]\n',
  });
  const rules = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await otelEvents('collector-rules', ...args);
    const { processors } = parse(stdout) as { processors: Record<string, Transform> };
    const [rule] = processors['transform/otel_events']?.log_statements ?? [];
    // Of keys of the data: not of `data` for those beyond the limit, nor of names of attributes that data have kept.
    return (rule?.statements ?? []).filter(
      (statement) => !statement.includes('"data"') && !statement.includes('"event.data.kept"'),
    );
  };
  const whole = path.join(place, 'whole.yaml');
  const [a, b, k, kept, ...none] = await rules(whole);
  assert.deepEqual(
    [a, b, k, none],
    [
      'delete_key(log.attributes, "a")',
      'delete_key(log.attributes, "b")',
      'delete_matching_keys(log.attributes, "^k")',
      [],
    ],
  );
  assert.match(kept ?? '', /\|a\|b\)\$\$"\)$/, 'nothing that only a pattern or nothing names');
  assert.match(
    (await rules(whole, '--allow', 'personal')).join(),
    /^keep_matching_keys.*\|a\|b\)\$\$\|\^k"\)$|^$/,
  );
  const [only, ...others] = await rules(path.join(place, 'open.yaml'));
  assert.deepEqual([/^keep_matching_keys/.test(only ?? ''), others], [true, []]);
  const { stdout: docs } = await otelEvents('docs', whole);
  assert.match(docs, /\| `a` \| any \| {2}\| `personal` \|/);
  const { stdout: weaver } = await otelEvents('registry', 'export', '--weaver', whole);
  assert.match(weaver, /categories:\n\s+- personal/);
});
