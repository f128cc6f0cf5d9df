import { schemaInvalid } from '../document/schema-document.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { toKnownDraft } from '../drafts/to-known-draft.ts';
import { idOfName } from './id-of-name.ts';
import { plannedEvents } from './planned-events.ts';
import { readSchemaText } from './read-schema-text.ts';

/** A schema that a document holds. */
export interface NamedSchema {
  /** What its events are called: the name in a tracking plan, else its `$id`. */
  readonly name: string | undefined;
  /** In a draft that is known, with `$id` and `version`, as far as the document tells them. */
  readonly json: JsonSchema;
}

/**
 * The schemas that a document holds: one as a rule, those of all events if it is a tracking plan of Segment's or
 * RudderStack's. Older drafts (04, 06, 2019-09) and Iglu's schemas are put in words of a draft that is known; what is
 * wrong in a schema shows when it is registered.
 * @param document - an object, or its text as JSON or YAML
 * @param source - how messages call it
 * @throws OtelEventsError `SCHEMA_INVALID`
 */
export function readSchemas(document: object | string, source = 'schema'): readonly NamedSchema[] {
  const json = readSchemaText(document, source);
  const planned = plannedEvents(json);
  if (planned === undefined) return [{ name: undefined, json: withSelf(toKnownDraft(json), source) }];
  if (planned.length === 0)
    throw schemaInvalid(source, '', 'it is a tracking plan without events of the type track');
  return planned.map(({ name, version, schema }) => {
    const { $id: _, id: __, ...rest } = toKnownDraft(schema);
    return { name, json: { ...rest, $id: idOfName(name), version } };
  });
}

/** Names of an Iglu schema: @see https://docs.snowplow.io, "Iglu URIs" */
const IGLU_NAME = /^[\w.-]+$/;

/** `$id` and `version` of what `self` says; without it the schema as it is. */
function withSelf({ self, ...schema }: JsonSchema, source: string): JsonSchema {
  if (self === undefined || schema.$id !== undefined)
    return self === undefined ? schema : { self, ...schema };
  const { vendor, name, format = 'jsonschema', version } = Object(self) as Record<string, unknown>;
  const parts = [vendor, name, format, version];
  if (parts.every((part) => typeof part === 'string' && IGLU_NAME.test(part))) {
    return { ...schema, $id: `iglu:${vendor}/${name}/${format}`, version };
  }
  throw schemaInvalid(source, '/self', 'wanted vendor, name, format and version as texts', {
    fix: "such as { vendor: 'com.example', name: 'order', format: 'jsonschema', version: '1-0-0' }",
  });
}
