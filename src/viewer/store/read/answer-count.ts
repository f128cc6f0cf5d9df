import type { Query } from '../../query/query.ts';
import type { Answer, Bounds } from '../event-store.ts';
import { countOf } from './mask.ts';
import type { ReadStore } from './read-store.ts';
import { Search } from './search.ts';

/** How many rows fit. */
export function answerCount(store: ReadStore, query: Query, bounds: Bounds): Answer<number> {
  const search = new Search(store, query, bounds);
  let count = 0;
  for (const { block, mask } of search.hits()) count += countOf(mask, block.rows);
  return search.answer(count);
}
