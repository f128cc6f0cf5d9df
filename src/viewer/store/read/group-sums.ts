import type { Field } from '../../query/query.ts';
import type { Column } from '../block/column.ts';
import { type FacetValue, type Group, type GroupOptions, MAX_DISTINCT } from '../event-store.ts';
import { largeInteger } from '../record/large-integer.ts';
import type { Block } from './block.ts';
import { fieldColumns } from './field-columns.ts';
import { groupRows } from './group-rows.ts';
import { NumberList } from './number-list.ts';
import type { Hits } from './search.ts';

/** What parts over time may hold: each counts once, and once for each field. More would not find room in the reader's heap. */
const MAX_SUMS = 200_000;
/** What all groups and their parts over time may hold of values that are told apart, for the same reason. */
const MAX_VALUES = 1_000_000;

type Stats = NonNullable<GroupOptions['stats']>;

/** A field of which statistics are wanted, once, however many there are of it. */
interface SummedField {
  readonly field: Field;
  readonly isDistinct: boolean;
  readonly hasPercentiles: boolean;
}

/** What is known of some rows: how many they are, and the numbers of each field. */
class Sums {
  count = 0;
  readonly numbers: readonly NumberList[];
  readonly values: readonly Set<FacetValue>[];

  constructor(fields: readonly SummedField[]) {
    this.numbers = fields.map(({ hasPercentiles }) => new NumberList(hasPercentiles));
    this.values = fields.map(() => new Set<FacetValue>());
  }

  addAll(other: Sums): void {
    this.count += other.count;
    for (const [at, numbers] of this.numbers.entries()) numbers.addAll(other.numbers[at] as NumberList);
    for (const [at, values] of this.values.entries()) {
      for (const value of other.values[at] as Set<FacetValue>) {
        if (values.size >= MAX_DISTINCT) break;
        values.add(value);
      }
    }
  }
}

/** Which sums the rows of a block belong to: of each row the place in `sums`, less than 0 of none. */
interface Assigned {
  readonly numbers: Int32Array;
  readonly sums: readonly (Sums | undefined)[];
}

/** The groups, and their parts over time. */
export class GroupSums {
  readonly #shown: readonly (FacetValue | undefined)[];
  readonly #groups: ReadonlyMap<FacetValue | undefined, number>;
  readonly #stats: Stats;
  readonly #fields: readonly SummedField[];
  readonly #fieldOf: readonly number[];
  /** Infinity: one part is all there is. */
  readonly #overMs: number;
  /** Of each group its parts over time. */
  readonly #parts: readonly Map<number, Sums>[];
  /** Of what there is more than there is room for: what is beyond is missing. */
  beyond: 'parts' | 'values' | undefined;
  #size = 0;
  #valuesHeld = 0;

