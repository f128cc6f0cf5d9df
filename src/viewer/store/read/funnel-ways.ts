import type { StepEvents } from './step-events.ts';

/** How far each person came, by number: in arrays, since there may be millions. */
export class FunnelWays {
  readonly people: number;
  readonly steps: number;
  /** How many steps; 0 of those who came to none. */
  readonly reached: Uint8Array;
  /** When the last of these was. */
  readonly lastMs: Float64Array;
  readonly lastSeq: Float64Array;
  /** Of the event with which the way began. */
  readonly split: Int32Array;
  /** From the step before to each step, the first time that it was reached; of the first step 0. By person, then by step. */
  readonly tookMs: Float64Array;
  readonly #windowMs: number;
  /** Of the chain that is held for each step: when it began, when it came there, and its split. -Infinity: there is none. */
  readonly #startMs: Float64Array;
  readonly #cameMs: Float64Array;
  readonly #splits: Int32Array;

  constructor(events: StepEvents, people: number, steps: number, windowMs: number) {
    this.people = people;
    this.steps = steps;
    this.reached = new Uint8Array(people);
    this.lastMs = new Float64Array(people);
    this.lastSeq = new Float64Array(people);
    this.split = new Int32Array(people).fill(-1);
    this.tookMs = new Float64Array(people * steps);
    this.#windowMs = windowMs;
    this.#startMs = new Float64Array(steps);
    this.#cameMs = new Float64Array(steps);
    this.#splits = new Int32Array(steps);
    events.byPerson(people, (person, order, from, to) => this.#walk(events, person, order, from, to));
  }

  /** Whether somebody came to a step, and to none after it. */
  hasLeft(person: number): boolean {
    const reached = this.reached[person] as number;
    return reached > 0 && reached < this.steps;
  }

  /**
   * The furthest way through the steps, one after the other within a time from the first. For each step that way is held that
   * began last: if any way leads further, this one does.
   * @param order - where somebody's events are, in order of time: from one place up to another
   */
  #walk(events: StepEvents, person: number, order: Int32Array, from: number, to: number): void {
    const { steps } = this;
    this.#startMs.fill(Number.NEGATIVE_INFINITY);
    let [reached, last] = [0, -1];
    for (let index = from; index < to && reached < steps; index++) {
      const at = order[index] as number;
      const timeMs = events.times[at] as number;
      const fits = events.steps[at] as number;
      // From the last step down: one event is not two steps of one way.
      for (let step = Math.min(reached, steps - 1); step >= 0; step--) {
        if ((fits & (1 << step)) === 0) continue;
        const startMs = step === 0 ? timeMs : (this.#startMs[step - 1] as number);
        if (timeMs - startMs > this.#windowMs || startMs === Number.NEGATIVE_INFINITY) continue;
        const split = step === 0 ? (events.splits[at] as number) : (this.#splits[step - 1] as number);
        if (step === reached) {
          const beforeMs = step === 0 ? timeMs : (this.#cameMs[step - 1] as number);
          this.tookMs[person * steps + step] = timeMs - beforeMs;
          this.split[person] = split;
          reached++;
          last = at;
        }
        if (startMs > (this.#startMs[step] as number)) {
          this.#startMs[step] = startMs;
          this.#cameMs[step] = timeMs;
          this.#splits[step] = split;
        }
      }
    }
    if (last === -1) return;
    this.reached[person] = reached;
    this.lastMs[person] = events.times[last] as number;
    this.lastSeq[person] = events.seqs[last] as number;
  }
}
