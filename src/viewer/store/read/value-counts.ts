import type { Column } from '../block/column.ts';
import { type FacetValue, MAX_DISTINCT } from '../event-store.ts';
import { largeInteger } from '../record/large-integer.ts';
import { eachPlace, isCounted } from './field-columns.ts';
import { countOf, isIn, type Mask } from './mask.ts';

const KINDS = ['string', 'number', 'boolean', 'object', 'undefined'];

/**
 * Texts before numbers before true and false before null, each in their order; undefined last. Integers that rows have as
 * texts are numbers.
 */
export function compareValues(one: FacetValue | undefined, other: FacetValue | undefined): number {
  if (one === other) return 0;
  const [first, second] = [largeInteger(one) ?? one, largeInteger(other) ?? other];
  const kinds = kindOf(first) - kindOf(second);
  if (kinds !== 0) return kinds;
  if ((first as string) < (second as string)) return -1;
  // The same, as a number and as an integer.
  return (first as string) > (second as string) || typeof one === 'string' ? 1 : -1;
}

function kindOf(value: FacetValue | bigint | undefined): number {
  return KINDS.indexOf(typeof value === 'bigint' ? 'number' : typeof value);
}

/** The first of some values in order; not all of them are put in order. */
export function firstValues(values: readonly FacetValue[], count: number): FacetValue[] {
  let first: FacetValue[] = [];
  let last: FacetValue | undefined;
  const cut = (): void => {
    first = first.sort(compareValues).slice(0, count);
    last = first[count - 1];
  };
  for (const value of values) {
    if (last !== undefined && compareValues(value, last) >= 0) continue;
    first.push(value);
    if (first.length >= 4 * count) cut();
  }
  cut();
  return first;
}

/** How many rows have each value of a field. */
export class ValueCounts {
  /** Rows with any value. */
  rows = 0;
  readonly #counts = new Map<FacetValue, number>();

  get distinct(): number {
    return this.#counts.size;
  }

  /** Counts the rows of a mask, in all columns of a field. */
  add(columns: readonly Column[], among: Mask, blockRows: number): void {
    this.rows += rowsWithAny(columns, among, blockRows);
    for (const column of columns) {
      if (column.values === undefined) this.#addNumbers(column, among);
      else this.#addCoded(column, column.values, among);
    }
  }

  #addCoded(column: Column, values: readonly FacetValue[], among: Mask): void {
    const { codes, size } = column;
    const counts = new Uint32Array(values.length);
    for (let at = 0; at < size; at++) {
      if (isCounted(column, at, among))
        counts[codes[at] as number] = (counts[codes[at] as number] as number) + 1;
    }
    for (let code = 0; code < counts.length; code++) {
      if (counts[code] !== 0) this.#bump(values[code] as FacetValue, counts[code] as number);
    }
  }

  #addNumbers(column: Column, among: Mask): void {
    for (let at = 0; at < column.size; at++) {
      if (isCounted(column, at, among)) this.#bump(column.codes[at] as number, 1);
    }
  }

  #bump(value: FacetValue, by: number): void {
    const before = this.#counts.get(value);
    if (before === undefined && this.#counts.size >= MAX_DISTINCT) return;
    this.#counts.set(value, (before ?? 0) + by);
  }

  /** Those that occur most, most first; of as many the first in order. */
  top(count: number): { readonly value: FacetValue; readonly count: number }[] {
    return [...this.#counts]
      .map(([value, rows]) => ({ value, count: rows }))
      .sort((one, other) => other.count - one.count || compareValues(one.value, other.value))
      .slice(0, count);
  }
}

/** How many rows of a mask have a value in any of some columns. */
export function rowsWithAny(columns: readonly Column[], among: Mask, blockRows: number): number {
  const [only] = columns;
  if (only === undefined) return 0;
  if (columns.length > 1) return countOf(withAny(columns, blockRows, among), blockRows);
  const { places, size } = only;
  if (places === undefined) return countOf(among, blockRows);
  let count = 0;
  for (let at = 0, before = -1; at < size; at++) {
    const place = places[at] as number;
    if (place !== before && isIn(among, place)) count++;
    before = place;
  }
  return count;
}

/** The rows of a mask with a value in any of some columns. */
export function withAny(columns: readonly Column[], blockRows: number, among: Mask): Uint8Array {
  const mask = new Uint8Array(blockRows);
  for (const column of columns) {
    eachPlace(column, (place) => {
      if (isIn(among, place)) mask[place] = 1;
    });
  }
  return mask;
}
