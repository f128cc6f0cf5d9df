import { OtelEventsError } from '../../errors.ts';
import { requireBeside } from '../../require-beside.ts';
import type { Query } from '../query/query.ts';
import { csvTable } from '../table/csv-table.ts';
import { storeTable, type TableSource } from '../table/table-source.ts';
import { oneOfParam, queryParam } from './param.ts';
import { type StreamCall, streamRoute } from './route.ts';
import { writeTo } from './write-to.ts';

const FORMATS = {
  csv: { type: 'text/csv; charset=utf-8', parts: csvTable },
  jsonl: { type: 'application/jsonl', parts: (source: TableSource) => source.lines() },
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

/**
 * Part by part, as fast as the client reads; a file that breaks off is one whose connection does. Where files of the store
 * are damaged the name of this one says that rows are missing; and it breaks off at its end when that was not known when
 * it began.
 */
async function sendRows(query: Query, format: keyof typeof FORMATS, call: StreamCall): Promise<void> {
  const { store, signal, response } = call;
  const { type, parts } = FORMATS[format];
  const all: AsyncGenerator<string | Uint8Array> = parts(storeTable(store, query));
  // What is wrong with the question is known with the first part: then nothing was sent yet.
  const first = await all.next();
  const damaged = await damagedFiles(store);
  const isWhole = damaged.length === 0;
  response.writeHead(200, {
    'content-type': type,
    'content-disposition': `attachment; filename="events${isWhole ? '' : '-incomplete'}.${format}"`,
    ...(!isWhole && { 'otel-events-damaged': damaged.join(', ') }),
    'cache-control': 'no-store',
  });
  if (!first.done) await writeTo(response, first.value, signal);
  for await (const part of all) await writeTo(response, part, signal);
  if (isWhole && (await damagedFiles(store)).length > 0) {
    throw new OtelEventsError(
      'STORE_FAILED',
      'files of the store are damaged, rows of the export are missing',
    );
  }
  response.end();
}

async function damagedFiles(store: StreamCall['store']): Promise<string[]> {
  const { damaged } = await store.status();
  return damaged.map(({ file }) => file);
}

/** Who exports none loads no writer of it. */
function parquetParts(source: TableSource): AsyncGenerator<Uint8Array> {
  const { parquetTable } = requireBeside<typeof import('../table/parquet-table.ts')>(
    import.meta,
    '../table/parquet-table',
  );
  return parquetTable(source);
}
