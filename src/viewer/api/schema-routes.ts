import { performance } from '../../time.ts';
import type { Field } from '../query/query.ts';
import { readField } from '../query/read-field.ts';
import type { Declared } from '../schemas/declared-schemas.ts';
import type { SchemaEntry, SchemaField } from '../schemas/schema-entry.ts';
import {
  COUNT,
  FLAG,
  type JsonSchema,
  listSchema,
  mapSchema,
  NUMBER,
  named,
  orNull,
  TEXT,
} from './json-schema.ts';
import { queryParam, requiredTextParam } from './param.ts';
import type { Questions } from './question-gate.ts';
import { type JsonRoute, jsonRoute } from './route.ts';
import { schemaAnswer } from './schema-answer.ts';
import { lastSeenMs, type SeenEvent, seenEvents } from './seen-events.ts';

const DRIFT = ['undeclared', 'unseen', 'type', 'missing'];

const FIELD = mapSchema(
  {
    field: TEXT,
    path: TEXT,
    rows: COUNT,
    types: listSchema(TEXT),
    declared: orNull(
      mapSchema({
        types: listSchema(TEXT),
        required: FLAG,
        deprecated: FLAG,
        categories: listSchema(TEXT),
        values: orNull(listSchema({})),
        description: orNull(TEXT),
      }),
    ),
    drift: listSchema({ enum: DRIFT }),
  },
  { lastMs: orNull(NUMBER) },
);

/** What the document has once. */
export const SCHEMA_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  SchemaEntry: mapSchema({
    name: TEXT,
    version: orNull(TEXT),
    state: { enum: ['ok', 'drift', 'undeclared', 'unseen'] },
    rows: COUNT,
    firstMs: orNull(NUMBER),
    lastMs: orNull(NUMBER),
    schemas: listSchema(mapSchema({ id: TEXT, rows: COUNT })),
    declared: orNull(mapSchema({ id: TEXT, version: TEXT, file: TEXT, description: orNull(TEXT) })),
    drift: mapSchema(Object.fromEntries(DRIFT.map((kind) => [kind, COUNT]))),
    fields: listSchema(FIELD),
  }),
  Declared: orNull(
    mapSchema({
      directory: TEXT,
      files: COUNT,
      schemas: COUNT,
      problems: listSchema(mapSchema({ file: TEXT, code: TEXT, message: TEXT })),
    }),
  ),
};

const ANSWER = mapSchema({
  schemas: listSchema(named('SchemaEntry')),
  declared: named('Declared'),
  complete: FLAG,
});

/** Fields whose last time is looked for, those of most rows, and for how long. */
const MAX_TIMED = 200;
const TIMED_MS = 2_000;

/** What is declared of events, beside as what they came. */
export const SCHEMA_ROUTES: readonly JsonRoute[] = [
  jsonRoute({
    path: '/api/schemas',
    summary:
      'Events of each name and version: what their schema declares, as what they came, and in what these differ',
    params: { q: queryParam('of which rows') },
    schema: ANSWER,
    answer: async ({ q }, { store, declared: read }) => {
      const declared = read();
      const { events, complete } = await seenEvents(store, q);
      return { schemas: schemaAnswer({ events }, declared), declared: summaryOf(declared), complete };
    },
  }),
  jsonRoute({
    path: '/api/schemas/{id}',
    summary: 'The same of the events of one name, with when each field came last',
    params: { id: requiredTextParam('the name of the events'), q: queryParam('of which rows') },
    schema: ANSWER,
    canBeMissing: true,
    answer: async ({ id, q }, { store, declared: read }) => {
      const declared = read();
      const { events, complete } = await seenEvents(store, q, id);
      const entries = schemaAnswer({ events }, declared, id);
      if (entries.length === 0) return undefined;
      const schemas = await withTimes(store, entries, events);
      return { schemas, declared: summaryOf(declared), complete };
    },
  }),
];

function summaryOf(declared: Declared | undefined): object | null {
  if (declared === undefined) return null;
  const { directory, files, schemas, problems } = declared;
  return { directory, files, schemas: schemas.length, problems };
}

/** The entries of what came are those in front, in the order of the events. */
async function withTimes(
  store: Questions,
  entries: readonly SchemaEntry[],
  events: readonly SeenEvent[],
): Promise<readonly object[]> {
  const end = performance.now() + TIMED_MS;
  let left = MAX_TIMED;
  const timed: object[] = [];
  for (const [at, entry] of entries.entries()) {
    const event = events[at];
    const fields: SchemaField[] = [];
    for (const field of entry.fields) {
      const isAsked = event !== undefined && field.rows > 0 && --left >= 0 && performance.now() < end;
      const asked = isAsked
        ? await lastSeenMs(store, event.query, readField(field.field)[0] as Field)
        : undefined;
      fields.push({ ...field, lastMs: asked ?? null });
    }
    timed.push({ ...entry, fields });
  }
  return timed;
}
