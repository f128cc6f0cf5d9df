import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { OtelEventsError } from '../../src/errors.ts';
import { defineEvent } from '../../src/schema/define/define-event.ts';
import type { StandardSchema } from '../../src/schema/define/standard-schema.ts';
import type { JsonSchema } from '../../src/schema/drafts/json-schema.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';

type Given = StandardSchema | JsonSchema;

/** What leaves of data, after its schema has made of it what it makes. */
function emitted(schema: Given, paths: readonly string[], data: object): unknown {
  const personal = Object.fromEntries(paths.map((path) => [path, ['contact']]));
  const event = defineEvent('paid', { version: 1, schema, personal });
  const registered = new SchemaRegistry().register(event.jsonSchema as JsonSchema);
  const checked = event.validate(data);
  assert.ok(checked.issues === undefined);
  return registered.redactor({})(checked.value);
}

const Person = z.object({ email: z.string(), n: z.number() }).meta({ id: 'Person' });
const person = { email: 's', n: 1 };
const safe = { email: null, n: 1 };

const Branch = z.object({
  email: z.string(),
  get parts() {
    return z.array(Branch);
  },
});

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';

const rows: readonly (readonly [
  what: string,
  schema: Given,
  paths: string[],
  data: object,
  after: object,
])[] = [
  ['a property', Person, ['/email'], person, safe],
  [
    'an item of a tuple',
    z.object({ p: z.tuple([z.string(), z.number()]) }),
    ['/p/0'],
    { p: ['s', 1] },
    { p: [null, 1] },
  ],
  [
    'the listed item of a tuple, not the others',
    z.object({ p: z.tuple([z.string()]).rest(z.string()) }),
    ['/p/0'],
    { p: ['s', 'a', 'b'] },
    { p: [null, 'a', 'b'] },
  ],
  [
    'the other items of a tuple',
    z.object({ p: z.tuple([z.string()]).rest(z.string()) }),
    ['/p/1'],
    { p: ['a', 's', 's'] },
    { p: ['a', null, null] },
  ],
  [
    'all items of a tuple',
    z.object({ p: z.tuple([Person]).rest(Person) }),
    ['/p/*/email'],
    { p: [person, person] },
    { p: [safe, safe] },
  ],
  [
    'items of a list',
    z.object({ p: z.array(Person).optional() }),
    ['/p/*/email'],
    { p: [person] },
    { p: [safe] },
  ],
  ['a nullable object', z.object({ u: Person.nullable() }), ['/u/email'], { u: person }, { u: safe }],
  [
    'a union',
    z.object({ u: z.union([z.object({ id: z.number() }), Person]) }),
    ['/u/email'],
    { u: person },
    { u: safe },
  ],
  [
    'each member of a union that has it',
    z.discriminatedUnion('k', [
      z.object({ k: z.literal('a'), e: z.string() }),
      z.object({ k: z.literal('b'), e: z.number() }),
      z.object({ k: z.literal('c') }),
    ]),
    ['/e'],
    { k: 'b', e: 1 },
    { k: 'b', e: null },
  ],
  [
    'an intersection',
    z.intersection(Person, z.object({ tel: z.string() })),
    ['/tel'],
    { ...person, tel: 's' },
    { ...person, tel: null },
  ],
  [
    'all values of a record',
    z.object({ u: z.record(z.string(), Person) }),
    ['/u/*/email'],
    { u: { a: person, b: person } },
    { u: { a: safe, b: safe } },
  ],
  [
    'one value of a record',
    z.object({ u: z.record(z.string(), z.string()) }),
    ['/u/a'],
    { u: { a: 's', b: 'b' } },
    { u: { a: null, b: 'b' } },
  ],
  [
    'a value of a record at the top, where others are undeclared',
    z.record(z.string(), z.string()),
    ['/a'],
    { a: 's', b: 'b' },
    { a: null, b: null },
  ],
  [
    'one use of a schema that is used twice',
    z.object({ a: Person, b: Person }),
    ['/a/email'],
    { a: person, b: person },
    { a: safe, b: person },
  ],
  [
    'one depth of a schema in itself',
    Branch,
    ['/parts/*/email'],
    { email: 'a', parts: [{ email: 's', parts: [{ email: 'c', parts: [] }] }] },
    { email: 'a', parts: [{ email: null, parts: [{ email: 'c', parts: [] }] }] },
  ],
  [
    'dates, bigints and maps',
    z.object({ d: z.date(), b: z.bigint(), m: z.map(z.string(), z.string()), n: z.date() }),
    ['/d', '/b', '/m'],
    { d: new Date(0), b: 1n, m: new Map([['a', 's']]), n: new Date(0) },
    { d: null, b: null, m: null, n: new Date(0) },
  ],
  [
    'what is said in the schema, beside a date',
    z.object({ at: z.date(), e: z.string().meta({ personal: true }) }),
    [],
    { at: new Date(0), e: 's' },
    { at: new Date(0), e: null },
  ],
  [
    'a value that the schema changes',
    z.object({ u: z.object({ e: z.string().transform((text) => text.length) }) }),
    ['/u/e'],
    { u: { e: 's' } },
    { u: { e: null } },
  ],
  [
    'a tuple of draft 2020-12',
    {
      $schema: DRAFT,
      properties: { p: { type: 'array', prefixItems: [{ type: 'string' }, {}], items: {} } },
    },
    ['/p/0', '/p/2'],
    { p: ['s', 1, 2] },
    { p: [null, 1, null] },
  ],
  [
    'a tuple and a reference of draft-07',
    {
      $schema: DRAFT_07,
      properties: {
        p: { type: 'array', items: [{}, {}], additionalItems: {} },
        u: { $ref: '#/definitions/U' },
      },
      definitions: { U: { properties: { e: {} } } },
    },
    ['/p/1', '/u/e'],
    { p: ['a', 's', 'b'], u: { e: 's', f: 1 } },
    { p: ['a', null, 'b'], u: { e: null, f: 1 } },
  ],
  [
    'names by pattern',
    { patternProperties: { '^x': { type: 'string' } } },
    ['/xa'],
    { xa: 's', xb: 'b' },
    { xa: null, xb: 'b' },
  ],
  [
    'branches of if and dependentSchemas',
    {
      $schema: DRAFT,
      properties: { a: {}, u: {} },
      if: { properties: { a: {} } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword
      then: { properties: { u: { properties: { e: {} } } } },
      dependentSchemas: { a: { properties: { u: { properties: { f: {} } } } } },
    },
    ['/u/e', '/u/f'],
    { a: 1, u: { e: 's', f: 's', g: 1 } },
    { a: 1, u: { e: null, f: null, g: 1 } },
  ],
];

for (const [what, schema, paths, data, after] of rows) {
  test(`personal names ${what}`, () => assert.deepEqual(emitted(schema, paths, data), after));
}

test('personal adds to the categories that a schema has', () => {
  const schema = { properties: { e: { categories: ['unrestricted'] } } };
  assert.deepEqual(emitted(schema, ['/e'], { e: 's' }), { e: null });
});

test('what personal cannot mean is refused where the event is defined', () => {
  const table: [schema: Given, personal: unknown, message: RegExp, fix?: RegExp][] = [
    [Person, { email: ['c'] }, /email is no JSON pointer/, /^write \/email$/],
    [Person, { 'user.email': ['c'] }, /no JSON pointer/, /^write \/user\/email$/],
    [Person, { '/emial': ['c'] }, /declares nothing at \/emial/, /JSON pointers/],
    [Person, { '/email/x': ['c'] }, /declares nothing at \/email\/x/],
    [z.looseObject({ email: z.string() }), { '/emial': ['c'] }, /declares nothing at \/emial/],
    [z.object({ m: z.map(z.string(), z.string()) }), { '/m/a': ['c'] }, /declares nothing at \/m\/a/],
    [z.object({ p: z.tuple([z.string()]) }), { '/p/1': ['c'] }, /declares nothing at \/p\/1/],
    [Person, { '/a~2': ['c'] }, /no JSON pointer/, /~0 for ~/],
    [Person, { '/email': 'contact' }, /\/email: wanted a list of categories/],
    [Person, { '/email': [] }, /\/email: wanted a list of categories/],
    [Person, { '/email': true }, /\/email: wanted a list of categories/],
    [Person, new Map([['/email', ['c']]]), /personal: wanted an object/],
    [Person, ['/email'], /personal: wanted an object/],
    [{ properties: { u: { $ref: 'other' } } }, { '/u/e': ['c'] }, /another document/, /personal: true/],
    [
      z.object({ u: z.object({ email: z.string() }).transform(({ email }) => ({ mail: email })) }),
      { '/u/email': ['c'] },
      /makes something else of what is at \/u\/email/,
      /name the whole: \/u/,
    ],
  ];
  for (const [schema, personal, message, fix] of table) {
    assert.throws(
      () => defineEvent('paid', { version: 1, schema, personal: personal as Record<string, string[]> }),
      (error: OtelEventsError) => {
        assert.equal(error.code, 'SCHEMA_INVALID');
        assert.match(error.message, message);
        if (fix !== undefined) assert.match(String(error.fix), fix);
        return true;
      },
      String(message),
    );
  }
});
