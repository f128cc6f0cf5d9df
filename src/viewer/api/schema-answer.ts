import { fieldName } from '../query/read-field.ts';
import type { FieldSeen } from '../store/event-store.ts';
import type { SeenEvent, SeenEvents } from './seen-events.ts';

/** Events of one name and version, as they came. */
export interface SchemaEntry {
  readonly name: string;
  /** Null: the events say none. */
  readonly version: string | null;
  readonly rows: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** Which schemas they say they were checked by. */
  readonly schemas: SeenEvent['schemas'];
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

/** All that came. */
export function schemaAnswer({ events }: Pick<SeenEvents, 'events'>): readonly SchemaEntry[] {
  return events.map(({ name, version, rows, firstMs, lastMs, schemas, fields }) => ({
    name,
    version: version ?? null,
    rows,
    firstMs,
    lastMs,
    schemas,
    fields: fields
      .filter(isOfData)
      .map((seen) => ({ field: fieldName(seen.field), rows: seen.rows, types: seen.types })),
  }));
}

function isOfData({ field }: FieldSeen): boolean {
  return field.of === 'attribute' && !NOT_ITS_OWN.test(field.path);
}
