import { requireBeside } from '../../require-beside.ts';
import type { Query } from '../query/query.ts';
import type { Row } from '../store/event-store.ts';
import type { ReadRows } from '../store/table/event-columns.ts';
import { csvTable } from '../table/csv-table.ts';
import { oneOfParam, queryParam } from './param.ts';
import type { Questions } from './question-gate.ts';
import { type StreamCall, streamRoute } from './route.ts';
import { writeTo } from './write-to.ts';

const PAGE_ROWS = 500;

const FORMATS = {
  csv: { type: 'text/csv; charset=utf-8', parts: csvTable },
  jsonl: { type: 'application/jsonl', parts: jsonLines },
  parquet: { type: 'application/vnd.apache.parquet', parts: parquetParts },
} as const;

/** All rows that fit, as a file. */
export const EXPORT_ROUTE = streamRoute({
  path: '/api/export',
  summary: 'All rows that fit a query as a file, the newest first',
  params: {
    q: queryParam('which rows; all without it'),
    format: oneOfParam('of the file', ['csv', 'jsonl', 'parquet']),
  },
  types: ['text/csv', 'application/jsonl', 'application/vnd.apache.parquet'],
  stream: ({ q, format }, call) => sendRows(q, format, call),
});

/** Page by page, as fast as the client reads; a file that breaks off is one whose connection does. */
async function sendRows(query: Query, format: keyof typeof FORMATS, call: StreamCall): Promise<void> {
  const { store, signal, response } = call;
  const { type, parts } = FORMATS[format];
  const all: AsyncGenerator<string | Uint8Array> = parts(() => pagesOf(store, query));
  // What is wrong with the question is known with the first part: then nothing was sent yet.
  const first = await all.next();
  response.writeHead(200, {
    'content-type': type,
    'content-disposition': `attachment; filename="events.${format}"`,
    'cache-control': 'no-store',
  });
  if (!first.done) await writeTo(response, first.value, signal);
  for await (const part of all) await writeTo(response, part, signal);
  response.end();
}

async function* pagesOf(store: Questions, query: Query): AsyncGenerator<readonly Row[]> {
  let cursor: string | undefined;
  do {
    const page = await store.page(query, { limit: PAGE_ROWS, cursor });
    yield page.rows;
    cursor = page.next;
  } while (cursor !== undefined);
}

async function* jsonLines(read: ReadRows): AsyncGenerator<string> {
  for await (const rows of read()) yield rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** Who exports none loads no writer of it. */
function parquetParts(read: ReadRows): AsyncGenerator<Uint8Array> {
  const { parquetTable } = requireBeside<typeof import('../table/parquet-table.ts')>(
    import.meta,
    '../table/parquet-table',
  );
  return parquetTable(read);
}
