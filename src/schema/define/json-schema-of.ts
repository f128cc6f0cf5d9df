import { OtelEventsError } from '../../errors.ts';
import { isSchemaId, SCHEMA_ID } from '../document/read-document.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import { toKnownDraft } from '../drafts/to-known-draft.ts';
import { checkPersonal, hasPlace, type Personal, withPersonal } from '../personal/with-personal.ts';
import { idOfName } from '../read/id-of-name.ts';
import type { EventDefinition } from './event-definition.ts';
import { isStandard } from './is-standard.ts';
import type { StandardSchema } from './standard-schema.ts';

type Side = 'input' | 'output';

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
  checkPersonal(personal, name);
  const told = jsonSchema === undefined && isStandard(schema) ? schema : undefined;
  const own = told === undefined ? (jsonSchema ?? (schema as JsonSchema)) : toldBy(told, 'input');
  const given = own && toKnownDraft(own);
  if (given === undefined) {
    if (Object.keys(personal).length === 0) return undefined;
    const fix = 'give the JSON Schema as jsonSchema: what is personal is found by it';
    const cause = told && reasonOf(told);
    throw new OtelEventsError('SCHEMA_INVALID', `the schema of ${name} cannot tell its JSON Schema`, {
      fix,
      cause,
    });
  }
  const named = { ...(description === undefined ? {} : { description }), ...given };
  const complete = { ...named, $id: idOf(given, name), version };
  const marked = withPersonal(complete, personal, name);
  if (told !== undefined) checkEmitted(told, complete, personal, name);
  return marked;
}

/** The schema's own, or the name as a URI: `Order Completed` is `Order%20Completed`. A logger could not take any other. */
function idOf({ $id }: JsonSchema, name: string): string {
  const id = typeof $id === 'string' ? $id : idOfName(name);
  if (isSchemaId(id)) return id;
  const fix = typeof $id === 'string' ? 'mend the $id of its schema' : 'give its schema an $id';
  throw new OtelEventsError('SCHEMA_INVALID', `the schema of ${name}: $id: wanted ${SCHEMA_ID}`, { fix });
}

/**
 * What JSON Schema has no word for (dates, bigints, maps) is anything there, where the library can be told so.
 * @see https://standardschema.dev/json-schema
 */
function toldBy(schema: StandardSchema, side: Side): JsonSchema | undefined {
  const target = 'draft-2020-12';
  for (const options of [{ target }, { target, libraryOptions: { unrepresentable: 'any' } }]) {
    try {
      return schema['~standard'].jsonSchema?.[side](options);
    } catch {
      // It has something that JSON Schema does not.
    }
  }
  return undefined;
}

function reasonOf(schema: StandardSchema): unknown {
  try {
    return schema['~standard'].jsonSchema?.input({ target: 'draft-2020-12' });
  } catch (cause) {
    return cause;
  }
}

/**
 * What is emitted is what the schema makes of the data: what stands at another place then would not be found. At the
 * top what is not declared leaves in no case.
 */
function checkEmitted(schema: StandardSchema, input: JsonSchema, personal: Personal, name: string): void {
  const output = toldBy(schema, 'output');
  if (output === undefined) return;
  const emitted = { ...output, $id: input.$id, version: input.version };
  for (const pointer of Object.keys(personal)) {
    const isThere = hasPlace(emitted, pointer, name) || !hasPlace(emitted, pointer, name, 1);
    if (isThere) continue;
    const [, top = ''] = pointer.split('/');
    const message = `the schema of ${name} makes something else of what is at ${pointer}, which personal names`;
    throw new OtelEventsError('SCHEMA_INVALID', message, { fix: `name the whole: /${top}` });
  }
}
