import { fieldName } from '../query/read-field.ts';
import type { Declared, DeclaredSchema } from '../schemas/declared-schemas.ts';
import type { FieldSeen } from '../store/event-store.ts';
import type { SeenEvent, SeenEvents } from './seen-events.ts';

/** Whether events of a name are declared, and came. */
export type SchemaState = 'ok' | 'undeclared' | 'unseen';

/** Events of one name and version: what is declared of them, and as what they came. */
export interface SchemaEntry {
  readonly name: string;
  /** Null: the events say none. */
  readonly version: string | null;
  readonly state: SchemaState;
  readonly rows: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** Which schemas they say they were checked by. */
  readonly schemas: SeenEvent['schemas'];
  /** That of their version; of events that say none the newest. */
  readonly declared:
    | (Pick<DeclaredSchema, 'id' | 'version' | 'file'> & { readonly description: string | null })
    | null;
  readonly fields: readonly FieldAnswer[];
}

export interface FieldAnswer {
  /** As queries write it. */
  readonly field: string;
  readonly rows: number;
  readonly types: readonly string[];
}

/** What the library writes beside the data of an event. */
const NOT_ITS_OWN = /^(?:log\.record\.|event\.|session\.|user\.id$|project\.id$)/;

/** All that came, beside what is declared; what is declared and never came is behind it. @param name - these only */
export function schemaAnswer(
  { events }: Pick<SeenEvents, 'events'>,
  declared: Declared | undefined,
  name?: string,
): readonly SchemaEntry[] {
  const used = new Set<DeclaredSchema>();
  const entries = events.map((event) => {
    const schema = schemaFor(event, declared?.schemas ?? []);
    if (schema !== undefined) used.add(schema);
    return toEntry(event, schema);
  });
  const unseen = (declared?.schemas ?? [])
    .filter(
      (schema) => schema.isOfEvents && !used.has(schema) && (name === undefined || schema.name === name),
    )
    .map((schema) => toEntry(undefined, schema));
  return [...entries, ...unseen];
}

/** That of the version that events say; of events that say none the newest of their name. */
function schemaFor(
  { name, version, schemas }: SeenEvent,
  declared: readonly DeclaredSchema[],
): DeclaredSchema | undefined {
  const ids = new Set([name, ...schemas.map(({ id }) => id)]);
  const own = declared.filter((schema) => ids.has(schema.id) || schema.name === name);
  // In order of their versions.
  return version === undefined ? own.at(-1) : own.find((schema) => schema.version === version);
}

function toEntry(event: SeenEvent | undefined, schema: DeclaredSchema | undefined): SchemaEntry {
  const { rows = 0, firstMs = null, lastMs = null, schemas = [], fields = [] } = event ?? {};
  return {
    name: event?.name ?? schema?.name ?? '',
    version: event === undefined ? (schema?.version ?? null) : (event.version ?? null),
    state: schema === undefined ? 'undeclared' : event === undefined ? 'unseen' : 'ok',
    rows,
    firstMs,
    lastMs,
    schemas,
    declared: schema === undefined ? null : toldOf(schema),
    fields: fields
      .filter(isOfData)
      .map((seen) => ({ field: fieldName(seen.field), rows: seen.rows, types: seen.types })),
  };
}

function toldOf({ id, version, file, description }: DeclaredSchema): SchemaEntry['declared'] {
  return { id, version, file, description: description ?? null };
}

function isOfData({ field }: FieldSeen): boolean {
  return field.of === 'attribute' && !NOT_ITS_OWN.test(field.path);
}
