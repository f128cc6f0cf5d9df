import type { Query } from '../../query/query.ts';
import type { Page, PageOptions } from '../event-store.ts';
import { findPage, mapRows } from './find-page.ts';
import type { ReadStore } from './read-store.ts';

/** Rows in order of time. @param limit - how many there may be, however many are asked for */
export function answerPage(store: ReadStore, query: Query, options: PageOptions, maxLimit: number): Page {
  const found = findPage(store, query, options, maxLimit);
  const rows = mapRows(found, (row) => row);
  const { search, next, previous, isCut, hasGone } = found;
  return {
    rows,
    next,
    previous,
    ...(isCut && { isCut }),
    ...(hasGone && { hasGone }),
    complete: search.isComplete,
    scanned: search.scanned(),
  };
}
