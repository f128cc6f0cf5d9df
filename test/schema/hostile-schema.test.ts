import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OtelEventsError } from '../../src/errors.ts';
import { compileRedact } from '../../src/redact/redact.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';
import { cpuClock } from '../harness/cpu-clock.ts';

const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema';

/** Far above what they take, and far below what the square of their size would. */
const MAX_MS = 8_000;

const list = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => item(index));
const map = <T>(count: number, item: (index: number) => T): Record<string, T> =>
  Object.fromEntries(list(count, (index) => [`key${index}`, item(index)]));

const SCHEMAS: Readonly<Record<string, object>> = {
  'an enum of 50,000 texts': { properties: { a: { enum: list(50_000, (index) => `value${index}`) } } },
  'an enum of 40,000 objects': { properties: { a: { enum: list(40_000, (index) => ({ index })) } } },
  'a const of 50,000 items': { const: list(50_000, (index) => index) },
  '50,000 required names': { required: list(50_000, (index) => `key${index}`) },
  '50,000 properties': { properties: map(50_000, () => true) },
  '9,000 properties': { properties: map(9_000, () => ({ type: 'string' })), additionalProperties: false },
  '9,000 alternatives': { anyOf: list(9_000, (index) => ({ required: [`key${index}`] })) },
  '9,000 schemas together': { allOf: list(9_000, (index) => ({ required: [`key${index}`] })) },
  '9,000 patterns for names': { patternProperties: map(9_000, () => ({ type: 'string' })) },
  '9,000 references': { properties: map(9_000, () => ({ $ref: '#/properties/key0' })) },
  '9,000 names of schemas': {
    allOf: list(9_000, (index) => ({ $id: `http://host${index}/x`, properties: { a: { $ref: '#' } } })),
  },
  'a property that depends on 20,000': {
    $schema: DRAFT_2020,
    dependentRequired: { a: list(20_000, (index) => `key${index}`) },
  },
  '40,000 properties that depend on one': {
    $schema: DRAFT_2020,
    dependentRequired: map(40_000, () => ['a']),
  },
  'a keyword of a million characters': { ['x'.repeat(1_000_000)]: 1 },
  'a format of a million characters': { format: 'x'.repeat(1_000_000) },
  'a pattern of 100,000 classes': { properties: { a: { pattern: '\\p{L}'.repeat(100_000) } } },
  'a pattern with one class of 100,000': { properties: { a: { pattern: `[${'\\p{L}'.repeat(100_000)}]` } } },
  'a pattern of 500,000 characters': { properties: { a: { pattern: 'ab|'.repeat(160_000) } } },
  'a reference of 500,000 steps': { $ref: `#${'/a'.repeat(250_000)}` },
};

for (const [name, schema] of Object.entries(SCHEMAS)) {
  test(`${name}: registered and used, or refused, in time`, () => {
    const clock = cpuClock();
    try {
      const registry = new SchemaRegistry();
      const registered = registry.register({ $id: 'urn:hostile', version: 1, ...schema });
      registered.validate({ a: 'value', key1: 'x' });
    } catch (error) {
      assert.ok(error instanceof OtelEventsError, String(error));
      assert.ok(['SCHEMA_INVALID', 'EVENT_INVALID'].includes(error.code), error.code);
      assert.ok(error.message.length < 2_000);
    }
    const tookMs = clock();
    assert.ok(tookMs < MAX_MS, `took ${tookMs} ms`);
  });
}

test('YAML of 85,000 keys is refused at once, and of 20,000 keys read in time', () => {
  const yaml = (count: number): string =>
    `$id: urn:yaml\nversion: 1\nx-keys:\n${list(count, (index) => `  k${index}: 1\n`).join('')}`;
  const clock = cpuClock();
  assert.throws(() => new SchemaRegistry().register(yaml(85_000)), {
    code: 'SCHEMA_INVALID',
    message: /neither JSON nor YAML: longer than 256 KiB/,
  });
  assert.equal(new SchemaRegistry().register(yaml(20_000)).id, 'urn:yaml');
  assert.ok(clock() < MAX_MS);
});

test('YAML with a key that comes twice is refused, at any depth', () => {
  const yaml = '$id: urn:yaml\nversion: 1\nproperties:\n  a: {type: string, type: number}\n';
  assert.throws(() => new SchemaRegistry().register(yaml), {
    code: 'SCHEMA_INVALID',
    message: /Map keys must be unique \(offset 57\)/,
  });
});

test('an enum in which two values are equal is refused, whatever the order of their keys', () => {
  const register = (values: unknown[], more = {}) =>
    new SchemaRegistry().register({
      $id: 'urn:enum',
      version: 1,
      properties: { a: { enum: values } },
      ...more,
    });
  const refused = {
    code: 'SCHEMA_INVALID',
    message: /at \/properties\/a\/enum: wanted items that differ, got an array/,
  };
  assert.throws(() => register([1, 'a', 1]), refused);
  assert.throws(
    () =>
      register([
        { a: 1, b: [2] },
        { b: [2], a: 1 },
      ]),
    refused,
  );
  assert.doesNotThrow(() => register([1, '1', null, true, [1], { a: 1 }, { a: 2 }, { b: 1 }]));
  assert.doesNotThrow(() => register([1, 1], { $schema: DRAFT_2020 }));
});

