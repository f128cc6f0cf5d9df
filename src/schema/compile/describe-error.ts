import type { Issue } from '../../issue.ts';
import { kindOf } from '../../kind-of.ts';
import { stepTo } from '../../step-to.ts';
import type { ErrorObject } from '../drafts/load-ajv.ts';

type Params = Readonly<Record<string, unknown>>;

/** How each keyword says what it wanted. Only the schema's words; nothing of the data. */
const EXPECTED = byName<(params: Params) => string>({
  type: ({ type }) => [type].flat().map(named).join(' or '),
  required: () => 'a value',
  dependentRequired: () => 'a value',
  dependencies: () => 'a value',
  additionalProperties: () => 'a known property',
  unevaluatedProperties: () => 'a known property',
  additionalItems: ({ limit }) => `at most ${limit} items`,
  unevaluatedItems: ({ len }) => `at most ${len} items`,
  items: ({ limit }) => `at most ${limit} items`,
  enum: ({ allowedValues }) => `one of ${(allowedValues as unknown[]).map(asJson).join(', ')}`,
  const: ({ allowedValue }) => asJson(allowedValue),
  format: ({ format }) => `the format ${format}`,
  pattern: ({ pattern }) => `text that matches ${pattern}`,
  minLength: ({ limit }) => `at least ${limit} characters`,
  maxLength: ({ limit }) => `at most ${limit} characters`,
  minItems: ({ limit }) => `at least ${limit} items`,
  maxItems: ({ limit }) => `at most ${limit} items`,
  minProperties: ({ limit }) => `at least ${limit} properties`,
  maxProperties: ({ limit }) => `at most ${limit} properties`,
  minimum: ({ limit }) => `at least ${limit}`,
  maximum: ({ limit }) => `at most ${limit}`,
  exclusiveMinimum: ({ limit }) => `more than ${limit}`,
  exclusiveMaximum: ({ limit }) => `less than ${limit}`,
  multipleOf: ({ multipleOf }) => `a multiple of ${multipleOf}`,
  uniqueItems: () => 'items that differ',
  contains: ({ minContains }) => `at least ${minContains ?? 1} of the items it asks for`,
  propertyNames: () => 'names of properties that it allows',
  anyOf: () => 'at least one of the alternatives',
  oneOf: ({ passingSchemas }) =>
    passingSchemas ? 'only one of the alternatives' : 'one of the alternatives',
  not: () => 'anything but what `not` describes',
  if: ({ failingKeyword }) => `what \`${failingKeyword}\` asks for`,
  'false schema': () => 'nothing',
});

/** Of keywords that are about a property, the parameter that names it. */
const PROPERTY = byName({
  required: 'missingProperty',
  dependentRequired: 'missingProperty',
  dependencies: 'missingProperty',
  additionalProperties: 'additionalProperty',
  unevaluatedProperties: 'unevaluatedProperty',
});

/** The longest path and the longest description of an issue. */
const MAX_LENGTH = 1000;

/** What an error of the validator is as an issue: where, what was wanted, and what kind of value was there. */
export function describeError({ keyword, instancePath, params }: ErrorObject, data: unknown): Issue {
  const property = params[PROPERTY.get(keyword) ?? ''];
  const path = property === undefined ? instancePath : stepTo(instancePath, String(property));
  const expected = EXPECTED.get(keyword)?.(params) ?? `what ${keyword} asks for`;
  return {
    path: path.slice(0, MAX_LENGTH),
    expected: expected.slice(0, MAX_LENGTH),
    got: kindAt(data, path),
  };
}

/** Not a plain object: it would know the keyword `constructor`. */
function byName<T>(values: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(values));
}

function kindAt(data: unknown, path: string): string {
  let value: unknown = data;
  for (const step of path.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    const there = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    value = there ? (value as Record<string, unknown>)[key] : undefined;
  }
  return kindOf(value);
}

function named(type: unknown): string {
  if (type === 'null') return 'null';
  return /^[aeiou]/.test(String(type)) ? `an ${type}` : `a ${type}`;
}

function asJson(value: unknown): string {
  return JSON.stringify(value).slice(0, 100);
}
