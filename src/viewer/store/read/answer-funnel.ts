import { OtelEventsError } from '../../../errors.ts';
import type { Query } from '../../query/query.ts';
import {
  type Answer,
  type FacetValue,
  FUNNEL_STEPS,
  type Funnel,
  type FunnelOptions,
  type FunnelStep,
} from '../event-store.ts';
import { fieldColumns } from './field-columns.ts';
import { FunnelWays } from './funnel-ways.ts';
import type { InternedValues } from './interned-values.ts';
import { NextSteps } from './next-steps.ts';
import { placeAtRank } from './place-at-rank.ts';
import type { ReadStore } from './read-store.ts';
import { type Hits, Search } from './search.ts';
import { StepBits } from './step-bits.ts';
import { StepEvents } from './step-events.ts';
import { compareValues, firstValues } from './value-counts.ts';

/** The most people that are named at a step. */
const MAX_NAMED = 100;

/** The most values by which a funnel is split: those with the most people at the first step. */
const MAX_SPLIT = 50;

/** How many come from step to step, where they leave, and what they do then. */
export function answerFunnel(store: ReadStore, query: Query, options: FunnelOptions): Answer<Funnel> {
  const { steps, by, split, withinWindowMs } = options;
  const { least, most } = FUNNEL_STEPS;
  if (steps.length < least || steps.length > most) {
    const message = `funnel: wanted ${least} to ${most} steps, got ${steps.length}`;
    throw new OtelEventsError('OPTION_INVALID', message);
  }
  const search = new Search(store, query, options);
  const stepBits = new StepBits(search, steps);
  const people = store.numbersOf(by);
  const splits = split === undefined ? people : store.numbersOf(split);
  const events = new StepEvents();
  const looked: Hits[] = [];
  for (const hits of search.hits()) {
    search.readInTime(hits.block, () => {
      const bits = stepBits.of(hits);
      if (bits !== undefined) addEvents(hits, bits, by, split, people, splits, events);
      looked.push(hits);
    });
  }
  const ways = new FunnelWays(events, people.values.length, steps.length, withinWindowMs);
  const next = new NextSteps(store, ways, people);
  for (const hits of looked) search.readInTime(hits.block, () => next.look(hits, by));
  const told = { steps: stepsOf(ways, people, next) };
  if (split === undefined) return search.answer(told);
  return search.answer({ ...told, split: splitsOf(ways, people, splits, next) });
}

function addEvents(
  { block }: Hits,
  bits: Uint16Array,
  by: FunnelOptions['by'],
  split: FunnelOptions['split'],
  people: InternedValues,
  splits: InternedValues,
  events: StepEvents,
): void {
  const among = new Uint8Array(bits.length);
  for (let place = 0; place < bits.length; place++) among[place] = bits[place] === 0 ? 0 : 1;
  const parts = new Int32Array(split === undefined ? 0 : block.rows).fill(-1);
  if (split !== undefined) {
    const note = (place: number, part: number): void => {
      parts[place] = part;
    };
    splits.eachFirst(fieldColumns(block, split, among), among, block.rows, note);
  }
  const times = block.times();
  const add = (place: number, person: number): void => {
    const part = split === undefined ? -1 : (parts[place] as number);
    events.add(person, times[place] as number, block.first + place, bits[place] as number, part);
  };
  people.eachFirst(fieldColumns(block, by, among), among, block.rows, add);
}

/** @param split - of whose ways it is told; undefined: of all */
function stepsOf(ways: FunnelWays, people: InternedValues, next: NextSteps, split?: number): FunnelStep[] {
  const took = Array.from({ length: ways.steps }, (): number[] => []);
  const left = Array.from({ length: ways.steps }, (): number[] => []);
  for (let person = 0; person < ways.people; person++) {
    const reached = ways.reached[person] as number;
    if (reached === 0 || (split !== undefined && ways.split[person] !== split)) continue;
    for (let step = 0; step < reached; step++) {
      took[step]?.push(ways.tookMs[person * ways.steps + step] as number);
    }
    if (reached < ways.steps) left[reached - 1]?.push(person);
  }
  return took.map((times, step) => {
    const leavers = left[step] as number[];
    return {
      people: times.length,
      ...(step === 0 || times.length === 0 ? {} : { medianMs: medianOf(times) }),
      droppedOff: firstValues(
        leavers.map((person) => people.values[person] as FacetValue),
        MAX_NAMED,
      ),
      next: next.of(leavers),
    };
  });
}

/** The one in the middle, of two the lower. */
function medianOf(numbers: readonly number[]): number {
  return placeAtRank(Float64Array.from(numbers), numbers.length, Math.ceil(numbers.length / 2) - 1);
}

function splitsOf(
  ways: FunnelWays,
  people: InternedValues,
  splits: InternedValues,
  next: NextSteps,
): NonNullable<Funnel['split']> {
  const sizes = new Map<number, number>();
  for (let person = 0; person < ways.people; person++) {
    const split = ways.split[person] as number;
    if (ways.reached[person] !== 0) sizes.set(split, (sizes.get(split) ?? 0) + 1);
  }
  const partOf = (split: number): FacetValue | undefined => splits.values[split];
  return [...sizes]
    .sort(([one, size], [other, otherSize]) => otherSize - size || compareValues(partOf(one), partOf(other)))
    .slice(0, MAX_SPLIT)
    .map(([split]) => ({ value: partOf(split), steps: stepsOf(ways, people, next, split) }));
}
