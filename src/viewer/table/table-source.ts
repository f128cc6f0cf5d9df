import type { Query } from '../query/query.ts';
import type { ColumnsSeen, EventStore, PageOptions, Row } from '../store/event-store.ts';
import { EventColumns } from '../store/table/event-columns.ts';
import { rowLine } from '../store/table/row-line.ts';

/** The rows of a table. All are gone through each time, in the same order. */
export interface TableSource {
  /** What columns they have, part by part. */
  columns(): AsyncGenerator<ColumnsSeen>;
  /** Whole lines: of CSV with these columns, without them an object a line. */
  lines(columns?: ColumnsSeen): AsyncGenerator<string>;
  rows(): AsyncGenerator<readonly Row[]>;
}

/** Told how many rows have been read this time. */
export type OnRows = (read: number) => void;

export interface StoreTableOptions extends Pick<PageOptions, 'order' | 'withinMs'> {
  readonly onRows?: OnRows | undefined;
}

/** Rows that the thread of a store answers with at once: others, who wait meanwhile, are asked for about 30 ms. */
const PAGE_ROWS = 500;

/** Those of a store that fit a query. It makes the columns and the lines itself: to hand over rows takes as long as to read them. */
export function storeTable(
  store: Pick<EventStore, 'columns' | 'lines' | 'page'>,
  query: Query,
  { onRows = () => {}, order, withinMs }: StoreTableOptions = {},
): TableSource {
  const options = { order, withinMs };
  return {
    async *columns() {
      const ask = (cursor?: string) => store.columns(query, { ...options, cursor });
      for await (const { columns } of partsOf(ask, ({ rows }) => rows, onRows)) yield columns;
    },
    async *lines(columns) {
      const ask = (cursor?: string) => store.lines(query, { ...options, cursor, columns });
      for await (const { text } of partsOf(ask, ({ rows }) => rows, onRows)) {
        // Of a part none of whose rows is in the table.
        if (text !== '') yield text;
      }
    },
    async *rows() {
      const ask = (cursor?: string) => store.page(query, { ...options, cursor, limit: PAGE_ROWS });
      for await (const { rows } of partsOf(ask, ({ rows }) => rows.length, onRows)) yield rows;
    },
  };
}

async function* partsOf<Part extends { readonly next: string | undefined }>(
  ask: (cursor: string | undefined) => Promise<Part>,
  rowsOf: (part: Part) => number,
  onRows: OnRows,
): AsyncGenerator<Part> {
  let cursor: string | undefined;
  let read = 0;
  do {
    const part = await ask(cursor);
    read += rowsOf(part);
    onRows(read);
    yield part;
    cursor = part.next;
  } while (cursor !== undefined);
}

/** The columns of all rows. @throws as `EventColumns.merge` */
export async function columnsOf(source: TableSource): Promise<EventColumns> {
  const columns = new EventColumns();
  for await (const part of source.columns()) columns.merge(part);
  return columns;
}

/** Those that something else gives, from the beginning each time it is called. */
export function rowsTable(rows: () => AsyncGenerator<readonly Row[]>): TableSource {
  return {
    rows,
    async *columns() {
      for await (const some of rows()) {
        const columns = new EventColumns();
        for (const [place, row] of some.entries()) columns.add(row, place);
        yield columns.seen();
      }
    },
    async *lines(seen) {
      const columns = seen === undefined ? undefined : EventColumns.of(seen);
      for await (const some of rows()) {
        const text = some.map((row) => rowLine(row, columns)).join('');
        if (text !== '') yield text;
      }
    },
  };
}
