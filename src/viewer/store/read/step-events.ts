import type { StepEvent } from './funnel-way.ts';

/** What people did that fits steps of a funnel, block by block. */
export class StepEvents {
  readonly #people: number[] = [];
  readonly #events: StepEvent[] = [];

  add(person: number, timeMs: number, seq: number, steps: number, split: number): void {
    this.#people.push(person);
    this.#events.push({ timeMs, seq, steps, split });
  }

  /** Of each person, by number, in order of time. */
  byPerson(people: number): StepEvent[][] {
    const own: StepEvent[][] = Array.from({ length: people }, () => []);
    for (const [at, event] of this.#events.entries()) own[this.#people[at] as number]?.push(event);
    for (const events of own) sortByTime(events);
    return own;
  }
}

function sortByTime(events: StepEvent[]): void {
  if (events.length > 1) events.sort((one, other) => one.timeMs - other.timeMs || one.seq - other.seq);
}
