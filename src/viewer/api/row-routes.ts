import type { Page } from '../store/event-store.ts';
import { pageHints } from '../store/hints-of.ts';
import { CURSOR_PATTERN } from '../store/read/page-cursor.ts';
import { named } from './json-schema.ts';
import { oneOfParam, queryParam, requiredTextParam, textParam, wholeParam } from './param.ts';
import { type JsonRoute, jsonRoute } from './route.ts';

const MAX_ROWS = 1000;
const MAX_STORY_ROWS = 10_000;

const cursor = textParam('from `next` or `previous` of another page of the same query and order', {
  type: 'string',
  maxLength: 60,
  pattern: CURSOR_PATTERN,
});

/** Rows, and what belongs together. */
export const ROW_ROUTES: readonly JsonRoute[] = [
  jsonRoute({
    path: '/api/events',
    summary: 'Events, log records and spans that fit a query, in order of time',
    params: {
      q: queryParam('what they have to fit; all without it'),
      limit: wholeParam('of rows', [1, MAX_ROWS], 100),
      cursor,
      order: oneOfParam('which come first', ['newest', 'oldest']),
    },
    schema: named('Rows'),
    answer: async ({ q, ...options }, { store }) => {
      const page = await store.page(q, options);
      const hints = await pageHints(store, q, page, options.cursor);
      return { ...rowsAnswer(page), ...(hints.length > 0 && { hints }) };
    },
  }),
  jsonRoute({
    path: '/api/events/{id}',
    summary: 'One row with its record as OTLP/JSON',
    params: { id: requiredTextParam('of a row') },
    schema: named('Row'),
    canBeMissing: true,
    answer: ({ id }, { store }) => store.row(id),
  }),
  jsonRoute({
    path: '/api/traces/{id}',
    summary: 'Spans and events of a trace, the oldest first; at most 10,000',
    params: { id: requiredTextParam('32 hexadecimal digits') },
    schema: named('Rows'),
    answer: async ({ id }, { store }) => rowsAnswer(await store.trace(id)),
  }),
  ...(['session', 'user', 'conversation'] as const).map((by) =>
    jsonRoute({
      path: `/api/${by}s/{id}`,
      summary: `What happened in or to a ${by}, the oldest first`,
      params: {
        id: requiredTextParam(`of the ${by}`),
        limit: wholeParam('of rows', [1, MAX_STORY_ROWS]),
        cursor,
      },
      schema: named('Rows'),
      answer: async ({ id, ...options }, { store }) => rowsAnswer(await store.story(by, id, options)),
    }),
  ),
];

function rowsAnswer({ rows, next, previous, isCut, hasGone, complete, scanned }: Page) {
  const cursors = { next: next ?? null, previous: previous ?? null };
  return { rows, ...cursors, isCut: isCut ?? false, hasGone: hasGone ?? false, complete, scanned };
}
