/** A schema of JSON, as OpenAPI 3.1 has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export const TEXT: JsonSchema = { type: 'string' };
export const NUMBER: JsonSchema = { type: 'number' };
export const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
export const FLAG: JsonSchema = { type: 'boolean' };

export function listSchema(items: JsonSchema, times?: { least: number; most: number }): JsonSchema {
  const bounds = times && { minItems: times.least, maxItems: times.most };
  return { type: 'array', items, ...bounds };
}

/** @param optional - what may be left out */
export function mapSchema(
  required: Readonly<Record<string, JsonSchema>>,
  optional: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

export function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}

/** A schema that the document has once. */
export function named(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}
