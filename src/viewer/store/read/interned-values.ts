import type { Column } from '../block/column.ts';
import type { FacetValue } from '../event-store.ts';
import type { Mask } from './mask.ts';

/** What a value takes beside its text: its string, and its places in a list and a map. */
const BYTES_OF_VALUE = 80;

/** Numbers for values, so that what is known of them can be in arrays. */
export class InternedValues {
  readonly values: FacetValue[] = [];
  /** About what it takes in memory. */
  bytes = 0;
  readonly #numbers = new Map<FacetValue, number>();
  /** Of each column the numbers of its texts or flags: a column that is asked for again needs no look for any of them. */
  readonly #ofColumns = new WeakMap<Column, Int32Array>();

  get(value: FacetValue): number {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.values.length;
      this.values.push(value);
      this.#numbers.set(value, number);
      this.bytes += BYTES_OF_VALUE + (typeof value === 'string' ? value.length : 0);
    }
    return number;
  }

  /** The numbers of a column's texts or flags, by code. */
  numbersOf(column: Column, values: readonly FacetValue[]): Int32Array {
    let numbers = this.#ofColumns.get(column);
    if (numbers === undefined) {
      numbers = new Int32Array(values.length);
      for (let code = 0; code < numbers.length; code++) numbers[code] = this.get(values[code] as FacetValue);
      this.#ofColumns.set(column, numbers);
    }
    return numbers;
  }

  /**
   * Visits the rows of a mask with the number of their first value, texts before numbers before others; not in order, where there
   * are several columns.
   * @param select - of some numbers those whose rows are wanted, a 1 for each: asked once for all texts of a column
   */
  eachFirst(
    columns: readonly Column[],
    among: Mask,
    rows: number,
    visit: (place: number, number: number) => void,
    select?: (numbers: Int32Array) => Uint8Array,
  ): void {
    if (among === 'none') return;
    const mask = among === 'all' ? undefined : among;
    const seen = columns.length > 1 ? new Uint8Array(rows) : undefined;
    for (const column of columns) {
      const { codes, values, size, places } = column;
      const numbers = values === undefined ? undefined : this.numbersOf(column, values);
      const isWanted = numbers === undefined ? undefined : select?.(numbers);
      let before = -1;
      for (let at = 0; at < size; at++) {
        const place = places === undefined ? at : (places[at] as number);
        if (place === before || (mask !== undefined && mask[place] === 0)) continue;
        before = place;
        if (seen !== undefined) {
          if (seen[place] === 1) continue;
          seen[place] = 1;
        }
        const code = codes[at] as number;
        if (isWanted !== undefined && isWanted[code] === 0) continue;
        visit(place, numbers === undefined ? this.get(code) : (numbers[code] as number));
      }
    }
  }

  /** The number of a row's value in columns that have one at most. -1 without one. */
  at(columns: readonly Column[], place: number): number {
    for (const column of columns) {
      const at = column.places === undefined ? place : indexOf(column.places, place);
      if (at < 0 || column.values === undefined) continue;
      return this.numbersOf(column, column.values)[column.codes[at] as number] as number;
    }
    return -1;
  }
}

/** Where a row stands in a rising list; -1 if it does not. */
function indexOf(places: Uint16Array, place: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle] as number) < place) low = middle + 1;
    else high = middle;
  }
  return places[low] === place ? low : -1;
}
