import { OtelEventsError } from '../../../errors.ts';
import type { Field, Query } from '../../query/query.ts';
import type { Column } from '../block/column.ts';
import {
  type Answer,
  type FacetValue,
  type Group,
  type GroupOptions,
  STATS,
  type Stat,
} from '../event-store.ts';
import type { Block } from './block.ts';
import { eachPlace, fieldColumns, isCounted } from './field-columns.ts';
import { countOf, isIn, type Mask } from './mask.ts';
import { NumberList } from './number-list.ts';
import type { ReadStore } from './read-store.ts';
import { type Hits, Search } from './search.ts';
import { compareValues, ValueCounts, withAny } from './value-counts.ts';

const DEFAULT_TOP = 20;
const MAX_TOP = 1000;

type Stats = NonNullable<GroupOptions['stats']>;

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
    search.read(block, () => {
      if (by !== undefined) values.add(fieldColumns(block, by, mask), mask, block.rows);
      rows += countOf(mask, block.rows);
      looked.push(hits);
    });
  }
  const shown = topGroups(values, rows, by, Math.min(top, MAX_TOP));
  const groups = new Map(shown.map((value) => [value, new GroupSums(value, stats, overMs)]));
  for (const hits of looked) search.read(hits.block, () => addBlock(hits, by, stats, groups));
  return search.answer([...groups.values()].map((group) => group.result()));
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

function addBlock(
  { block, mask }: Hits,
  by: Field | undefined,
  stats: Stats,
  groups: ReadonlyMap<FacetValue | undefined, GroupSums>,
): void {
  const times = block.times();
  const fields = stats.map(({ field }) => new ValuesByRow(fieldColumns(block, field, mask), block));
  const add = (group: GroupSums, place: number): void => group.add(times[place] as number, fields, place);
  const columns = by === undefined ? [] : fieldColumns(block, by, mask);
  for (const column of columns) {
    const { codes, values, size, places } = column;
    const byCode = values?.map((value) => groups.get(value));
    for (let at = 0; at < size; at++) {
      const code = codes[at] as number;
      const group = byCode === undefined ? groups.get(code) : byCode[code];
      if (group !== undefined && isCounted(column, at, mask)) {
        add(group, places === undefined ? at : (places[at] as number));
      }
    }
  }
  const without = groups.get(undefined);
  if (without !== undefined) eachWithout(columns, block, mask, (place) => add(without, place));
}

function eachWithout(
  columns: readonly Column[],
  { rows }: Block,
  mask: Mask,
  visit: (place: number) => void,
): void {
  const has = withAny(columns, rows, mask);
  for (let place = 0; place < rows; place++) if (has[place] === 0 && isIn(mask, place)) visit(place);
}

/** The values of a field, to be asked for by row. */
class ValuesByRow {
  readonly #columns: readonly { readonly column: Column; readonly starts: Uint32Array }[];

  constructor(columns: readonly Column[], { rows }: Block) {
    this.#columns = columns.map((column) => {
      const starts = new Uint32Array(rows + 1);
      eachPlace(column, (place) => {
        starts[place + 1] = (starts[place + 1] as number) + 1;
      });
      for (let place = 0; place < rows; place++) {
        starts[place + 1] = (starts[place + 1] as number) + (starts[place] as number);
      }
      return { column, starts };
    });
  }

  each(place: number, visit: (value: FacetValue) => void): void {
    for (const { column, starts } of this.#columns) {
      const { codes, values } = column;
      for (let at = starts[place] as number; at < (starts[place + 1] as number); at++) {
        const code = codes[at] as number;
        visit(values === undefined ? code : (values[code] as FacetValue));
      }
    }
  }
}

/** What is known of some rows. */
class Sums {
  count = 0;
  readonly #stats: readonly Stat[];
  readonly #numbers: readonly NumberList[];
  readonly #values: readonly (Set<FacetValue> | undefined)[];

  constructor(stats: Stats) {
    this.#stats = stats.map(({ stat }) => stat);
    this.#numbers = stats.map(() => new NumberList());
    this.#values = stats.map(({ stat }) => (stat === 'distinct' ? new Set<FacetValue>() : undefined));
  }

  add(fields: readonly ValuesByRow[], place: number): void {
    this.count++;
    for (const [at, field] of fields.entries()) {
      const values = this.#values[at];
      const numbers = this.#numbers[at] as NumberList;
      field.each(place, (value) => {
        if (values !== undefined) values.add(value);
        else if (typeof value === 'number') numbers.add(value);
      });
    }
  }

  result(): { readonly count: number; readonly stats: (number | undefined)[] } {
    const stats = this.#stats.map((stat, at) =>
      stat === 'distinct' ? this.#values[at]?.size : this.#numbers[at]?.stat(stat),
    );
    return { count: this.count, stats };
  }
}

/** One group, and its parts over time. */
class GroupSums {
  readonly #value: FacetValue | undefined;
  readonly #stats: Stats;
  readonly #overMs: number | undefined;
  readonly #all: Sums;
  readonly #over = new Map<number, Sums>();

  constructor(value: FacetValue | undefined, stats: Stats, overMs: number | undefined) {
    this.#value = value;
    this.#stats = stats;
    this.#overMs = overMs;
    this.#all = new Sums(stats);
  }

  add(timeMs: number, fields: readonly ValuesByRow[], place: number): void {
    this.#all.add(fields, place);
    if (this.#overMs === undefined) return;
    const bucket = Math.floor(timeMs / this.#overMs);
    let sums = this.#over.get(bucket);
    if (sums === undefined) {
      sums = new Sums(this.#stats);
      this.#over.set(bucket, sums);
    }
    sums.add(fields, place);
  }

  result(): Group {
    const all = { value: this.#value, ...this.#all.result() };
    const overMs = this.#overMs;
    if (overMs === undefined) return all;
    const over = [...this.#over]
      .sort(([one], [other]) => one - other)
      .map(([bucket, sums]) => ({ fromMs: bucket * overMs, ...sums.result() }));
    return { ...all, over };
  }
}
