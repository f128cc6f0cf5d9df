import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { OtelEventsError } from '../../src/errors.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';

/** The required tests of two drafts, from https://github.com/json-schema-org/JSON-Schema-Test-Suite. */
const suite = path.join(import.meta.dirname, '..', 'fixtures', 'json-schema-test-suite');

interface Group {
  readonly description: string;
  readonly schema: object | boolean;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

const DRAFTS = [
  { directory: 'draft7', $schema: 'http://json-schema.org/draft-07/schema#' },
  { directory: 'draft2020-12', $schema: 'https://json-schema.org/draft/2020-12/schema' },
];

function groupsOf(directory: string): [name: string, group: Group][] {
  const folder = path.join(suite, directory);
  return readdirSync(folder).flatMap((file) => {
    const groups: Group[] = JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
    return groups.map((group): [string, Group] => [
      `${path.basename(file, '.json')}: ${group.description}`,
      group,
    ]);
  });
}

/** Events are objects: the schema of a group is that of a property here, by reference. */
function check({ schema, tests }: Group, $schema: string): string[] {
  const registry = new SchemaRegistry();
  let value: object | boolean = schema as boolean;
  if (typeof schema === 'object') {
    const { id } = registry.register({ $schema, $id: 'https://example.test/suite', version: 1, ...schema });
    value = { $ref: id };
  }
  const event = registry.register({
    $schema,
    $id: 'https://example.test/event',
    version: 1,
    properties: { value },
  });
  return tests
    .filter(({ data, valid }) => (event.validate({ value: data }).issues === undefined) !== valid)
    .map(({ description }) => description);
}

/** What is left out, by the beginning of its name, and why. */
const LEFT_OUT: readonly (readonly [why: string, ...beginnings: string[]])[] = [
  ['schemas are registered here, not fetched; the remote ones have no version', 'refRemote: '],
  [
    'the meta-schemas are no events',
    'definitions: validate definition against metaschema',
    'defs: validate definition against metaschema',
    'ref: remote ref, containing refs itself',
  ],
  [
    'names that start with __ are reserved',
    'properties: properties whose names are Javascript object property names',
  ],
  ['$dynamicRef, contentSchema and vocabularies are refused', 'dynamicRef: ', 'vocabulary: '],
  ['the same', 'unevaluatedItems: unevaluatedItems with $dynamicRef'],
  ['the same', 'unevaluatedProperties: unevaluatedProperties with $dynamicRef'],
  ['the same', 'content: validation of binary-encoded media type documents with schema'],
  ['formats are enforced here in both drafts, and those of other alphabets are not known', 'format: '],
  ['an enum without values is refused', 'enum: empty enum'],
  [
    'Ajv: unevaluatedItems does not see what contains and nested items have seen',
    'unevaluatedItems: unevaluatedItems with nested items',
    'unevaluatedItems: unevaluatedItems depends on',
    'unevaluatedItems: unevaluatedItems and contains interact',
    'unevaluatedItems: unevaluatedItems with minContains = 0',
  ],
  [
    'Ajv: `if` without `then` and `else` is not looked at',
    'unevaluatedItems: unevaluatedItems can see annotations from if',
    'unevaluatedProperties: unevaluatedProperties can see annotations from if',
    'unevaluatedProperties: unevaluatedProperties with if/then/else, then not defined',
  ],
];

function isLeftOut(name: string): boolean {
  return LEFT_OUT.some(([, ...beginnings]) => beginnings.some((beginning) => name.startsWith(beginning)));
}

for (const { directory, $schema } of DRAFTS) {
  test(`the required tests of ${directory} pass, but for those left out`, (t) => {
    const wrong: string[] = [];
    let count = 0;
    let leftOut = 0;
    for (const [name, group] of groupsOf(directory)) {
      if (isLeftOut(name)) {
        leftOut += group.tests.length;
        continue;
      }
      count += group.tests.length;
      try {
        wrong.push(...check(group, $schema).map((description) => `${name}: ${description}`));
      } catch (error) {
        assert.ok(error instanceof OtelEventsError);
        wrong.push(`${name}: ${error.message}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(count > 700, `${count}`);
    t.diagnostic(`${count} tests pass, ${leftOut} are left out`);
  });
}
