import { CLEARED_SCHEMA } from './clear-route.ts';
import { compare } from './compare.ts';
import { COUNT, FLAG, listSchema, mapSchema, NUMBER, named, orNull, TEXT } from './json-schema.ts';
import { queryParam, queryTextParam, wholeParam } from './param.ts';
import { proposals } from './proposals.ts';
import { type JsonRoute, jsonRoute } from './route.ts';

/** The last millisecond that a date can have. */
const MAX_MS = 8.64e15;

/** All else that is asked. */
export const OTHER_ROUTES: readonly JsonRoute[] = [
  jsonRoute({
    path: '/api/compare',
    summary: 'The values that differ most between two selections of rows',
    params: {
      q: queryParam('both are within this'),
      left: queryParam('one selection'),
      right: queryParam('the other'),
    },
    schema: mapSchema({
      fields: listSchema(
        mapSchema({ field: TEXT, value: named('Value'), left: NUMBER, right: NUMBER, difference: NUMBER }),
      ),
      chosenBy: listSchema(TEXT),
      complete: FLAG,
    }),
    answer: ({ q, left, right }, { store }) => compare(store, q, [left, right]),
  }),
  jsonRoute({
    path: '/api/complete',
    summary: 'What can come at a place of a query',
    params: {
      q: queryTextParam('as far as it is written'),
      at: wholeParam('where the cursor is; its end without it', [0, 10_000]),
    },
    schema: mapSchema({
      from: COUNT,
      to: COUNT,
      proposals: listSchema(mapSchema({ text: TEXT, note: orNull(TEXT) })),
    }),
    answer: ({ q, at }, { store }) => proposals(store, q, at ?? q.length),
  }),
  jsonRoute({
    path: '/api/ledger',
    summary: 'What was emitted, received and stored, by name, service and minute, and what is missing',
    params: {
      from: wholeParam('milliseconds of the Unix epoch', [0, MAX_MS]),
      to: wholeParam('up to, and without', [0, MAX_MS]),
    },
    schema: mapSchema(
      {
        entries: listSchema(
          mapSchema(
            {
              name: TEXT,
              service: TEXT,
              kind: { enum: ['record', 'span'] },
              minuteMs: NUMBER,
              received: COUNT,
              stored: COUNT,
              repeated: COUNT,
              lost: { type: 'object', additionalProperties: COUNT },
              gap: COUNT,
              settling: FLAG,
              partial: FLAG,
            },
            { emitted: orNull(COUNT) },
          ),
        ),
        underWay: listSchema(
          mapSchema({ name: TEXT, service: TEXT, count: COUNT }, { silentSinceMs: NUMBER }),
        ),
        loggers: listSchema(
          mapSchema({
            id: TEXT,
            service: TEXT,
            firstMs: NUMBER,
            latestMs: NUMBER,
            state: { enum: ['reporting', 'ended', 'silent'] },
          }),
        ),
      },
      { cleared: CLEARED_SCHEMA },
    ),
    answer: ({ from, to }, { store }) => store.ledger({ fromMs: from, toMs: to }),
  }),
  jsonRoute({
    path: '/api/status',
    summary: 'What is stored, and where apps send to',
    params: {},
    schema: mapSchema(
      {
        directory: TEXT,
        rows: COUNT,
        bytes: COUNT,
        files: COUNT,
        removed: COUNT,
        metricPoints: COUNT,
        damaged: listSchema(mapSchema({ file: TEXT, reason: TEXT })),
        writes: mapSchema(
          { state: { enum: ['ok', 'failing'] }, refusedRequests: COUNT, refusedRecords: COUNT },
          { sinceMs: NUMBER, reason: TEXT },
        ),
        version: TEXT,
        endpoints: mapSchema({}, { otlpHttp: TEXT, otlpGrpc: TEXT }),
        canClear: FLAG,
        links: mapSchema({}, { jaeger: TEXT, grafana: TEXT }),
      },
      { oldestMs: NUMBER, newestMs: NUMBER, cleared: CLEARED_SCHEMA },
    ),
    answer: async (_, { store, about, clear }) => ({
      ...(await store.status()),
      ...about,
      canClear: clear !== undefined,
    }),
  }),
];
