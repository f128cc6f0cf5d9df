import { performance } from '../../time.ts';
import type { Condition, Field, Query } from '../query/query.ts';
import type { FieldSeen } from '../store/event-store.ts';
import type { Questions } from './question-gate.ts';

/** Events of one name and one version of their schema, as they came. */
export interface SeenEvent {
  readonly name: string;
  /** The version that they say they were checked by; undefined: they say none. */
  readonly version: string | undefined;
  readonly rows: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The ids of the schemas that they say they were checked by, those of most rows first. */
  readonly schemas: readonly { readonly id: string; readonly rows: number }[];
  /** One that fewer rows have than there are came not always; several types are a field that changed. */
  readonly fields: readonly FieldSeen[];
  /** These rows. */
  readonly query: Query;
}

/** What came, and whether all rows and names were looked at. */
export interface SeenEvents {
  readonly events: readonly SeenEvent[];
  readonly complete: boolean;
}

/** Names, those of most rows. */
const MAX_NAMES = 100;
const MAX_SCHEMAS = 10;
/** Versions of one name that are told apart. */
const MAX_VERSIONS = 10;
/** For all of them; those that are left then are left out. */
const WITHIN_MS = 3_000;

const NAME: Field = { of: 'row', name: 'name' };
const SCHEMA_ID: Field = { of: 'attribute', path: 'event.schema.id' };
const SCHEMA_VERSION: Field = { of: 'attribute', path: 'event.schema.version' };

/** What each kind of event looked like in the rows of a query. @param name - of these only */
export async function seenEvents(store: Questions, query: Query, name?: string): Promise<SeenEvents> {
  const end = performance.now() + WITHIN_MS;
  const all = narrowed(query, equal({ of: 'row', name: 'kind' }, 'event'));
  const asked = name === undefined ? all : narrowed(all, equal(NAME, name));
  const found = await store.facets(asked, { fields: [NAME], top: MAX_NAMES });
  const [names] = found.value;
  const events: SeenEvent[] = [];
  let complete = found.complete && (names?.distinct ?? 0) <= MAX_NAMES;
  for (const { value, count } of names?.values ?? []) {
    if (performance.now() > end) return { events, complete: false };
    const one = String(value);
    const seen = await versionsOf(store, { name: one, rows: count, query: narrowed(all, equal(NAME, one)) });
    events.push(...seen.events);
    complete &&= seen.complete;
  }
  return { events, complete };
}

/** When the last row of a query came that has a field; undefined when none has. */
export async function lastSeenMs(store: Questions, query: Query, field: Field): Promise<number | undefined> {
  const { rows } = await store.page(narrowed(query, { kind: 'exists', field }), { limit: 1 });
  return rows[0]?.timeMs;
}

type Named = Pick<SeenEvent, 'name' | 'rows' | 'query'>;

async function versionsOf(store: Questions, named: Named): Promise<SeenEvents> {
  const { query, rows } = named;
  const { value, complete } = await store.facets(query, { fields: [SCHEMA_VERSION], top: MAX_VERSIONS });
  const [{ values = [], distinct = 0 } = {}] = value;
  const parts = values.map(({ value: version, count }) => ({
    ...named,
    version: String(version),
    rows: count,
    query: narrowed(query, equal(SCHEMA_VERSION, String(version))),
  }));
  const [only] = parts;
  const rest = rows - parts.reduce((sum, part) => sum + part.rows, 0);
  // The same rows, which need no second condition.
  if (only !== undefined && parts.length === 1 && rest <= 0) parts.splice(0, 1, { ...only, query });
  const without = narrowed(query, { kind: 'not', part: { kind: 'exists', field: SCHEMA_VERSION } });
  const others = parts.length === 0 ? query : without;
  const asked = [
    ...parts,
    ...(rest > 0 && distinct <= MAX_VERSIONS
      ? [{ ...named, version: undefined, rows: rest, query: others }]
      : []),
  ];
  const seen = await Promise.all(asked.map((part) => seenEvent(store, part)));
  return {
    events: seen.map(({ event }) => event),
    complete: complete && distinct <= MAX_VERSIONS && seen.every((part) => part.complete),
  };
}

async function seenEvent(
  store: Questions,
  named: Named & Pick<SeenEvent, 'version'>,
): Promise<{ readonly event: SeenEvent; readonly complete: boolean }> {
  const { query } = named;
  const [newest, oldest, ids, fields] = await Promise.all([
    store.page(query, { limit: 1 }),
    store.page(query, { limit: 1, order: 'oldest' }),
    store.facets(query, { fields: [SCHEMA_ID], top: MAX_SCHEMAS }),
    store.fields(query),
  ]);
  const event = {
    ...named,
    firstMs: oldest.rows[0]?.timeMs ?? 0,
    lastMs: newest.rows[0]?.timeMs ?? 0,
    schemas: (ids.value[0]?.values ?? []).map(({ value, count }) => ({ id: String(value), rows: count })),
    fields: fields.value,
  };
  return { event, complete: [newest, oldest, ids, fields].every((answer) => answer.complete) };
}

function equal(field: Field, value: string): Condition {
  return { kind: 'compare', field, is: '=', value };
}

function narrowed({ where, range }: Query, part: Condition): Query {
  return { where: where === undefined ? part : { kind: 'and', parts: [where, part] }, range };
}
