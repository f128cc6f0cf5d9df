import { OtelEventsError } from '../../../errors.ts';
import type { Field, Query } from '../../query/query.ts';
import { type Answer, type FacetValue, type Group, type GroupOptions, STATS } from '../event-store.ts';
import { fieldColumns } from './field-columns.ts';
import { GroupSums } from './group-sums.ts';
import { countOf } from './mask.ts';
import type { ReadStore } from './read-store.ts';
import { type Hits, Search } from './search.ts';
import { compareValues, ValueCounts } from './value-counts.ts';

const DEFAULT_TOP = 20;
const MAX_TOP = 1000;

/** Numbers by the values of a field, and over time. */
export function answerGroup(store: ReadStore, query: Query, options: GroupOptions): Answer<readonly Group[]> {
  const { by, stats = [], overMs, top = DEFAULT_TOP } = options;
  if (stats.some(({ stat }) => !STATS.includes(stat))) {
    throw new OtelEventsError('OPTION_INVALID', `stats: wanted ${STATS.join(', ')}, got another`);
  }
  const search = new Search(store, query, options);
  const looked: Hits[] = [];
  const values = new ValueCounts();
  let rows = 0;
  for (const hits of search.hits()) {
    const { block, mask } = hits;
    search.readInTime(block, () => {
      if (by !== undefined) values.add(fieldColumns(block, by, mask), mask, block.rows);
      rows += countOf(mask, block.rows);
      looked.push(hits);
    });
  }
  const shown = topGroups(values, rows, by, Math.min(top, MAX_TOP));
  const sums = new GroupSums(shown, stats, overMs);
  for (const hits of looked) {
    search.readInTime(hits.block, () => sums.add(hits, by));
    if (sums.beyond !== undefined) throw tooMany(sums.beyond);
  }
  return search.answer(sums.result());
}

function tooMany(beyond: 'parts' | 'values'): OtelEventsError {
  const [message, fix] =
    beyond === 'parts'
      ? [
          'over: too many spans of time for an answer',
          'take a longer one, fewer groups, or a shorter range of time',
        ]
      : [
          'distinct: too many values for an answer',
          'take fewer groups, longer spans of time, or a shorter range',
        ];
  return new OtelEventsError('OPTION_INVALID', message, { fix });
}

/** The groups with the most rows; undefined stands for rows without the field. */
function topGroups(
  values: ValueCounts,
  rows: number,
  by: Field | undefined,
  top: number,
): (FacetValue | undefined)[] {
  if (by === undefined) return [undefined];
  const all: { readonly value: FacetValue | undefined; readonly count: number }[] = values.top(top);
  if (rows > values.rows) all.push({ value: undefined, count: rows - values.rows });
  all.sort((one, other) => other.count - one.count || compareValues(one.value, other.value));
  return all.slice(0, top).map(({ value }) => value);
}
