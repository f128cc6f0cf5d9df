import type { Stat } from '../event-store.ts';
import { placeAtRank } from './place-at-rank.ts';

/** Numbers of which something is to be worked out. */
export class NumberList {
  readonly #isKept: boolean;
  #numbers = new Float64Array(16);
  #size = 0;
  #sum = 0;
  #lowest = Number.POSITIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;

  /** @param isKept - percentiles are wanted, too: only for these the numbers themselves are needed */
  constructor(isKept: boolean) {
    this.#isKept = isKept;
  }

  add(value: number): void {
    this.#size++;
    this.#sum += value;
    if (value < this.#lowest) this.#lowest = value;
    if (value > this.#highest) this.#highest = value;
    if (!this.#isKept) return;
    this.#reserve(this.#size);
    this.#numbers[this.#size - 1] = value;
  }

  addAll(other: NumberList): void {
    if (this.#isKept) {
      this.#reserve(this.#size + other.#size);
      this.#numbers.set(other.#numbers.subarray(0, other.#size), this.#size);
    }
    this.#size += other.#size;
    this.#sum += other.#sum;
    this.#lowest = Math.min(this.#lowest, other.#lowest);
    this.#highest = Math.max(this.#highest, other.#highest);
  }

  #reserve(size: number): void {
    if (size <= this.#numbers.length) return;
    const larger = new Float64Array(2 * size);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }

  /** Undefined without a number. Percentiles are the value at the rank: one of those that are there. */
  stat(stat: Exclude<Stat, 'distinct'>): number | undefined {
    if (this.#size === 0) return undefined;
    if (stat === 'min') return this.#lowest;
    if (stat === 'max') return this.#highest;
    if (stat === 'sum') return this.#sum;
    if (stat === 'avg') return this.#sum / this.#size;
    const rank = Math.ceil((Number(stat.slice(1)) / 100) * this.#size) - 1;
    return placeAtRank(this.#numbers, this.#size, rank);
  }
}
