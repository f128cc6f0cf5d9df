import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Issue } from '../../src/issue.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';
import { cpuClock } from '../harness/cpu-clock.ts';

const compile = (schema: object) => new SchemaRegistry().register({ $id: 'event', version: 1, ...schema });
const issuesOf = (schema: object, data: unknown): readonly Issue[] =>
  compile(schema).validate(data).issues ?? [];

test('every failing path is told with what was wanted and what kind of value was there', () => {
  const schema = {
    type: 'object',
    required: ['a/b', 'name'],
    additionalProperties: false,
    properties: {
      'a/b': {},
      name: { type: 'string', minLength: 3 },
      count: { type: ['integer', 'null'], minimum: 1 },
      kind: { enum: ['x', 'y'] },
      when: { type: 'string', format: 'date-time' },
      items: { type: 'array', items: { type: 'object', required: ['sku'] }, maxItems: 1 },
      code: { type: 'string', pattern: '^[A-Z]+$' },
    },
  };
  const data = { name: 'a', count: 'b', kind: 'z', when: 'now', items: [{}, 1], code: 'x', more: {} };
  assert.deepEqual(issuesOf(schema, data), [
    { path: '/a~1b', expected: 'a value', got: 'nothing' },
    { path: '/more', expected: 'a known property', got: 'an object' },
    { path: '/name', expected: 'at least 3 characters', got: 'a string' },
    { path: '/count', expected: 'an integer or null', got: 'a string' },
    { path: '/kind', expected: 'one of "x", "y"', got: 'a string' },
    { path: '/when', expected: 'the format date-time', got: 'a string' },
    { path: '/items', expected: 'at most 1 items', got: 'an array' },
    { path: '/items/0/sku', expected: 'a value', got: 'nothing' },
    { path: '/items/1', expected: 'an object', got: 'a number' },
    { path: '/code', expected: 'text that matches ^[A-Z]+$', got: 'a string' },
  ]);
});

test('no issue holds a value, whatever the keyword is', () => {
  const secret = 'planted-secret';
  const keywords = [
    { type: 'number' },
    { enum: [1] },
    { const: 1 },
    { format: 'email' },
    { pattern: '^x$' },
    { maxLength: 1 },
    { not: {} },
    { anyOf: [{ type: 'number' }, { const: 2 }] },
    { oneOf: [{}, {}] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword
    { if: {}, else: {}, then: false },
    { allOf: [{ $ref: '#/definitions/n' }] },
  ];
  for (const keyword of keywords) {
    const issues = issuesOf(
      { properties: { a: keyword }, definitions: { n: { type: 'null' } } },
      { a: secret },
    );
    assert.ok(issues.length > 0, JSON.stringify(keyword));
    assert.equal(JSON.stringify(issues).includes(secret), false, JSON.stringify(keyword));
    assert.ok(issues.every(({ path, got }) => path === '/a' && got === 'a string'));
  }
});

test('values are checked as they will be emitted', () => {
  class Price {
    toJSON(): object {
      return { amount: 1 };
    }
  }
  const given = {
    when: new Date(0),
    map: new Map([['a', 1n]]),
    set: new Set([1]),
    price: new Price(),
    url: new URL('https://example.com/'),
    bytes: Buffer.from('hi'),
    nan: Number.NaN,
    nothing: undefined,
    call: () => {},
    list: [undefined],
  };
  const schema = { properties: { when: { type: 'string', format: 'date-time' }, nan: { type: 'string' } } };
  assert.deepEqual(compile(schema).validate(given), {
    value: {
      when: '1970-01-01T00:00:00.000Z',
      map: { a: 1 },
      set: [1],
      price: { amount: 1 },
      url: 'https://example.com/',
      bytes: 'aGk=',
      nan: 'NaN',
      list: [null],
    },
  });
});

test('an event that is no object is invalid, whatever the schema says', () => {
  for (const data of [null, 1, 'x', [], undefined]) {
    assert.equal(issuesOf({}, data)[0]?.expected, 'an object');
  }
});

test('at most a hundred issues are told', () => {
  const data = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, index]));
  assert.equal(issuesOf({ additionalProperties: false }, data).length, 100);
});

test('__proto__ in data is a property like any other', () => {
  const data = JSON.parse('{"__proto__":{"sku":1}}') as object;
  const checked = compile({}).validate(data);
  assert.deepEqual('value' in checked && Object.keys(checked.value), ['__proto__']);
  assert.equal(issuesOf({ required: ['sku'] }, data).length, 1);
  assert.equal(issuesOf({ additionalProperties: false }, data)[0]?.path, '/__proto__');
  assert.equal(issuesOf({ required: ['toString'] }, {})[0]?.path, '/toString');
});

const nested = (levels: number): unknown =>
  Array.from({ length: levels }).reduce<object>((inner) => ({ inner }), {});

test('data without end is invalid, and takes about a second at most', () => {
  const circle: Record<string, unknown> = {};
  circle.inner = circle;
  const recursive = { properties: { inner: { $ref: '#' } } };
  const doubling = { properties: { inner: { allOf: [{ $ref: '#' }, { $ref: '#' }] } } };
  const throwing = {
    get a(): number {
      throw new Error('planted-secret');
    },
  };
  const table: [schema: object, data: unknown][] = [
    [{}, nested(1000)],
    [recursive, nested(1000)],
    [recursive, circle],
    [doubling, nested(60)],
    [{}, { a: 'x'.repeat(5_000_000) }],
    [{}, { a: Array.from({ length: 600_000 }, () => 1) }],
    [{}, throwing],
    [{ properties: { a: { pattern: '^(a+)+$' } } }, { a: `${'a'.repeat(50)}!` }],
    [{ propertyNames: { pattern: '^(a|a)*$' } }, { [`${'a'.repeat(50)}!`]: 1 }],
    [{ patternProperties: { '(x+x+)+y': {} }, additionalProperties: false }, { ['x'.repeat(50)]: 1 }],
  ];
  for (const [schema, data] of table) {
    const clock = cpuClock();
    const issues = issuesOf(schema, data);
    assert.equal(issues.length, 1, JSON.stringify(schema));
    assert.equal(JSON.stringify(issues).includes('planted'), false);
    assert.ok(clock() < 15_000);
  }
});

test('a name that makes redaction take too long is an error, not a leak', () => {
  const schema = { patternProperties: { '^(a+)+$': { categories: ['x'] } } };
  const redact = compile(schema).redactor({});
  assert.throws(() => redact({ [`${'a'.repeat(50)}!`]: 1 }), { code: 'EVENT_INVALID' });
  assert.deepEqual(redact({ aaa: 1, b: 2 }), { aaa: null, b: null });
});
