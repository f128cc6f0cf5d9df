import { nearestName } from '../../nearest-name.ts';
import { stepTo } from '../../step-to.ts';
import { metaSchemaOf } from '../drafts/load-ajv.ts';
import {
  CATEGORY_KEYWORDS,
  type Draft,
  KEYWORDS,
  NOT_SUPPORTED,
  NOTE_KEYWORDS,
} from '../drafts/schema-keywords.ts';
import { type SchemaNode, schemaInvalid } from './schema-document.ts';

/** Where a name is the name of a property, or of a definition that a property is likely to be. */
const NAMING = new Set(['properties', 'patternProperties', '$defs', 'definitions']);

/** What names a schema: a reference to a name that is misspelt is refused where it stands. */
const NAMES = new Set(['$id', '$anchor', '$schema', 'version']);

/**
 * Refuses a keyword that must not stand in a schema. One that nobody knows may: it says something to other tools.
 * @throws OtelEventsError `SCHEMA_INVALID` for one that limits something in another draft, is a misspelling of one that
 *   does in this, or has a value that it cannot have
 */
export function checkKeyword(keyword: string, value: unknown, { document, pointer }: SchemaNode): void {
  const { draft, source } = document;
  const at = stepTo(pointer, keyword);
  if (!isKnownKeyword(keyword, draft)) {
    checkUnknown(keyword, value, draft, source, at);
    return;
  }
  if (NAMING.has(keyword) && typeof value === 'object' && value !== null) {
    for (const name of Object.keys(value)) {
      // A pattern may start with an anchor.
      if (/^\^?__/.test(name)) {
        throw schemaInvalid(source, stepTo(at, name), 'names that start with __ are reserved');
      }
    }
  }
  if (keyword === 'enum' && draft === 'draft-07') checkUnique(value, source, at);
  if (CATEGORY_KEYWORDS.has(keyword) && !areCategories(keyword, value)) {
    const wanted = mayBeBoolean(keyword) ? 'true, false or a list' : 'a list';
    throw schemaInvalid(source, at, `wanted ${wanted} of names of categories`, {
      fix: "such as ['identifier']",
    });
  }
}

/** Whether a keyword means something in a draft, or is a note that says so itself. */
export function isKnownKeyword(keyword: string, draft: Draft): boolean {
  return KEYWORDS[draft].has(keyword) || keyword.startsWith('x-');
}

function checkUnknown(keyword: string, value: unknown, draft: Draft, source: string, at: string): void {
  const limitsElsewhere = Object.values(KEYWORDS).some((known) => known.has(keyword));
  if (limitsElsewhere || NOT_SUPPORTED.has(keyword)) {
    const fix = 'what it limits would not be checked: leave it out, or write it in words of this draft';
    throw schemaInvalid(source, at, `${draft} has no such keyword, or it is not supported`, { fix });
  }
  // Many tools have a category of their own, which is one word.
  if (keyword === 'category' && !areCategories('categories', value)) return;
  const near = meantBy(keyword);
  if (near === undefined || NOTE_KEYWORDS.has(near) || NAMES.has(near) || !couldBe(near, value)) return;
  throw schemaInvalid(source, at, `${draft} has no such keyword`, {
    fix: `did you mean ${near}? Notes of your own start with x-`,
  });
}

/** Of each draft: what another one limits by is misspelt here as well. */
const ALL_KEYWORDS = [...new Set(Object.values(KEYWORDS).flatMap((known) => [...known]))];

/** Singulars are further away than misspellings, and what they are meant to keep in would leave. */
const SINGULARS: Readonly<Record<string, string>> = {
  category: 'categories',
  property: 'properties',
  patternProperty: 'patternProperties',
  redactionPolicy: 'redactionPolicies',
};

/** A short word is near to many: one letter may be wrong in it, two in a longer one. */
function meantBy(keyword: string): string | undefined {
  const most = keyword.length > 5 ? 2 : 1;
  const singular = nearestName(keyword, Object.keys(SINGULARS), most);
  return singular === undefined ? nearestName(keyword, ALL_KEYWORDS, most) : SINGULARS[singular];
}

/** Whether a keyword may have this value: a note of one's own, such as `note: text`, is no misspelt `not`. */
function couldBe(keyword: string, value: unknown): boolean {
  // Whatever is said of personal data, and not understood, is no note.
  if (CATEGORY_KEYWORDS.has(keyword)) return true;
  const { check } = metaSchemaOf(KEYWORDS['2020-12'].has(keyword) ? '2020-12' : 'draft-07');
  const could = check({ [keyword]: value }) as boolean;
  check.errors = null;
  return could;
}

function areCategories(keyword: string, value: unknown): boolean {
  if (typeof value === 'boolean') return mayBeBoolean(keyword);
  return Array.isArray(value) && value.every((category) => typeof category === 'string');
}

function mayBeBoolean(keyword: string): boolean {
  return keyword.startsWith('personal');
}

function checkUnique(values: unknown, source: string, at: string): void {
  if (!Array.isArray(values) || new Set(values.map(canonical)).size === values.length) return;
  throw schemaInvalid(source, at, 'wanted items that differ, got an array');
}

/** The same text for values that are equal, whatever the order of their keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
