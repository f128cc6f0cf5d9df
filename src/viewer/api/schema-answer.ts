import { fieldName } from '../query/read-field.ts';
import type { Declared, DeclaredSchema } from '../schemas/declared-schemas.ts';
import { type ComparedField, driftOf, isOfData } from '../schemas/drift-of.ts';
import type { SchemaEntry, SchemaField } from '../schemas/schema-entry.ts';
import type { SeenEvent, SeenEvents } from './seen-events.ts';

/** Lists of allowed values are cut. */
const MAX_VALUES = 100;

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
  const compared: readonly ComparedField[] =
    schema === undefined
      ? fields
          .filter(isOfData)
          .map((seen) => ({ path: fieldName(seen.field), declared: undefined, seen, drift: [] }))
      : driftOf(schema.fields, { rows, fields });
  const drift = { undeclared: 0, unseen: 0, type: 0, missing: 0 };
  for (const one of compared) for (const kind of one.drift) drift[kind]++;
  const hasDrift = Object.values(drift).some((count) => count > 0);
  return {
    name: event?.name ?? schema?.name ?? '',
    version: event === undefined ? (schema?.version ?? null) : (event.version ?? null),
    state: schema === undefined ? 'undeclared' : event === undefined ? 'unseen' : hasDrift ? 'drift' : 'ok',
    rows,
    firstMs,
    lastMs,
    schemas,
    declared: schema === undefined ? null : toldOf(schema),
    drift,
    fields: compared.map(toField),
  };
}

function toldOf({ id, version, file, description }: DeclaredSchema): SchemaEntry['declared'] {
  return { id, version, file, description: description ?? null };
}

function toField({ path, declared, seen, drift }: ComparedField): SchemaField {
  const place = declared?.place ?? path;
  return {
    field: seen === undefined ? fieldName({ of: 'attribute', path: place }) : fieldName(seen.field),
    path,
    rows: seen?.rows ?? 0,
    types: seen?.types ?? [],
    declared:
      declared === undefined
        ? null
        : {
            types: declared.types,
            required: declared.isRequired,
            deprecated: declared.isDeprecated,
            categories: declared.categories,
            values: declared.values?.slice(0, MAX_VALUES) ?? null,
            description: declared.description ?? null,
          },
    drift,
  };
}
