import type { Validated } from '../issue.ts';
import { compareVersions } from './document/compare-versions.ts';
import type { AllowedProperties } from './personal/allowed-schemas.ts';
import type { RegisteredSchema } from './registered-schema.ts';

type Data = Readonly<Record<string, unknown>>;

/** Something that events are checked against. */
export interface Checked {
  readonly name: string;
  readonly schemaId: string;
  readonly version: string;
  readonly versionNumber: number | undefined;
  validate(data: unknown): Validated;
  /** Undefined where nothing is known of personal data. */
  redactor?(allowed: AllowedProperties): (data: Data) => Data;
}

/** The schema of an id, or of an event's name; without a version the newest. */
export function findChecked(checked: readonly Checked[], id: string, version?: string): Checked | undefined {
  return checked
    .filter((each) => each.schemaId === id || each.name === id)
    .filter((each) => version === undefined || each.version === version)
    .sort((a, b) => compareVersions(a.version, b.version))
    .at(-1);
}

export function toChecked(schema: RegisteredSchema): Checked {
  const { name, id, version, versionNumber } = schema;
  return {
    name,
    schemaId: id,
    version,
    versionNumber,
    validate: (data) => schema.validate(data),
    redactor: (allowed) => schema.redactor(allowed),
  };
}
