import { type EventEntry, inOrder, newestOf } from './event-entry.ts';
import { isSchema } from './facets-of.ts';
import { type Follow, followerOf } from './follower-of.ts';
import type { JsonSchema } from './json-schema.ts';
import type { SchemaNode } from './schema-document.ts';
import { CATEGORY_KEYWORDS, KEYWORDS } from './schema-keywords.ts';

const ROOT = 'Events';

/** Keywords whose values are data, or names: what looks like a reference there is none. */
const DATA_KEYWORDS = new Set(['const', 'enum', 'default', 'examples', 'required', ...CATEGORY_KEYWORDS]);

/** Keywords that a schema has as a document of its own. */
const DOCUMENT_KEYWORDS = new Set(['$id', '$schema', 'version', '$anchor']);

/** Keywords that hold schemas by name. */
const MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);

/**
 * All events as one schema without outside references: an object that has for each event a property of its
 * name, `name@version` for all but the newest version. Every schema in it has a title that is a name in TypeScript.
 * @param others - schemas that are no events, and that events may refer to
 * @throws OtelEventsError `SCHEMA_INVALID` for a `$ref` to a schema that is not there
 */
export function bundle(entries: readonly EventEntry[], others: readonly JsonSchema[] = []): JsonSchema {
  const newest = new Set(newestOf(entries));
  const events = inOrder(entries).map((entry) => {
    const key = newest.has(entry) ? entry.name : `${entry.name}@${entry.version}`;
    const { title } = entry.json;
    const isNamedById = entry.name === entry.schemaId && key === entry.name;
    return { key, word: isNamedById && typeof title === 'string' ? title : key, json: entry.json };
  });
  const named = [...events, ...others.map((json) => ({ word: String(json.$id), json }))];
  const titles = new Map<JsonSchema, string>();
  for (const { word, json } of named) titles.set(json, freeName(typeName(word), [...titles.values(), ROOT]));
  const follow = followerOf(named.map(({ json }) => json));
  const definitions = [...titles].map(([json, title]) => [
    title,
    { ...localised(json, titles, follow), title },
  ]);
  return {
    title: ROOT,
    description: 'The data of each event, by its name.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      events.map(({ key, json }) => [key, { $ref: `#/definitions/${titles.get(json)}` }]),
    ),
    required: events.map(({ key }) => key),
    definitions: Object.fromEntries(definitions),
  };
}

function freeName(name: string, taken: readonly string[]): string {
  let free = name;
  for (let count = 2; taken.includes(free); count++) free = `${name}_${count}`;
  return free;
}

/** `cart.item_added@2` becomes `CartItemAdded2`. */
function typeName(text: string): string {
  const words = text
    .replace(/^https?:\/\//, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^\p{L}/u.test(name) ? name : `Event${name}`;
}

/** A copy whose references lead to places in the bundle. */
function localised(json: JsonSchema, titles: ReadonlyMap<JsonSchema, string>, follow: Follow): JsonSchema {
  const copied = (value: unknown, isSchemaHere: boolean): unknown => {
    if (Array.isArray(value)) return value.map((each) => copied(each, true));
    if (!isSchema(value)) return value;
    const entries = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
      if (!isSchemaHere) return [[key, copied(each, true)]];
      // A word that means nothing to checks must mean nothing to the compiler either: it knows some.
      if (DOCUMENT_KEYWORDS.has(key) || !isKeyword(key)) return [];
      if (key === '$ref') return [[key, placeOf(follow(value), titles)]];
      if (DATA_KEYWORDS.has(key)) return [[key, each]];
      return [[key, copied(each, !MAPS.has(key))]];
    });
    return Object.fromEntries(entries);
  };
  return copied(json, true) as JsonSchema;
}

function isKeyword(key: string): boolean {
  return Object.values(KEYWORDS).some((known) => known.has(key));
}

function placeOf({ document, pointer }: SchemaNode, titles: ReadonlyMap<JsonSchema, string>): string {
  return `#/definitions/${titles.get(document.json) ?? ''}${pointer}`;
}