const PATTERNS: readonly string[] = [
  'a{30000}b',
  '(?:[a-z]{30}){1000}=',
  '(?:(?:[a-z]{30}){30}){30}=',
  '(?<=a{20000})b',
  '(?=a{20000}b)a',
  '(?:a{100}){200}(?:a{100}){200}b',
  `${'[a-z]'.repeat(2_000)}=`,
  '(a{15000})\\1b',
  '(?:a{20000}|a{20000})b',
  'a{15000}?a{15000}?b',
];

for (const pattern of PATTERNS) {
  const shown = pattern.length > 50 ? `${pattern.slice(0, 50)}…` : pattern;
  const text = 'a'.repeat(1_000_000);

  test(`the pattern ${shown} is watched in a schema: after a second the event is invalid`, () => {
    const validate = registered({ pattern });
    const clock = cpuClock();
    const { issues } = validate({ a: text });
    assert.ok(issues !== undefined);
    assert.ok(clock() < 5_000);
  });

  test(`the pattern ${shown} is watched in redact: after a second all texts are masked`, () => {
    const redact = compileRedact({ patterns: [pattern] });
    const clock = cpuClock();
    const parts = { data: { a: text }, session: {}, context: {}, message: undefined, failure: undefined };
    const { data } = redact(parts);
    assert.ok(['[Redacted]', text].includes(Object.values(data)[0] as string));
    assert.ok(clock() < 5_000);
  });
}

const WITH_FLAGS: readonly (readonly [source: string, flags: string, text: string])[] = [
  ['\\u{1,}\\u{1,}\\u{1,}b', '', 'u'.repeat(4_000)],
  ['\\u{30000}b', '', 'u'.repeat(100_000)],
  ['\\p{3000}\\p{3000}!', '', 'p'.repeat(100_000)],
  ['(?:[\\q{a|aa}])+!', 'v', 'a'.repeat(60)],
  [`${'[\\q{aa|a}]'.repeat(26)}!`, 'v', 'a'.repeat(60)],
  ['(?:\\p{RGI_Emoji})+!', 'v', '\u{1F44B}\u{1F3FB}'.repeat(40)],
];

for (const [source, flags, text] of WITH_FLAGS) {
  test(`/${source.slice(0, 40)}/${flags} is watched in redact: braces mean what its flags say`, () => {
    const redact = compileRedact({ patterns: [new RegExp(source, flags)] });
    const clock = cpuClock();
    redact({ data: { a: text }, session: {}, context: {}, message: undefined, failure: undefined });
    assert.ok(clock() < 5_000);
  });
}

test('a pattern that begins anew in each line is watched in redact', () => {
  const redact = compileRedact({ patterns: [/^[\s\S]*x/m] });
  const clock = cpuClock();
  redact({
    data: { a: '\n'.repeat(300_000) },
    session: {},
    context: {},
    message: undefined,
    failure: undefined,
  });
  assert.ok(clock() < 5_000);
});

test('paths of many stars are followed in time', () => {
  const redact = compileRedact({ paths: [`${'**.a.'.repeat(15)}b`] });
  const nested = (depth: number): object => (depth === 0 ? { b: 1 } : { a: nested(depth - 1) });
  const clock = cpuClock();
  const parts = { session: {}, context: {}, message: undefined, failure: undefined };
  const { data } = redact({ ...parts, data: nested(40) as Record<string, unknown> });
  assert.match(JSON.stringify(data), /"b":"\[Redacted\]"/);
  assert.ok(clock() < 3_000);
});

test('a thousand texts that are each below the limit are watched together', () => {
  const patterns = list(20, (index) => ({ pattern: `[a-z]*[${index % 10}]` }));
  const validate = registered({ items: { allOf: patterns } });
  const clock = cpuClock();
  validate({ a: list(1_000, () => 'a'.repeat(990)) });
  assert.ok(clock() < 5_000);
});

test('values are compared with a long enum under a time limit', () => {
  const validate = registered({ items: { enum: list(40_000, (index) => ({ index })) } });
  const clock = cpuClock();
  validate({ a: list(1_900, () => ({ index: -1 })) });
  assert.ok(clock() < 6_000);
});

/** A check of `{ a }` by this schema. */
function registered(schema: object): (data: unknown) => { readonly issues?: unknown } {
  const registry = new SchemaRegistry();
  const found = registry.register({ $id: 'urn:hostile', version: 1, properties: { a: schema } });
  found.validate({});
  return (data) => found.validate(data);
}
