import type { JsonSchema } from './json-schema.ts';
import { SCHEMA_KEYWORDS } from './schema-keywords.ts';

type Schema = Record<string, unknown>;

/** Deeper than any schema that is taken: what is refused later is left as it is. */
const MAX_DEPTH = 100;

const DRAFT_07 = 'http://json-schema.org/draft-07/schema#';
const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema';

/** How Iglu's schemas say what they are. @see https://docs.snowplow.io, "Self-describing JSON schemas" */
const SELF_DESCRIBING = /^iglucentral\.com\/schemas\/com\.snowplowanalytics\.self-desc\//;

/** Older drafts by name: what is written in another way in the draft that they are read as. */
const OLDER: Readonly<Record<string, readonly [draft: string, change: (schema: Schema) => Schema]>> = {
  'json-schema.org/draft-04/schema': [DRAFT_07, fromDraft04],
  'json-schema.org/draft-06/schema': [DRAFT_07, (schema) => schema],
  'json-schema.org/draft/2019-09/schema': [DRAFT_2020, from2019],
};

/** The name of a draft as it stands in `$schema`, without scheme and empty fragment. */
export function draftNameOf($schema: unknown): string {
  return String($schema)
    .replace(/^https?:\/\//, '')
    .replace(/#$/, '');
}

/** A schema of an older draft, or of Iglu, in words of a draft that is known; others as they are. */
export function toKnownDraft(json: JsonSchema): JsonSchema {
  const name = draftNameOf(json.$schema);
  const isIglu = SELF_DESCRIBING.test(name);
  const older = isIglu ? ([DRAFT_07, fromDraft04] as const) : ownOf(OLDER, name);
  if (older === undefined) return json;
  const [$schema, change] = older;
  return { ...(changed(json, change, 0) as JsonSchema), $schema };
}

function ownOf<Value>(values: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

/** Changes a schema and all that it holds. */
function changed(schema: unknown, change: (schema: Schema) => Schema, depth: number): unknown {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema) || depth > MAX_DEPTH) {
    return schema;
  }
  const inner = (each: unknown): unknown => changed(each, change, depth + 1);
  const entries = Object.entries(schema).map(([keyword, value]): [string, unknown] => {
    const holds = SCHEMA_KEYWORDS.get(keyword);
    if (holds === undefined || typeof value !== 'object' || value === null) return [keyword, value];
    if (Array.isArray(value)) return [keyword, value.map(inner)];
    if (!holds.startsWith('map')) return [keyword, inner(value)];
    return [keyword, Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(each)]))];
  });
  return change(Object.fromEntries(entries));
}

/** `id` is `$id`, and `exclusiveMinimum: true` says of `minimum` what a number of its own does now. */
function fromDraft04({ id, ...schema }: Schema): Schema {
  const named = typeof id === 'string' && schema.$id === undefined ? { $id: id, ...schema } : schema;
  return withExclusive(withExclusive(named, 'minimum', 'exclusiveMinimum'), 'maximum', 'exclusiveMaximum');
}

function withExclusive(schema: Schema, limit: string, exclusive: string): Schema {
  const { [limit]: value, [exclusive]: is, ...others } = schema;
  if (typeof is !== 'boolean') return schema;
  if (value === undefined) return others;
  return { ...others, [is ? exclusive : limit]: value };
}

/** A list in `items` is `prefixItems`, and `additionalItems` beside it `items`. */
function from2019({ additionalItems, ...schema }: Schema): Schema {
  if (!Array.isArray(schema.items)) return schema;
  const { items: prefixItems, ...others } = schema;
  return { ...others, prefixItems, ...(additionalItems === undefined ? {} : { items: additionalItems }) };
}
