import type { Query } from '../../query/query.ts';
import type { Answer, Facet, FacetOptions } from '../event-store.ts';
import { fieldColumns } from './field-columns.ts';
import type { ReadStore } from './read-store.ts';
import { Search } from './search.ts';
import { ValueCounts } from './value-counts.ts';

const DEFAULT_TOP = 10;
const MAX_TOP = 1000;

/** The values of fields that most rows have. */
export function answerFacets(
  store: ReadStore,
  query: Query,
  options: FacetOptions,
): Answer<readonly Facet[]> {
  const { fields, top = DEFAULT_TOP } = options;
  const search = new Search(store, query, options, 'newest');
  const counts = fields.map(() => new ValueCounts());
  for (const { block, mask } of search.hits()) {
    search.readInTime(block, () => {
      const columns = fields.map((field) => fieldColumns(block, field, mask));
      for (const [at, count] of counts.entries()) count.add(columns[at] ?? [], mask, block.rows);
    });
  }
  const facets = fields.map((field, at) => {
    const count = counts[at] as ValueCounts;
    return {
      field,
      values: count.top(Math.min(top, MAX_TOP)),
      distinct: count.distinct,
      rows: count.rows,
    };
  });
  return search.answer(facets);
}
