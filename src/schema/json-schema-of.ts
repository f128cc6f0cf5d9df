import { OtelEventsError } from '../errors.ts';
import type { EventDefinition } from './event-definition.ts';
import { isStandard } from './is-standard.ts';
import type { JsonSchema } from './json-schema.ts';
import type { StandardSchema } from './standard-schema.ts';

type Schema = { readonly [keyword: string]: unknown };

/**
 * The JSON Schema of a definition, with `$id`, `version` and the categories of its personal data; undefined if
 * nobody can tell it.
 * @throws OtelEventsError `SCHEMA_INVALID` if personal data is named that the schema does not have
 */
export function jsonSchemaOf(
  name: string,
  definition: EventDefinition<StandardSchema | JsonSchema>,
): JsonSchema | undefined {
  const { schema, jsonSchema, version, description, personal = {} } = definition;
  const given = jsonSchema ?? (isStandard(schema) ? toldBy(schema) : (schema as JsonSchema));
  if (given === undefined) {
    if (Object.keys(personal).length === 0) return undefined;
    const fix = 'give the JSON Schema as jsonSchema: what is personal is found by it';
    throw new OtelEventsError('SCHEMA_INVALID', `the schema of ${name} cannot tell its JSON Schema`, { fix });
  }
  const named = { ...(description === undefined ? {} : { description }), ...given };
  const complete = { ...named, $id: typeof given.$id === 'string' ? given.$id : name, version };
  return Object.entries(personal).reduce(
    (json, [pointer, categories]) => withCategories(json, pointer, categories, name),
    complete as Schema,
  );
}

/** @see https://standardschema.dev/json-schema */
function toldBy(schema: StandardSchema): JsonSchema | undefined {
  try {
    return schema['~standard'].jsonSchema?.input({ target: 'draft-2020-12' });
  } catch {
    // It has something that JSON Schema does not.
    return undefined;
  }
}

/** A copy with the categories at the property that a pointer such as `/user/email` or `/items/0/card` leads to. */
function withCategories(
  schema: Schema,
  pointer: string,
  categories: readonly string[],
  name: string,
): Schema {
  const [, ...keys] = pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const change = (at: Schema, rest: readonly string[]): Schema => {
    const [key, ...deeper] = rest;
    if (key === undefined) return { ...at, categories: [...categories] };
    const { properties, items } = at as { readonly properties?: Schema; readonly items?: Schema };
    if (properties !== undefined && Object.hasOwn(properties, key)) {
      return { ...at, properties: { ...properties, [key]: change(properties[key] as Schema, deeper) } };
    }
    if (items !== undefined && /^(\d+|\*)$/.test(key)) return { ...at, items: change(items, deeper) };
    const message = `the schema of ${name} has no property at ${pointer}, which personal names`;
    throw new OtelEventsError('SCHEMA_INVALID', message, {
      fix: 'personal takes JSON pointers: /user/email',
    });
  };
  return change(schema, keys);
}
