import type { Stat } from '../event-store.ts';

/** Numbers of which something is to be worked out. */
export class NumberList {
  #numbers = new Float64Array(16);
  #size = 0;
  #isSorted = true;

  add(value: number): void {
    if (this.#size === this.#numbers.length) {
      const larger = new Float64Array(2 * this.#size);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#size++] = value;
    this.#isSorted = false;
  }

  /** Undefined without a number. Percentiles are the value at the rank: one of those that are there. */
  stat(stat: Exclude<Stat, 'distinct'>): number | undefined {
    if (this.#size === 0) return undefined;
    const numbers = this.#numbers.subarray(0, this.#size);
    if (!this.#isSorted) numbers.sort();
    this.#isSorted = true;
    if (stat === 'min') return numbers[0];
    if (stat === 'max') return numbers[this.#size - 1];
    if (stat === 'sum') return sumOf(numbers);
    if (stat === 'avg') return sumOf(numbers) / this.#size;
    return numbers[Math.ceil((Number(stat.slice(1)) / 100) * this.#size) - 1];
  }
}

function sumOf(numbers: Float64Array): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}
