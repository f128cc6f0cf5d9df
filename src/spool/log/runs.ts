/** A list of numbers in which one often follows itself: it costs by the change, not by the number. */
export class Runs {
  readonly #values: number[] = [];
  /** How many numbers there are up to the end of each run. */
  readonly #ends: number[] = [];
  #last: number | undefined;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (value !== this.#last) this.#begin(value);
    this.#length++;
  }

  /** Calls `visit` with each number and how often it comes in a row. */
  forEach(visit: (value: number, count: number) => void): void {
    let start = 0;
    for (let run = 0; run < this.#values.length; run++) {
      const end = this.#ends[run] ?? this.#length;
      visit(this.#values[run] ?? 0, end - start);
      start = end;
    }
  }

  /** One by one, as `to` makes them. */
  expand<T>(to: (value: number) => T): T[] {
    const all: T[] = [];
    this.forEach((value, count) => {
      const made = to(value);
      for (let index = 0; index < count; index++) all.push(made);
    });
    return all;
  }

  #begin(value: number): void {
    if (this.#values.length > 0) this.#ends.push(this.#length);
    this.#values.push(value);
    this.#last = value;
  }
}
