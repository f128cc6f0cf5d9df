import type { Field } from '../../query/query.ts';
import type { FunnelStep } from '../event-store.ts';
import type { Block } from './block.ts';
import { fieldColumns } from './field-columns.ts';
import type { FunnelWays } from './funnel-ways.ts';
import type { InternedValues } from './interned-values.ts';
import type { ReadStore } from './read-store.ts';
import type { Hits } from './search.ts';

/** The most names that are told of a step. */
const MAX_NAMES = 10;

const NAME: Field = { of: 'row', name: 'name' };

/** What people did next who left a funnel: the name of the first row that came after their last step. */
export class NextSteps {
  readonly #ways: FunnelWays;
  readonly #people: InternedValues;
  readonly #names: InternedValues;
  /** Of each person when the last step was, of those who left; nothing comes after Infinity, which the others have. */
  readonly #leftMs: Float64Array;
  readonly #firstLeftMs: number;
  /** Of each person that row's time, number and name so far. */
  readonly #timeMs: Float64Array;
  readonly #seq: Float64Array;
  readonly #name: Int32Array;

  /** @param people - whose ways they are, by number */
  constructor(store: ReadStore, ways: FunnelWays, people: InternedValues) {
    this.#ways = ways;
    this.#people = people;
    this.#names = store.numbersOf(NAME);
    this.#leftMs = new Float64Array(ways.people).fill(Number.POSITIVE_INFINITY);
    for (let person = 0; person < ways.people; person++) {
      if (ways.hasLeft(person)) this.#leftMs[person] = ways.lastMs[person] as number;
    }
    this.#firstLeftMs = this.#leftMs.reduce((first, ms) => Math.min(first, ms), Number.POSITIVE_INFINITY);
    this.#timeMs = new Float64Array(ways.people).fill(Number.POSITIVE_INFINITY);
    this.#seq = new Float64Array(ways.people);
    this.#name = new Int32Array(ways.people).fill(-1);
  }

  /** Looks through the rows of a block. */
  look({ block, mask }: Hits, by: Field): void {
    if (block.hiMs < this.#firstLeftMs) return;
    const columns = fieldColumns(block, by, mask);
    const times = block.times();
    const names = fieldColumns(block, NAME, mask);
    const [leftMs, nextMs] = [this.#leftMs, this.#timeMs];
    const look = (place: number, person: number): void => {
      const timeMs = times[place] as number;
      // As a rule one of both says no.
      if (timeMs < (leftMs[person] as number) || timeMs > (nextMs[person] as number)) return;
      const seq = block.first + place;
      if (!this.#isNext(person, timeMs, seq)) return;
      const name = this.#names.at(names, place);
      if (name >= 0) this.#take(person, timeMs, seq, name);
    };
    this.#people.eachFirst(columns, mask, block.rows, look, (persons) => this.#wanted(persons, block));
  }

  /** Those whose next row may be in a block: as a rule few, since for most it was found before, or comes later. */
  #wanted(persons: Int32Array, { loMs, hiMs }: Block): Uint8Array {
    const [leftMs, nextMs] = [this.#leftMs, this.#timeMs];
    const isWanted = new Uint8Array(persons.length);
    for (let at = 0; at < persons.length; at++) {
      const person = persons[at] as number;
      // Those who are met here for the first time have higher numbers.
      if (person >= leftMs.length || (leftMs[person] as number) > hiMs) continue;
      if ((nextMs[person] as number) >= loMs) isWanted[at] = 1;
    }
    return isWanted;
  }

  /** Whether a row came after somebody's last step, and before what is known to be next. */
  #isNext(person: number, timeMs: number, seq: number): boolean {
    const lastMs = this.#leftMs[person] as number;
    // Of those who are met here for the first time nothing is known: a comparison with undefined is false.
    if (!(timeMs >= lastMs) || (timeMs === lastMs && seq <= (this.#ways.lastSeq[person] as number)))
      return false;
    const bestMs = this.#timeMs[person] as number;
    return timeMs < bestMs || (timeMs === bestMs && seq < (this.#seq[person] as number));
  }

  #take(person: number, timeMs: number, seq: number, name: number): void {
    this.#timeMs[person] = timeMs;
    this.#seq[person] = seq;
    this.#name[person] = name;
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
