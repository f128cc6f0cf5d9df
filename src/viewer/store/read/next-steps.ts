import type { Field } from '../../query/query.ts';
import type { FunnelStep } from '../event-store.ts';
import { fieldColumns } from './field-columns.ts';
import type { Way } from './funnel-way.ts';
import { InternedValues } from './interned-values.ts';
import type { Hits } from './search.ts';

/** The most names that are told of a step. */
const MAX_NAMES = 10;

const NAME: Field = { of: 'row', name: 'name' };

/** What people did next who left a funnel: the name of the first row that came after their last step. */
export class NextSteps {
  readonly #ways: readonly Way[];
  readonly #steps: number;
  readonly #names = new InternedValues();
  /** Of each person that row's time, number and name so far. */
  readonly #timeMs: Float64Array;
  readonly #seq: Float64Array;
  readonly #name: Int32Array;

  constructor(ways: readonly Way[], steps: number) {
    this.#ways = ways;
    this.#steps = steps;
    this.#timeMs = new Float64Array(ways.length).fill(Number.POSITIVE_INFINITY);
    this.#seq = new Float64Array(ways.length);
    this.#name = new Int32Array(ways.length).fill(-1);
  }

  /** Looks through the rows of a block. @param people - whose numbers those of the ways are; it may learn more */
  look({ block, mask }: Hits, by: Field, people: InternedValues): void {
    const persons = people.firstOf(fieldColumns(block, by, mask), mask, block.rows);
    const names = this.#names.firstOf(fieldColumns(block, NAME, mask), mask, block.rows);
    const times = block.times();
    for (let place = 0; place < block.rows; place++) {
      const person = persons[place] as number;
      const name = names[place] as number;
      // Who is new has done no step.
      if (person < 0 || name < 0 || person >= this.#ways.length) continue;
      const { reached, lastMs, lastSeq } = this.#ways[person] as Way;
      if (reached === 0 || reached === this.#steps) continue;
      const timeMs = times[place] as number;
      const seq = block.first + place;
      if (timeMs < lastMs || (timeMs === lastMs && seq <= lastSeq)) continue;
      const bestMs = this.#timeMs[person] as number;
      if (timeMs > bestMs || (timeMs === bestMs && seq > (this.#seq[person] as number))) continue;
      this.#timeMs[person] = timeMs;
      this.#seq[person] = seq;
      this.#name[person] = name;
    }
  }

  /** What some people did, by name; what most did first. */
  of(persons: readonly number[]): FunnelStep['next'] {
    const counts = new Map<number, number>();
    for (const person of persons) {
      const name = this.#name[person] as number;
      if (name >= 0) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return [...counts]
      .map(([name, people]) => ({ name: String(this.#names.values[name]), people }))
      .sort((one, other) => other.people - one.people || (one.name < other.name ? -1 : 1))
      .slice(0, MAX_NAMES);
  }
}