  constructor(shown: readonly (FacetValue | undefined)[], stats: Stats, overMs: number | undefined) {
    this.#shown = shown;
    this.#groups = new Map(shown.map((value, group) => [value, group]));
    this.#stats = stats;
    const keys = stats.map(({ field }) => JSON.stringify(field));
    const different = [...new Set(keys)];
    this.#fieldOf = keys.map((key) => different.indexOf(key));
    this.#fields = different.map((key) => {
      const own = stats.filter((_, at) => keys[at] === key);
      return {
        field: own[0]?.field as Field,
        isDistinct: own.some(({ stat }) => stat === 'distinct'),
        hasPercentiles: own.some(({ stat }) => stat.startsWith('p')),
      };
    });
    this.#overMs = overMs ?? Number.POSITIVE_INFINITY;
    this.#parts = shown.map(() => new Map());
  }

  add({ block, mask }: Hits, by: Field | undefined): void {
    const columns = by === undefined ? [] : fieldColumns(block, by, mask);
    const fields = this.#fields.map(({ field }) => fieldColumns(block, field, mask));
    for (const list of groupRows(columns, mask, block.rows, this.#groups)) {
      const assigned = this.#assign(list, block);
      for (const [at, own] of fields.entries()) {
        for (const column of own) this.#addColumn(assigned, column, at);
      }
    }
  }

  /** Counts the rows of each group and part. */
  #assign(groups: Int32Array, block: Block): Assigned {
    const bucket = this.#bucketOf(block.loMs);
    if (bucket !== this.#bucketOf(block.hiMs)) return this.#assignOverTime(groups, block);
    // As a rule a block is short: there is one part of each group.
    const counts = new Int32Array(this.#shown.length);
    for (let place = 0; place < groups.length; place++) {
      const group = groups[place] as number;
      if (group >= 0) counts[group] = (counts[group] as number) + 1;
    }
    const sums = Array.from(counts, (count, group) => {
      if (count === 0) return undefined;
      const part = this.#part(group, bucket);
      part.count += count;
      return part;
    });
    return { numbers: groups, sums };
  }

  #assignOverTime(groups: Int32Array, block: Block): Assigned {
    const times = block.times();
    const numbers = new Int32Array(groups.length).fill(-1);
    const sums: Sums[] = [];
    // Rows come nearly in order of time: the part of a group is the one that it had last.
    const lastBucket = new Float64Array(this.#shown.length).fill(Number.NaN);
    const lastNumber = new Int32Array(this.#shown.length);
    for (let place = 0; place < groups.length; place++) {
      const group = groups[place] as number;
      if (group < 0) continue;
      const bucket = this.#bucketOf(times[place] as number);
      if (lastBucket[group] !== bucket) {
        lastBucket[group] = bucket;
        lastNumber[group] = sums.push(this.#part(group, bucket)) - 1;
      }
      const number = lastNumber[group] as number;
      numbers[place] = number;
      (sums[number] as Sums).count++;
    }
    return { numbers, sums };
  }

  #bucketOf(timeMs: number): number {
    return Math.floor(timeMs / this.#overMs);
  }

  #part(group: number, bucket: number): Sums {
    const parts = this.#parts[group] as Map<number, Sums>;
    let sums = parts.get(bucket);
    if (sums === undefined) {
      sums = new Sums(this.#fields);
      this.#size += 1 + this.#fields.length;
      if (this.#size > MAX_SUMS) this.beyond = 'parts';
      else parts.set(bucket, sums);
    }
    return sums;
  }

  #addColumn({ numbers, sums }: Assigned, { codes, values, size, places }: Column, field: number): void {
    const isDistinct = this.#fields[field]?.isDistinct === true;
    const large = values === undefined ? undefined : largeOf(values);
    if (values !== undefined && large === undefined && !isDistinct) return;
    for (let at = 0; at < size; at++) {
      const number = numbers[places === undefined ? at : (places[at] as number)] as number;
      if (number < 0) continue;
      const own = sums[number] as Sums;
      const code = codes[at] as number;
      const value = values === undefined ? code : large?.[code];
      if (value !== undefined) own.numbers[field]?.add(value);
      if (isDistinct)
        this.#tell(
          own.values[field] as Set<FacetValue>,
          values === undefined ? code : (values[code] as FacetValue),
        );
    }
  }

  #tell(told: Set<FacetValue>, value: FacetValue): void {
    const before = told.size;
    if (before >= MAX_DISTINCT || this.beyond !== undefined) return;
    told.add(value);
    if (told.size === before) return;
    this.#valuesHeld++;
    if (this.#valuesHeld > MAX_VALUES) this.beyond = 'values';
  }

  result(): Group[] {
    return this.#shown.map((value, group) => {
      const all = new Sums(this.#fields);
      const parts = [...(this.#parts[group] as Map<number, Sums>)].sort(([one], [other]) => one - other);
      for (const [, sums] of parts) all.addAll(sums);
      const told = { value, ...this.#told(all) };
      if (this.#overMs === Number.POSITIVE_INFINITY) return told;
      const over = parts.map(([bucket, sums]) => ({ fromMs: bucket * this.#overMs, ...this.#told(sums) }));
      return { ...told, over };
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

/** Integers among texts, as the nearest numbers: what is worked out of them is a number. Undefined: there is none. */
function largeOf(values: readonly FacetValue[]): (number | undefined)[] | undefined {
  if (!values.some((value) => largeInteger(value) !== undefined)) return undefined;
  return values.map((value) => (largeInteger(value) === undefined ? undefined : Number(value)));
}
