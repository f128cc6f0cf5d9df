// What tools make of schemas that others have written: something, or a coded error that names the place.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { compile } from 'json-schema-to-typescript';
import { attributeName } from '../../src/otlp/event/attribute-name.ts';
import type { JsonSchema } from '../../src/schema/drafts/json-schema.ts';
import { bundle } from '../../src/schema/publish/bundle.ts';
import { catalogue } from '../../src/schema/publish/catalogue.ts';
import { collectorRules } from '../../src/schema/publish/collector-rules.ts';
import type { EventEntry } from '../../src/schema/publish/event-entry.ts';
import { weaverRegistry } from '../../src/schema/publish/weaver.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';
import { files, otelEvents } from '../cli/schema-samples.ts';

const FIXTURES = path.join(import.meta.dirname, '..', 'fixtures');
const DRAFTS = {
  draft7: 'http://json-schema.org/draft-07/schema#',
  'draft2020-12': 'https://json-schema.org/draft/2020-12/schema',
};
const TOLD = { description: undefined, category: undefined, severity: undefined };

/** The schemas of the suite that the registry takes. */
function suite(): EventEntry[] {
  return Object.entries(DRAFTS).flatMap(([directory, $schema]) => {
    const folder = path.join(FIXTURES, 'json-schema-test-suite', directory);
    return readdirSync(folder).flatMap((file) => {
      const groups = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as { schema: JsonSchema }[];
      return groups.flatMap(({ schema }, index) => entryOf({ $schema, ...schema }, `${file}/${index}`));
    });
  });
}

function entryOf(schema: JsonSchema, name: string): EventEntry[] {
  const json = { $id: `https://example.test/${name}`, version: 1, ...schema };
  try {
    const registered = new SchemaRegistry().register(json);
    registered.validate({});
    const { id, version } = registered;
    return [{ name: id, schemaId: id, version, ...TOLD, json: registered.json }];
  } catch {
    return [];
  }
}

const entries = suite();
const compose = path.join(FIXTURES, 'compose-spec', 'compose-spec.json');
entries.push(...entryOf(JSON.parse(readFileSync(compose, 'utf8')), 'compose'));

const OPTIONS = {
  allowedCategories: [],
  onlyKnown: true,
  action: 'delete',
  attributeOf: attributeName,
  ownAttributes: [],
  overflow: 'data',
} as const;

const TOOLS: Readonly<Record<string, (entry: EventEntry) => unknown>> = {
  docs: (entry) => catalogue([entry]),
  'registry export': (entry) => weaverRegistry([entry], { attributeOf: attributeName }),
  'collector-rules': (entry) => collectorRules([entry], OPTIONS),
};

for (const [name, run] of Object.entries(TOOLS)) {
  test(`${name} makes something of every schema of the suite`, (t: TestContext) => {
    for (const entry of entries) assert.doesNotThrow(() => run(entry), entry.name);
    assert.ok(entries.length > 300, `${entries.length}`);
    t.diagnostic(`${entries.length} schemas`);
  });
}

test('types are made of every schema of the suite, and the compiler takes them', async (t) => {
  const made: Record<string, string> = {};
  for (const [index, entry] of entries.entries()) {
    const bundled = bundle([entry]) as Parameters<typeof compile>[0];
    const text = await compile(bundled, 'Events', { format: false });
    assert.match(text, /export interface Events \{/, entry.name);
    made[`${index}.ts`] = text;
  }
  const config = {
    compilerOptions: { strict: true, noEmit: true, types: [], skipLibCheck: true },
    include: ['*.ts'],
  };
  const directory = files(t, { ...made, 'tsconfig.json': JSON.stringify(config) });
  const tsc = path.join(import.meta.dirname, '..', '..', 'node_modules', '.bin', 'tsc');
  const { status, stdout } = spawnSync(tsc, ['-p', directory], { encoding: 'utf8' });
  assert.deepEqual([stdout, status], ['', 0]);
});

const CIRCLES: Record<string, object> = {
  'a $ref with something beside it, in a circle': {
    $schema: DRAFTS['draft2020-12'],
    properties: { root: { $ref: '#/$defs/node' } },
    $defs: {
      node: { $ref: '#/$defs/named', description: 'A node', properties: { next: { $ref: '#/$defs/node' } } },
      named: {
        type: 'object',
        properties: { name: { type: 'string' }, of: { $ref: '#/$defs/node', title: 'Of' } },
      },
    },
  },
  'a root that is a $ref, with definitions beside it': {
    $ref: '#/definitions/node',
    definitions: {
      node: {
        type: 'object',
        properties: { name: { type: 'string' }, next: { $ref: '#/definitions/alias' } },
      },
      alias: { $ref: '#/definitions/node' },
    },
  },
  'a $ref to the root': {
    properties: { name: { type: 'string' }, next: { $ref: '#', description: 'The next' } },
  },
};

for (const [what, schema] of Object.entries(CIRCLES)) {
  test(`types: ${what}`, async (t) => {
    const json = JSON.stringify({ $id: 'circle', version: 1, type: 'object', ...schema });
    const directory = files(t, { 'circle.json': json });
    const { status, stdout, stderr } = await otelEvents('types', path.join(directory, 'circle.json'));
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /name\?: string/);
    assert.match(stdout, /export interface Events \{\s+circle: Circle;\s+\}/);
  });
}

test('types of a list with a beginning are tuples, in both drafts', async () => {
  const seven = { properties: { a: { items: [{ type: 'string' }], additionalItems: { type: 'number' } } } };
  const twenty = {
    $schema: DRAFTS['draft2020-12'],
    properties: { a: { prefixItems: [{ type: 'string' }], items: { type: 'number' } } },
  };
  for (const schema of [seven, twenty]) {
    const made = bundle(entryOf({ type: 'object', ...schema }, 'list')) as Parameters<typeof compile>[0];
    assert.match(await compile(made, 'Events'), /\[string, \.\.\.number\[\]\]/);
  }
});

test('data in a schema is none for the compiler', async (t) => {
  const data = { allOf: { a: 1 }, items: 3, $ref: 'nowhere' };
  const json = {
    $id: 'data',
    version: 1,
    type: 'object',
    default: data,
    examples: [data],
    properties: { a: { const: data } },
  };
  const directory = files(t, { 'data.json': JSON.stringify(json) });
  const { status, stderr } = await otelEvents('types', path.join(directory, 'data.json'));
  assert.deepEqual([status, stderr], [0, '']);
});
