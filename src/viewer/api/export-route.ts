import type { Query } from '../query/query.ts';
import { oneOfParam, queryParam } from './param.ts';
import { type StreamCall, streamRoute } from './route.ts';
import { CSV_HEAD, toCsvLine } from './to-csv.ts';
import { writeTo } from './write-to.ts';

const PAGE_ROWS = 500;

const FORMATS = {
  csv: { type: 'text/csv; charset=utf-8', head: CSV_HEAD, lineOf: toCsvLine },
  jsonl: { type: 'application/jsonl', head: '', lineOf: (row: unknown) => `${JSON.stringify(row)}\n` },
} as const;

/** All rows that fit, as a file. */
export const EXPORT_ROUTE = streamRoute({
  path: '/api/export',
  summary: 'All rows that fit a query as a file, the newest first',
  params: {
    q: queryParam('which rows; all without it'),
    format: oneOfParam('of the file', ['csv', 'jsonl']),
  },
  types: ['text/csv', 'application/jsonl'],
  stream: ({ q, format }, call) => sendRows(q, format, call),
});

/** Page by page, as fast as the client reads; a file that breaks off is one whose connection does. */
async function sendRows(query: Query, format: keyof typeof FORMATS, call: StreamCall): Promise<void> {
  const { store, signal, response } = call;
  const { type, head, lineOf } = FORMATS[format];
  let page = await store.page(query, { limit: PAGE_ROWS });
  response.writeHead(200, {
    'content-type': type,
    'content-disposition': `attachment; filename="events.${format}"`,
    'cache-control': 'no-store',
  });
  await writeTo(response, head, signal);
  for (;;) {
    await writeTo(response, page.rows.map(lineOf).join(''), signal);
    if (page.next === undefined) break;
    page = await store.page(query, { limit: PAGE_ROWS, cursor: page.next });
  }
  response.end();
}
