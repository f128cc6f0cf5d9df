/** A JSON Schema, as an object. @see https://json-schema.org */
export type JsonSchema = { readonly [keyword: string]: unknown };
