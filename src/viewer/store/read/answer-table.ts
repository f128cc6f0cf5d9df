import type { Query } from '../../query/query.ts';
import type { ColumnsPart, LinesOptions, LinesPart, PageOptions } from '../event-store.ts';
import { readAttributeKinds } from '../record/plain-record.ts';
import { EventColumns } from '../table/event-columns.ts';
import { rowLine } from '../table/row-line.ts';
import { findPage, mapPlaces, mapRows } from './find-page.ts';
import type { ReadStore } from './read-store.ts';

/** Of one answer: others, who wait meanwhile, are asked for about 30 ms. */
const PART = { limit: 2000, maxBytes: 2 * 1024 * 1024 };

/** The columns of some rows. What comes of them goes to another thread: their own objects would cost as much as to read them. */
export function answerColumns(store: ReadStore, query: Query, options: PageOptions): ColumnsPart {
  const found = findPage(store, query, { ...options, ...PART }, PART.limit);
  const columns = new EventColumns();
  mapPlaces(found, (file, seq, place) => {
    const { isSpan, bytes, start, end } = file.recordAt(seq);
    columns.add({ id: String(seq), attributes: readAttributeKinds(isSpan, bytes, start, end) }, place);
  });
  return { columns: columns.seen(), rows: found.places.length, next: found.next };
}

/** Some rows as lines of text. */
export function answerLines(
  store: ReadStore,
  query: Query,
  { columns, ...options }: LinesOptions,
): LinesPart {
  const found = findPage(store, query, { ...options, ...PART }, PART.limit);
  const table = columns === undefined ? undefined : EventColumns.of(columns);
  const lines = mapRows(found, (row) => rowLine(row, table));
  return { text: lines.join(''), rows: lines.length, next: found.next };
}
