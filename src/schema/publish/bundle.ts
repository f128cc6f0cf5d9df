import { isSchema } from '../document/facets-of.ts';
import { type Follow, followerOf } from '../document/follower-of.ts';
import type { SchemaNode } from '../document/schema-document.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { type EventEntry, inOrder, newestOf } from './event-entry.ts';
import { toTyped } from './to-typed.ts';

const ROOT = 'Events';

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
  for (const { word, json } of named)
    titles.set(json, freeName(typeName(word), new Set([...titles.values(), ROOT])));
  const localised = localise(titles, followerOf(named.map(({ json }) => json)));
  return {
    title: ROOT,
    description: 'The data of each event, by its name.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      events.map(({ key, json }) => [key, { $ref: `#/definitions/${titles.get(json)}` }]),
    ),
    required: events.map(({ key }) => key),
    definitions: localised,
  };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}_${count}`;
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

/**
 * Every document, and every schema in it that something refers to, by title. Each has a place of its own there, so that
 * it has one name, and a reference never leads through another one: the compiler loses itself in such circles.
 */
function localise(titles: ReadonlyMap<JsonSchema, string>, follow: Follow): Record<string, unknown> {
  const names = new Map<unknown, string>(titles);
  const taken = new Set([...titles.values(), ROOT]);
  const waiting: JsonSchema[] = [...titles.keys()];
  const placeOf = ({ schema, pointer }: SchemaNode): string => {
    let name = names.get(schema);
    if (name === undefined) {
      const { title } = schema as JsonSchema;
      name = freeName(typeName(typeof title === 'string' ? title : lastOf(pointer)), taken);
      taken.add(name);
      names.set(schema, name);
      waiting.push(schema as JsonSchema);
    }
    return `#/definitions/${encodeURIComponent(name)}`;
  };
  const definitions: Record<string, unknown> = {};
  for (const json of waiting) {
    const name = names.get(json) as string;
    const typed = toTyped(json, follow, placeOf);
    // One that is only a reference is wrapped: what leads to it would lead through it.
    const own = isSchema(typed) && typed.$ref === undefined ? typed : { allOf: [typed] };
    definitions[name] = { ...own, title: name };
  }
  return definitions;
}

/** The last name in a pointer that is none of a keyword's, nor a number. */
function lastOf(pointer: string): string {
  const steps = pointer.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.findLast((step) => step !== '' && !/^\d+$/.test(step)) ?? 'Part';
}
