import { OtelEventsError } from '../../../errors.ts';
import type { Field, Query } from '../../query/query.ts';
import type { Column } from '../block/column.ts';
import { type Answer, type FacetValue, type Group, type GroupOptions, STATS } from '../event-store.ts';
import { fieldColumns } from './field-columns.ts';
import { groupRows } from './group-rows.ts';
import { countOf } from './mask.ts';
import { NumberList } from './number-list.ts';
import type { ReadStore } from './read-store.ts';
import { type Hits, Search } from './search.ts';
import { compareValues, ValueCounts } from './value-counts.ts';

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
  const sums = new GroupSums(shown, stats, overMs);
  for (const hits of looked) search.read(hits.block, () => sums.add(hits, by));
  return search.answer(sums.result());
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

/** What is known of some rows: how many they are, and the numbers of each field. */
class Sums {
  count = 0;
  readonly numbers: readonly NumberList[];
  readonly values: readonly Set<FacetValue>[];

  constructor(fields: number) {
    this.numbers = Array.from({ length: fields }, () => new NumberList());
    this.values = Array.from({ length: fields }, () => new Set<FacetValue>());
  }
}

/** The groups, and their parts over time. */
class GroupSums {
  readonly #shown: readonly (FacetValue | undefined)[];
  readonly #numbers: ReadonlyMap<FacetValue | undefined, number>;
  readonly #stats: Stats;
  /** Each once, however many statistics there are of it. */
  readonly #fields: readonly Field[];
  readonly #fieldOf: readonly number[];
  readonly #isDistinct: readonly boolean[];
  readonly #overMs: number;
  readonly #all: readonly Sums[];
  readonly #over: readonly Map<number, Sums>[];

  constructor(shown: readonly (FacetValue | undefined)[], stats: Stats, overMs: number | undefined) {
    this.#shown = shown;
    this.#numbers = new Map(shown.map((value, number) => [value, number]));
    this.#stats = stats;
    const keys = stats.map(({ field }) => JSON.stringify(field));
    const different = [...new Set(keys)];
    this.#fields = different.map((key) => stats[keys.indexOf(key)]?.field as Field);
    this.#fieldOf = keys.map((key) => different.indexOf(key));
    this.#isDistinct = different.map((key) =>
      stats.some(({ stat }, at) => stat === 'distinct' && keys[at] === key),
    );
    this.#overMs = overMs ?? Number.POSITIVE_INFINITY;
    this.#all = shown.map(() => new Sums(different.length));
    this.#over = shown.map(() => new Map());
  }

  add({ block, mask }: Hits, by: Field | undefined): void {
    const lists = groupRows(
      by === undefined ? [] : fieldColumns(block, by, mask),
      mask,
      block.rows,
      this.#numbers,
    );
    const times = block.times();
    const fields = this.#fields.map((field) => fieldColumns(block, field, mask));
    for (const list of lists) {
      this.#count(list, times);
      for (const [at, columns] of fields.entries()) {
        for (const column of columns) this.#addColumn(list, times, column, at);
      }
    }
  }

  #count(list: Int32Array, times: Float64Array): void {
    for (let place = 0; place < list.length; place++) {
      const group = list[place] as number;
      if (group < 0) continue;
      (this.#all[group] as Sums).count++;
      const part = this.#part(group, times[place] as number);
      if (part !== undefined) part.count++;
    }
  }

  #addColumn(
    list: Int32Array,
    times: Float64Array,
    { codes, values, size, places }: Column,
    field: number,
  ): void {
    const isDistinct = this.#isDistinct[field] === true;
    if (values !== undefined && !isDistinct) return;
    for (let at = 0; at < size; at++) {
      const place = places === undefined ? at : (places[at] as number);
      const group = list[place] as number;
      if (group < 0) continue;
      const code = codes[at] as number;
      const value = values === undefined ? code : (values[code] as FacetValue);
      for (const sums of [this.#all[group], this.#part(group, times[place] as number)]) {
        if (sums === undefined) continue;
        if (values === undefined) sums.numbers[field]?.add(code);
        if (isDistinct) sums.values[field]?.add(value);
      }
    }
  }

  #part(group: number, timeMs: number): Sums | undefined {
    if (this.#overMs === Number.POSITIVE_INFINITY) return undefined;
    const over = this.#over[group] as Map<number, Sums>;
    const bucket = Math.floor(timeMs / this.#overMs);
    let sums = over.get(bucket);
    if (sums === undefined) {
      sums = new Sums(this.#fields.length);
      over.set(bucket, sums);
    }
    return sums;
  }

  result(): Group[] {
    return this.#shown.map((value, group) => {
      const all = { value, ...this.#told(this.#all[group] as Sums) };
      if (this.#overMs === Number.POSITIVE_INFINITY) return all;
      const over = [...(this.#over[group] as Map<number, Sums>)]
        .sort(([one], [other]) => one - other)
        .map(([bucket, sums]) => ({ fromMs: bucket * this.#overMs, ...this.#told(sums) }));
      return { ...all, over };
    });
  }

  #told({ count, numbers, values }: Sums): {
    readonly count: number;
    readonly stats: (number | undefined)[];
  } {
    const stats = this.#stats.map(({ stat }, at) => {
      const field = this.#fieldOf[at] as number;
      return stat === 'distinct' ? values[field]?.size : numbers[field]?.stat(stat);
    });
    return { count, stats };
  }
}
