import type { Field, Query } from '../../query/query.ts';
import type { Answer, FacetValue, Histogram, HistogramOptions } from '../event-store.ts';
import { fieldColumns, isCounted } from './field-columns.ts';
import { countOf, isIn } from './mask.ts';
import type { ReadStore } from './read-store.ts';
import { type Hits, Search } from './search.ts';
import { ValueCounts, withAny } from './value-counts.ts';

/** The most values that have counts of their own. */
const MAX_SERIES = 8;

const MAX_BUCKETS = 2000;

type Series = NonNullable<Histogram['series']>[number];

/** Equal parts of a range of time. */
class Buckets {
  readonly fromMs: number;
  readonly bucketMs: number;
  readonly count: number;

  constructor(search: Search, buckets: number) {
    const { fromMs, toMs } = search.query.range;
    const lowest = search.blocks.reduce((low, { loMs }) => Math.min(low, loMs), Number.POSITIVE_INFINITY);
    const highest = search.blocks.reduce((high, { hiMs }) => Math.max(high, hiMs), Number.NEGATIVE_INFINITY);
    const isEmpty = search.blocks.length === 0;
    const from = fromMs ?? (isEmpty ? (toMs ?? 0) - 1 : Math.floor(lowest));
    const to = toMs ?? (isEmpty ? from + 1 : Math.floor(highest) + 1);
    this.count = Math.max(1, Math.min(Math.floor(buckets), MAX_BUCKETS));
    this.fromMs = from;
    this.bucketMs = Math.max(to - from, 1) / this.count;
  }

  of(timeMs: number): number {
    const bucket = Math.floor((timeMs - this.fromMs) / this.bucketMs);
    return Math.max(0, Math.min(bucket, this.count - 1));
  }

  /** Adds the rows of a mask. */
  add(counts: Uint32Array, { block, mask }: Hits): void {
    const [first, last] = [this.of(block.loMs), this.of(block.hiMs)];
    if (first === last) {
      counts[first] = (counts[first] as number) + countOf(mask, block.rows);
      return;
    }
    const times = block.times();
    for (let place = 0; place < block.rows; place++) {
      if (isIn(mask, place)) this.bump(counts, times[place] as number);
    }
  }

  bump(counts: Uint32Array, timeMs: number): void {
    const bucket = this.of(timeMs);
    counts[bucket] = (counts[bucket] as number) + 1;
  }
}

/** How many rows there are over time. */
export function answerHistogram(
  store: ReadStore,
  query: Query,
  options: HistogramOptions,
): Answer<Histogram> {
  const search = new Search(store, query, options, 'newest');
  const buckets = new Buckets(search, options.buckets);
  const counts = new Uint32Array(buckets.count);
  const values = new ValueCounts();
  const { by } = options;
  const looked: Hits[] = [];
  for (const hits of search.hits()) {
    search.readInTime(hits.block, () => {
      if (by !== undefined) values.add(fieldColumns(hits.block, by, hits.mask), hits.mask, hits.block.rows);
      buckets.add(counts, hits);
      looked.push(hits);
    });
  }
  const { fromMs, bucketMs } = buckets;
  const series = by === undefined ? undefined : seriesOf(search, buckets, values, by, looked);
  return search.answer({ fromMs, bucketMs, counts: Array.from(counts), ...(series && { series }) });
}

/** The most frequent values, those without one, and all others. */
function seriesOf(
  search: Search,
  buckets: Buckets,
  values: ValueCounts,
  by: Field,
  looked: readonly Hits[],
): Series[] {
  const counts = new Map<FacetValue | undefined, Uint32Array>();
  for (const { value } of values.top(MAX_SERIES)) counts.set(value, new Uint32Array(buckets.count));
  const others = new Uint32Array(buckets.count);
  // An empty value and none are the same to who looks at the picture.
  const without = counts.get(null) ?? new Uint32Array(buckets.count);
  for (const hits of looked) {
    search.readInTime(hits.block, () => addSeries(buckets, hits, by, counts, others, without));
  }
  if (without.some((count) => count > 0)) counts.set(null, without);
  if (others.some((count) => count > 0)) counts.set(undefined, others);
  return [...counts].map(([value, list]) => ({ value, counts: Array.from(list) }));
}

function addSeries(
  buckets: Buckets,
  { block, mask }: Hits,
  by: Field,
  counts: ReadonlyMap<FacetValue | undefined, Uint32Array>,
  others: Uint32Array,
  without: Uint32Array,
): void {
  const columns = fieldColumns(block, by, mask);
  const times = block.times();
  const isOther = new Uint8Array(block.rows);
  for (const column of columns) {
    const { codes, values, places } = column;
    const lists = values?.map((value) => counts.get(value));
    for (let at = 0; at < column.size; at++) {
      if (!isCounted(column, at, mask)) continue;
      const place = places === undefined ? at : (places[at] as number);
      const code = codes[at] as number;
      const list = lists === undefined ? counts.get(code) : lists[code];
      if (list === undefined) isOther[place] = 1;
      else buckets.bump(list, times[place] as number);
    }
  }
  const has = withAny(columns, block.rows, mask);
  for (let place = 0; place < block.rows; place++) {
    if (isOther[place] === 1) buckets.bump(others, times[place] as number);
    else if (has[place] === 0 && isIn(mask, place)) buckets.bump(without, times[place] as number);
  }
}
