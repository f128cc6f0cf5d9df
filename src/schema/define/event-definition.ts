import type { JsonSchema } from '../drafts/json-schema.ts';
import type { OnInvalid } from './defined-event.ts';

/** What an event is defined by. */
export interface EventDefinition<Schema> {
  /** Of the event's shape; `1` and `'1'` are the same. */
  readonly version: string | number;
  /** Any Standard Schema (Zod, Valibot, ArkType…), or a JSON Schema. */
  readonly schema: Schema;
  /** The JSON Schema, where `schema` is of a library that cannot tell it. */
  readonly jsonSchema?: JsonSchema;
  /** What becomes of an event that the schema refuses. Default: `throw` for `record`, else `quarantine`. */
  readonly onInvalid?: OnInvalid;
  readonly description?: string;
  readonly category?: string;
  /** OTel severity number (1-24) or its name. Default `INFO`. */
  readonly severity?: number | string;
  /**
   * Categories of personal data by place, as JSON pointers: `{ '/email': ['identifier'], '/items/0/card': ['payment'] }`.
   * `*` is every item and every value of a record. What the schema does not declare is refused.
   */
  readonly personal?: Readonly<Record<string, readonly string[]>>;
}
