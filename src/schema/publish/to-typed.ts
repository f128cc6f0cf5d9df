import { isSchema, listOf } from '../document/facets-of.ts';
import type { Follow } from '../document/follower-of.ts';
import type { SchemaNode } from '../document/schema-document.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';

type Fields = Record<string, unknown>;
type Inner = (schema: unknown) => unknown;

/** What comments on types tell. */
const NOTES = ['title', 'description', 'deprecated'];

/** What types are made of, without schemas in it. */
const PLAIN = ['type', 'required', 'minItems', 'maxItems'];

/**
 * A copy of a schema with only what types are made of, in the words of draft-07. The compiler takes all other objects
 * for schemas, data too; and where a schema is of several kinds, one beside the other, it loses itself in circles: each
 * kind is a schema of its own here, in `allOf`.
 * @param placeOf - where the schema stands that a reference leads to
 */
export function toTyped(schema: unknown, follow: Follow, placeOf: (node: SchemaNode) => string): unknown {
  if (!isSchema(schema)) return schema;
  const inner: Inner = (each) => toTyped(each, follow, placeOf);
  const target = schema.$ref === undefined ? undefined : follow(schema);
  const references = target === undefined ? [] : [referenceTo(target, placeOf)];
  // In draft-07 whatever stands beside a `$ref` does not count.
  if (target?.document.draft === 'draft-07') return references[0];
  const own = ownOf(schema, inner);
  const members = [
    ...(Object.keys(own).length > 0 ? [own] : []),
    ...['anyOf', 'oneOf']
      .filter((keyword) => Array.isArray(schema[keyword]))
      .map((keyword) => ({ [keyword]: listOf(schema[keyword]).map(inner) })),
    ...listOf(schema.allOf).map(inner),
    ...references,
  ];
  const notes = pick(schema, NOTES);
  const [only, ...others] = members;
  if (others.length > 0) return { ...notes, allOf: members };
  if (only === undefined || Object.keys(notes).length === 0) return only ?? notes;
  return isSchema(only) && only.$ref === undefined ? { ...only, ...notes } : { ...notes, allOf: members };
}

/** What a schema itself says of a value: that it is one of these, or what kind of value it is. */
function ownOf(schema: JsonSchema, inner: Inner): Fields {
  const { const: constant, enum: values = constant === undefined ? undefined : [constant] } = schema;
  // What looks like a reference in data would be followed.
  if (values !== undefined) return JSON.stringify(values).includes('"$ref"') ? {} : { enum: values };
  const object = objectOf(schema, inner);
  const isObject = schema.type === undefined && Object.keys(object).length > 0;
  return { ...pick(schema, PLAIN), ...object, ...(isObject ? {} : listItemsOf(schema, inner)) };
}

function objectOf(schema: JsonSchema, inner: Inner): Fields {
  const object: Fields = {};
  for (const keyword of ['properties', 'patternProperties']) {
    const values = schema[keyword];
    if (!isSchema(values)) continue;
    object[keyword] = Object.fromEntries(Object.entries(values).map(([key, each]) => [key, inner(each)]));
  }
  if (schema.additionalProperties !== undefined) {
    object.additionalProperties = inner(schema.additionalProperties);
  }
  return object;
}

function listItemsOf({ prefixItems, items, additionalItems }: JsonSchema, inner: Inner): Fields {
  const [listed, others] = prefixItems === undefined ? [items, additionalItems] : [prefixItems, items];
  if (listed === undefined) return {};
  if (!Array.isArray(listed)) return { items: inner(listed) };
  return { items: listed.map(inner), ...(others === undefined ? {} : { additionalItems: inner(others) }) };
}

function referenceTo(target: SchemaNode, placeOf: (node: SchemaNode) => string): unknown {
  return typeof target.schema === 'boolean' ? target.schema : { $ref: placeOf(target) };
}

function pick(schema: JsonSchema, keywords: readonly string[]): Fields {
  const given = keywords.filter((keyword) => schema[keyword] !== undefined);
  return Object.fromEntries(given.map((keyword) => [keyword, schema[keyword]]));
}
