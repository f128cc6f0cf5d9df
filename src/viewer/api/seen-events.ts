import { performance } from '../../time.ts';
import type { Field, Query } from '../query/query.ts';
import { fieldName } from '../query/read-field.ts';
import type { FieldSeen } from '../store/event-store.ts';
import type { Questions } from './question-gate.ts';

/** Events of one name, as they came. */
export interface SeenEvent {
  readonly name: string;
  readonly rows: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The ids of the schemas that they say they were checked by, those of most rows first. */
  readonly schemas: readonly { readonly id: string; readonly rows: number }[];
  /** Their own attributes: one that fewer rows have than there are came not always; several types are a field that changed. */
  readonly fields: readonly {
    readonly field: string;
    readonly rows: number;
    readonly types: FieldSeen['types'];
  }[];
}

/** Names, those of most rows. */
const MAX_NAMES = 100;
const MAX_SCHEMAS = 10;
/** For all of them; those that are left then are left out. */
const WITHIN_MS = 3_000;

const NAME: Field = { of: 'row', name: 'name' };
const SCHEMA_ID: Field = { of: 'attribute', path: 'event.schema.id' };

/** What the library writes beside the data of an event. */
const NOT_ITS_OWN = /^(?:log\.record\.|event\.|session\.|user\.id$|project\.id$)/;

/** What each kind of event looked like in the rows of a query. */
export async function seenEvents(
  store: Questions,
  query: Query,
): Promise<{ readonly schemas: readonly SeenEvent[]; readonly complete: boolean }> {
  const end = performance.now() + WITHIN_MS;
  const events = narrowed(query, { of: 'row', name: 'kind' }, 'event');
  const found = await store.facets(events, { fields: [NAME], top: MAX_NAMES });
  const [names] = found.value;
  const schemas: SeenEvent[] = [];
  let complete = found.complete && (names?.distinct ?? 0) <= MAX_NAMES;
  for (const { value, count } of names?.values ?? []) {
    if (performance.now() > end) return { schemas, complete: false };
    const seen = await seenEvent(store, narrowed(events, NAME, String(value)), String(value), count);
    schemas.push(seen.event);
    complete &&= seen.complete;
  }
  return { schemas, complete };
}

async function seenEvent(
  store: Questions,
  query: Query,
  name: string,
  rows: number,
): Promise<{ readonly event: SeenEvent; readonly complete: boolean }> {
  const [newest, oldest, ids, fields] = await Promise.all([
    store.page(query, { limit: 1 }),
    store.page(query, { limit: 1, order: 'oldest' }),
    store.facets(query, { fields: [SCHEMA_ID], top: MAX_SCHEMAS }),
    store.fields(query),
  ]);
  const event = {
    name,
    rows,
    firstMs: oldest.rows[0]?.timeMs ?? 0,
    lastMs: newest.rows[0]?.timeMs ?? 0,
    schemas: (ids.value[0]?.values ?? []).map(({ value, count }) => ({ id: String(value), rows: count })),
    fields: fields.value
      .filter(({ field }) => field.of === 'attribute' && !NOT_ITS_OWN.test(field.path))
      .map((seen) => ({ ...seen, field: fieldName(seen.field) })),
  };
  return { event, complete: [newest, oldest, ids, fields].every((answer) => answer.complete) };
}

function narrowed({ where, range }: Query, field: Field, value: string): Query {
  const part = { kind: 'compare', field, is: '=', value } as const;
  return { where: where === undefined ? part : { kind: 'and', parts: [where, part] }, range };
}
