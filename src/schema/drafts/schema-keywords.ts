/** How a keyword holds schemas: one, a list of them, a map of them by name, or either of two. */
export type Holds = 'schema' | 'list' | 'map' | 'schema or list' | 'map of schemas or names';

/** The keywords that hold schemas, in both drafts. `definitions` and `$defs` hold them for references only. */
export const SCHEMA_KEYWORDS: ReadonlyMap<string, Holds> = new Map<string, Holds>([
  ['$defs', 'map'],
  ['definitions', 'map'],
  ['properties', 'map'],
  ['patternProperties', 'map'],
  ['additionalProperties', 'schema'],
  ['unevaluatedProperties', 'schema'],
  ['propertyNames', 'schema'],
  ['dependentSchemas', 'map'],
  ['dependencies', 'map of schemas or names'],
  ['items', 'schema or list'],
  ['prefixItems', 'list'],
  ['additionalItems', 'schema'],
  ['unevaluatedItems', 'schema'],
  ['contains', 'schema'],
  ['allOf', 'list'],
  ['anyOf', 'list'],
  ['oneOf', 'list'],
  ['not', 'schema'],
  ['if', 'schema'],
  ['then', 'schema'],
  ['else', 'schema'],
]);

/** The keywords whose schemas are about the same value as the schema they stand in. */
export const IN_PLACE: ReadonlySet<string> = new Set([
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'dependentSchemas',
  'dependencies',
]);

/** The keywords that say something and limit nothing. */
export const NOTE_KEYWORDS: ReadonlySet<string> = new Set([
  '$comment',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'contentEncoding',
  'contentMediaType',
]);

/** The keywords that name categories of personal data: ours, and Jupyter's. */
export const CATEGORY_KEYWORDS: ReadonlySet<string> = new Set([
  'categories',
  'personal',
  'personal-data',
  'redactionPolicies',
]);

/** Keywords that limit something in drafts that know them, and that are not supported here. */
export const NOT_SUPPORTED: ReadonlySet<string> = new Set([
  '$dynamicRef',
  '$dynamicAnchor',
  '$recursiveRef',
  '$recursiveAnchor',
  '$vocabulary',
  'contentSchema',
  'extends',
  'disallow',
  'divisibleBy',
]);

/** Says something, or limits something, without a schema in it. */
const PLAIN_KEYWORDS = [
  ...NOTE_KEYWORDS,
  ...CATEGORY_KEYWORDS,
  '$id',
  '$schema',
  '$ref',
  'type',
  'enum',
  'const',
  'format',
  'multipleOf',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'maxProperties',
  'minProperties',
  'required',
  // Ours, and Jupyter's.
  'version',
];

const ONLY_2020 = [
  '$anchor',
  'dependentRequired',
  'dependentSchemas',
  'maxContains',
  'minContains',
  'prefixItems',
  'unevaluatedItems',
  'unevaluatedProperties',
];
const ONLY_DRAFT_07 = ['additionalItems', 'dependencies'];

/** The drafts of JSON Schema that events may be described in. */
export type Draft = 'draft-07' | '2020-12';

/** Every keyword that means something in a draft here. */
export const KEYWORDS: Readonly<Record<Draft, ReadonlySet<string>>> = {
  'draft-07': keywordsWithout(ONLY_2020, ONLY_DRAFT_07),
  '2020-12': keywordsWithout(ONLY_DRAFT_07, ONLY_2020),
};

function keywordsWithout(left: readonly string[], added: readonly string[]): ReadonlySet<string> {
  const keywords = new Set([...PLAIN_KEYWORDS, ...SCHEMA_KEYWORDS.keys(), ...added]);
  for (const keyword of left) keywords.delete(keyword);
  return keywords;
}
