import { fieldName } from '../query/read-field.ts';
import { FUNNEL_STEPS } from '../store/event-store.ts';
import { funnelHints, groupHints } from '../store/hints-of.ts';
import { COVERAGE, HINTS } from './answer-schemas.ts';
import { COUNT, listSchema, mapSchema, NUMBER, named, orNull, TEXT } from './json-schema.ts';
import {
  conditionsParam,
  durationParam,
  fieldParam,
  fieldsParam,
  queryParam,
  statsParam,
  wholeParam,
} from './param.ts';
import { type JsonRoute, jsonRoute } from './route.ts';

const MAX_TOP = 1000;
const MAX_BUCKETS = 2000;
const HALF_HOUR_MS = 30 * 60_000;

const q = queryParam('which rows are counted; all without it');
const STATS = listSchema(orNull(NUMBER));

/** Counts, and what is worked out of many rows. */
export const SUM_ROUTES: readonly JsonRoute[] = [
  jsonRoute({
    path: '/api/histogram',
    summary: 'How many rows fit, over time',
    params: {
      q,
      buckets: wholeParam('to cut the time into', [1, MAX_BUCKETS], 60),
      by: fieldParam('counts by its values as well'),
    },
    schema: mapSchema(
      { fromMs: NUMBER, bucketMs: NUMBER, counts: listSchema(COUNT), ...COVERAGE },
      { series: listSchema(mapSchema({ counts: listSchema(COUNT) }, { value: named('Value') })) },
    ),
    answer: async ({ q, buckets, by }, { store }) => {
      const { value, ...coverage } = await store.histogram(q, { buckets, by: by?.field });
      return { ...value, ...coverage };
    },
  }),
  jsonRoute({
    path: '/api/facets',
    summary: 'The values of fields that occur most',
    params: {
      q,
      field: fieldsParam('whose values; several'),
      top: wholeParam('of values for each', [1, MAX_TOP], 10),
    },
    schema: mapSchema({
      facets: listSchema(
        mapSchema({
          field: TEXT,
          values: listSchema(mapSchema({ value: named('Value'), count: COUNT })),
          distinct: COUNT,
          rows: COUNT,
        }),
      ),
      ...COVERAGE,
    }),
    answer: async ({ q, field: asked, top }, { store }) => {
      const { value, ...coverage } = await store.facets(q, { fields: asked.map(({ field }) => field), top });
      return { facets: value.map((facet, at) => ({ ...facet, field: asked[at]?.text })), ...coverage };
    },
  }),
  jsonRoute({
    path: '/api/groups',
    summary: 'Rows by a field, with numbers, over time if asked',
    params: {
      q,
      by: fieldParam('the field; one group of all without it'),
      stat: statsParam('what to work out, such as p95:duration; several'),
      over: durationParam('over time, in buckets of so long'),
      top: wholeParam('of groups, those with the most rows', [1, MAX_TOP], 20),
    },
    schema: mapSchema(
      {
        groups: listSchema(
          mapSchema(
            { count: COUNT, stats: STATS },
            {
              value: named('Value'),
              over: listSchema(mapSchema({ fromMs: NUMBER, count: COUNT, stats: STATS })),
            },
          ),
        ),
        ...COVERAGE,
      },
      HINTS,
    ),
    answer: async ({ q, by, stat: stats, over: overMs, top }, { store }) => {
      const options = { by: by?.field, stats, overMs, top };
      const { value, ...coverage } = await store.group(q, options);
      const hints = await groupHints(store, q, options, value);
      return { groups: value, ...coverage, ...(hints.length > 0 && { hints }) };
    },
  }),
  jsonRoute({
    path: '/api/funnel',
    summary: 'How many come how far through steps, who does not, and what these do next',
    params: {
      q,
      step: conditionsParam(
        `${FUNNEL_STEPS.least} to ${FUNNEL_STEPS.most} queries without a range of time, in their order`,
        FUNNEL_STEPS,
      ),
      by: fieldParam('whose way it is; `user` without it'),
      within: durationParam('from the first step to the last; 30m without it'),
      split: fieldParam('splits by its value at the first step'),
    },
    schema: mapSchema(
      { steps: listSchema(named('FunnelStep')), ...COVERAGE },
      {
        split: listSchema(mapSchema({ steps: listSchema(named('FunnelStep')) }, { value: named('Value') })),
        ...HINTS,
      },
    ),
    answer: async ({ q, step, by, within = HALF_HOUR_MS, split }, { store }) => {
      const options = {
        steps: step,
        by: by?.field ?? ({ of: 'row', name: 'user' } as const),
        withinWindowMs: within,
        split: split?.field,
      };
      const { value, ...coverage } = await store.funnel(q, options);
      const hints = await funnelHints(store, q, options, value);
      return { ...value, ...coverage, ...(hints.length > 0 && { hints }) };
    },
  }),
  jsonRoute({
    path: '/api/fields',
    summary: 'The fields that rows have, those of most rows first',
    params: { q },
    schema: mapSchema({
      fields: listSchema(mapSchema({ field: TEXT, rows: COUNT, types: listSchema(TEXT) })),
      ...COVERAGE,
    }),
    answer: async ({ q }, { store }) => {
      const { value, ...coverage } = await store.fields(q);
      return { fields: value.map((seen) => ({ ...seen, field: fieldName(seen.field) })), ...coverage };
    },
  }),
];
