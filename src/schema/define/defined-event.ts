import type { Validated } from '../../issue.ts';
import type { JsonSchema } from '../drafts/json-schema.ts';

/** What becomes of an event that its schema refuses. */
export type OnInvalid = 'throw' | 'quarantine' | 'mark';

/** One event, defined once. Made by `defineEvent`. */
export interface DefinedEvent<Input = unknown, Output = unknown> {
  /** The event's name: `cart.item_added`. */
  readonly name: string;
  /** `$id` of its JSON Schema; the name where there is none. */
  readonly schemaId: string;
  /** As text. */
  readonly version: string;
  /** The same as a number, if that is what it was defined with. */
  readonly versionNumber: number | undefined;
  readonly description: string | undefined;
  readonly category: string | undefined;
  readonly severity: number | string | undefined;
  readonly onInvalid: OnInvalid | undefined;
  /** The schema as JSON Schema; undefined if its library cannot tell it and none was given. */
  readonly jsonSchema: JsonSchema | undefined;
  /** Categories of personal data by property, as JSON pointers: `{ '/email': ['identifier'] }`. */
  readonly personal: Readonly<Record<string, readonly string[]>>;
  /** Whether a library checks it, whose output is what is emitted; else its JSON Schema does. */
  readonly isStandard: boolean;
  /** Synchronous. @throws OtelEventsError `SCHEMA_ASYNC` */
  validate(data: unknown): Validated;
  /** For the compiler only: what callers give, and what is emitted. */
  readonly '~types'?: { readonly input: Input; readonly output: Output };
}
