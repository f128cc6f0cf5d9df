import type { Field } from '../../query/query.ts';
import type { FacetValue, FunnelStep } from '../event-store.ts';
import { fieldColumns } from './field-columns.ts';
import type { FunnelWays } from './funnel-ways.ts';
import { firstNumbers, InternedValues } from './interned-values.ts';
import type { Hits } from './search.ts';

/** The most names that are told of a step. */
const MAX_NAMES = 10;

const NAME: Field = { of: 'row', name: 'name' };

/** What people did next who left a funnel: the name of the first row that came after their last step. */
export class NextSteps {
  readonly #ways: FunnelWays;
  /** The numbers of those who left, and when the first of them did. */
  readonly #left = new Map<FacetValue, number>();
  readonly #firstLeftMs: number;
  readonly #names = new InternedValues();
  /** Of each person that row's time, number and name so far. */
  readonly #timeMs: Float64Array;
  readonly #seq: Float64Array;
  readonly #name: Int32Array;

  /** @param people - whose ways they are, by number */
  constructor(ways: FunnelWays, people: readonly FacetValue[]) {
    this.#ways = ways;
    let firstLeftMs = Number.POSITIVE_INFINITY;
    for (let person = 0; person < ways.people; person++) {
      if (!ways.hasLeft(person)) continue;
      this.#left.set(people[person] as FacetValue, person);
      firstLeftMs = Math.min(firstLeftMs, ways.lastMs[person] as number);
    }
    this.#firstLeftMs = firstLeftMs;
    this.#timeMs = new Float64Array(ways.people).fill(Number.POSITIVE_INFINITY);
    this.#seq = new Float64Array(ways.people);
    this.#name = new Int32Array(ways.people).fill(-1);
  }

  /** Looks through the rows of a block. */
  look({ block, mask }: Hits, by: Field): void {
    if (block.hiMs < this.#firstLeftMs) return;
    // Most people of a block left no funnel: only those who did are told apart.
    const numberOf = (value: FacetValue): number => this.#left.get(value) ?? -2;
    const persons = firstNumbers(fieldColumns(block, by, mask), mask, block.rows, numberOf);
    const times = block.times();
    const among = new Uint8Array(block.rows);
    let any = false;
    for (let place = 0; place < block.rows; place++) {
      const person = persons[place] as number;
      if (person < 0 || !this.#isNext(person, times[place] as number, block.first + place)) continue;
      among[place] = 1;
      any = true;
    }
    if (!any) return;
    const names = this.#names.firstOf(fieldColumns(block, NAME, among), among, block.rows);
    for (let place = 0; place < block.rows; place++) {
      const name = names[place] as number;
      if (name < 0) continue;
      const [person, timeMs, seq] = [persons[place] as number, times[place] as number, block.first + place];
      if (this.#isNext(person, timeMs, seq)) this.#take(person, timeMs, seq, name);
    }
  }

  /** Whether a row came after somebody's last step, and before what is known to be next. */
  #isNext(person: number, timeMs: number, seq: number): boolean {
    const lastMs = this.#ways.lastMs[person] as number;
    if (timeMs < lastMs || (timeMs === lastMs && seq <= (this.#ways.lastSeq[person] as number))) return false;
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
