import type { Column } from '../block/column.ts';
import type { FacetValue } from '../event-store.ts';
import type { Mask } from './mask.ts';

/** Numbers for values, so that what is known of them can be in arrays. */
export class InternedValues {
  readonly values: FacetValue[] = [];
  readonly #numbers = new Map<FacetValue, number>();

  get(value: FacetValue): number {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.values.length;
      this.values.push(value);
      this.#numbers.set(value, number);
    }
    return number;
  }

  /** Of each row of a mask the number of its first value, texts before numbers before others; -1 without one. */
  firstOf(columns: readonly Column[], among: Mask, rows: number): Int32Array {
    return firstNumbers(columns, among, rows, (value) => this.get(value));
  }
}

/**
 * Of each row of a mask the number of its first value, texts before numbers before others; -1 without one.
 * @param numberOf - asked once for each text of a column; 0 or more, or -2 of a value that has no number
 */
export function firstNumbers(
  columns: readonly Column[],
  among: Mask,
  rows: number,
  numberOf: (value: FacetValue) => number,
): Int32Array {
  const numbers = new Int32Array(rows).fill(-1);
  if (among === 'none') return numbers;
  const mask = among === 'all' ? undefined : among;
  for (const { codes, values, size, places } of columns) {
    const known = values === undefined ? undefined : new Int32Array(values.length).fill(-1);
    for (let at = 0; at < size; at++) {
      const place = places === undefined ? at : (places[at] as number);
      if (numbers[place] !== -1 || (mask !== undefined && mask[place] === 0)) continue;
      const code = codes[at] as number;
      if (known === undefined) numbers[place] = numberOf(code);
      else {
        if (known[code] === -1) known[code] = numberOf(values?.[code] as FacetValue);
        numbers[place] = known[code] as number;
      }
    }
  }
  return numbers;
}
