import { OtelEventsError } from '../../errors.ts';
import { checkFitsObjects } from '../compile/check-fits-objects.ts';
import { readDocument } from '../document/read-document.ts';
import { SchemaGraph } from '../document/schema-graph.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';
import type { RegisteredSchema } from '../registered-schema.ts';
import { SchemaRegistry } from '../registry.ts';
import type { DefinedEvent } from './defined-event.ts';
import type { EventDefinition } from './event-definition.ts';
import { DEFINED } from './is-defined-event.ts';
import { isStandard } from './is-standard.ts';
import { jsonSchemaOf } from './json-schema-of.ts';
import type { StandardSchema } from './standard-schema.ts';
import { validateStandard } from './validate-standard.ts';

/** What callers give for an event of a schema. */
export type InputOf<Schema> =
  Schema extends StandardSchema<infer Input, infer _> ? Input : Readonly<Record<string, unknown>>;

/** What is emitted of it. */
export type OutputOf<Schema> =
  Schema extends StandardSchema<infer _, infer Output> ? Output : Readonly<Record<string, unknown>>;

/**
 * Defines an event once: its name, its shape and what of it is personal. `log`, `track` and `record` take it in
 * place of a name; types, JSON Schema, documentation and rules for collectors come from it.
 * @throws OtelEventsError `SCHEMA_INVALID`
 *
 * @example
 * const CartItemAdded = defineEvent('cart.item_added', {
 *   version: 1,
 *   schema: z.object({ sku: z.string(), qty: z.number().int() }),
 * });
 * events.log(CartItemAdded, { sku: 'A1', qty: 2 });
 */
export function defineEvent<const Schema extends StandardSchema | JsonSchema>(
  name: string,
  definition: EventDefinition<Schema>,
): DefinedEvent<InputOf<Schema>, OutputOf<Schema>> {
  check(name, definition);
  const { version, schema, onInvalid, description, category, severity, personal = {} } = definition;
  const jsonSchema = jsonSchemaOf(name, definition);
  // What a logger could not take is refused here, where it can be mended. Not compiled: that is for the first event.
  const registered = jsonSchema && new SchemaRegistry().register(jsonSchema);
  if (jsonSchema !== undefined && !isStandard(schema)) checkFits(jsonSchema);
  const id = jsonSchema?.$id;
  return Object.freeze({
    name,
    schemaId: typeof id === 'string' ? id : name,
    version: String(version),
    versionNumber: typeof version === 'number' ? version : undefined,
    description,
    category,
    severity,
    onInvalid,
    jsonSchema,
    personal,
    isStandard: isStandard(schema),
    validate: isStandard(schema)
      ? (data: unknown) => validateStandard(name, schema, data)
      : (data: unknown) => (registered as RegisteredSchema).validate(data),
    [DEFINED]: true,
  });
}

/** Keywords that may keep objects out where the type lets them in. */
const NARROWING = ['$ref', 'allOf', 'anyOf', 'oneOf', 'enum', 'const'];

/** That its $ref may lead nowhere yet is no fault. */
function checkFits(jsonSchema: JsonSchema): void {
  const isPlain = jsonSchema.type === 'object' && !NARROWING.some((keyword) => keyword in jsonSchema);
  if (isPlain) return;
  const document = readDocument(jsonSchema, 'schema');
  checkFitsObjects(document, new SchemaGraph(document.named));
}

function check(name: unknown, definition: EventDefinition<unknown>): void {
  const invalid = (why: string): OtelEventsError =>
    new OtelEventsError(
      'SCHEMA_INVALID',
      `defineEvent(${typeof name === 'string' ? `'${name}'` : '…'}): ${why}`,
    );
  if (typeof name !== 'string' || name === '') throw invalid('wanted a name such as cart.item_added');
  if (typeof definition !== 'object' || definition === null) throw invalid('wanted a definition');
  const { version, schema, onInvalid } = definition;
  const hasVersion = (typeof version === 'string' && version !== '') || Number.isFinite(version);
  if (!hasVersion) throw invalid('version: wanted a number or a text');
  const isSchema =
    isStandard(schema) || (typeof schema === 'object' && schema !== null && !Array.isArray(schema));
  if (!isSchema) throw invalid('schema: wanted a Standard Schema or a JSON Schema');
  if (onInvalid !== undefined && !['throw', 'quarantine', 'mark'].includes(onInvalid)) {
    throw invalid("onInvalid: wanted 'throw', 'quarantine' or 'mark'");
  }
}
