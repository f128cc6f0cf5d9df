/** So many are put in order by moving each to its place. */
const MANY = 64;

/** How many there is room for at first. */
const FIRST_SIZE = 16_384;

/** What people did that fits steps of a funnel, block by block: in arrays, since there may be millions. */
export class StepEvents {
  size = 0;
  times = new Float64Array(FIRST_SIZE);
  seqs = new Float64Array(FIRST_SIZE);
  /** A bit for each step that it fits. */
  steps = new Uint16Array(FIRST_SIZE);
  /** By what a funnel is split: the number of its value, -1 without one. */
  splits = new Int32Array(FIRST_SIZE);
  #people = new Int32Array(FIRST_SIZE);

  add(person: number, timeMs: number, seq: number, steps: number, split: number): void {
    const at = this.size++;
    if (at === this.times.length) this.#grow();
    this.times[at] = timeMs;
    this.seqs[at] = seq;
    this.steps[at] = steps;
    this.splits[at] = split;
    this.#people[at] = person;
  }

  #grow(): void {
    const length = 2 * this.times.length;
    const larger = <T extends Float64Array | Uint16Array | Int32Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    this.times = larger(this.times, new Float64Array(length));
    this.seqs = larger(this.seqs, new Float64Array(length));
    this.steps = larger(this.steps, new Uint16Array(length));
    this.splits = larger(this.splits, new Int32Array(length));
    this.#people = larger(this.#people, new Int32Array(length));
  }

  /** Visits people by number: where the events of each are, in order of time, between two places of a list. */
  byPerson(
    people: number,
    visit: (person: number, order: Int32Array, from: number, to: number) => void,
  ): void {
    const starts = new Int32Array(people + 1);
    for (let at = 0; at < this.size; at++) {
      const next = (this.#people[at] as number) + 1;
      starts[next] = (starts[next] as number) + 1;
    }
    for (let person = 0; person < people; person++) {
      starts[person + 1] = (starts[person + 1] as number) + (starts[person] as number);
    }
    const order = new Int32Array(this.size);
    const next = starts.slice();
    for (let at = 0; at < this.size; at++) {
      const person = this.#people[at] as number;
      order[next[person] as number] = at;
      next[person] = (next[person] as number) + 1;
    }
    for (let person = 0; person < people; person++) {
      const [from, to] = [starts[person] as number, starts[person + 1] as number];
      this.#sort(order, from, to);
      visit(person, order, from, to);
    }
  }

  /** As a rule they are few, and nearly in order. */
  #sort(order: Int32Array, from: number, to: number): void {
    if (to - from > MANY) {
      order.subarray(from, to).sort((one, other) => this.#compare(one, other));
      return;
    }
    for (let at = from + 1; at < to; at++) {
      const moved = order[at] as number;
      let free = at;
      for (; free > from && this.#compare(order[free - 1] as number, moved) > 0; free--) {
        order[free] = order[free - 1] as number;
      }
      order[free] = moved;
    }
  }

  #compare(one: number, other: number): number {
    const times = (this.times[one] as number) - (this.times[other] as number);
    return times || (this.seqs[one] as number) - (this.seqs[other] as number);
  }
}
