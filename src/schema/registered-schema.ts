import type { Validated } from '../issue.ts';
import type { JsonSchema } from './drafts/json-schema.ts';
import type { AllowedProperties } from './personal/allowed-schemas.ts';

type Data = Readonly<Record<string, unknown>>;

/** A schema in a registry, compiled at its first use. */
export interface RegisteredSchema {
  /** Its `$id`. */
  readonly id: string;
  /** What its events are called: the name in a tracking plan, else its `$id`. */
  readonly name: string;
  /** As text: `1` and `'1'` are the same version. */
  readonly version: string;
  /** The same as a number, if that is what the schema has. */
  readonly versionNumber: number | undefined;
  readonly json: JsonSchema;
  /** Checks data without changing it. */
  validate(data: unknown): Validated;
  /**
   * What of valid data may leave: a copy in which everything that is not allowed is `null`, however deep, and by
   * whichever keyword it came in. Compiled once for each choice.
   */
  redactor(allowed: AllowedProperties): (data: Data) => Data;
}
