import { conditionFields, withOtherNames } from '../query/condition-fields.ts';
import type { Query, TimeRange } from '../query/query.ts';
import { fieldName } from '../query/read-field.ts';
import type { Facet, FacetValue, FieldSeen } from '../store/event-store.ts';
import { comparedFields } from './compared-fields.ts';
import type { Questions } from './question-gate.ts';

/** A value, and in which share of the rows of each side it is. */
export interface Difference {
  readonly field: string;
  readonly value: FacetValue;
  readonly left: number;
  readonly right: number;
  readonly difference: number;
}

export interface Comparison {
  readonly fields: readonly Difference[];
  /** By which the selections are told apart: that they differ in these is no news, and they are left out. */
  readonly chosenBy: readonly string[];
  readonly complete: boolean;
}

/** A field with more values than this is an id, and says nothing of what differs. */
const MAX_VALUES = 1000;

const MAX_SHOWN = 50;

const ECHOES_OF_NAME: ReadonlySet<string> = new Set(['body', 'event.schema.id']);

/** The values that differ most between two selections of rows; exact for what is shown, when `complete`. */
export async function compare(
  store: Questions,
  query: Query,
  sides: readonly [Query, Query],
): Promise<Comparison> {
  const [left, right] = [within(query, sides[0]), within(query, sides[1])];
  const seen = await Promise.all([store.fields(left), store.fields(right)]);
  const all = inEither(seen.map(({ value }) => value));
  const chosenBy = sides
    .flatMap(({ where }) => conditionFields(where))
    .flatMap(withOtherNames)
    .map(fieldName);
  const isChosenBy = new Set(chosenBy);
  const fields = comparedFields([...all.values()], isChosenBy);
  const options = { fields, top: MAX_VALUES };
  const [totalLeft, totalRight, facetsLeft, facetsRight] = await Promise.all([
    store.count(left),
    store.count(right),
    store.facets(left, options),
    store.facets(right, options),
  ]);
  const differences = fields.flatMap((field, at) =>
    differencesOf(fieldName(field), {
      left: sharesOf(facetsLeft.value[at], totalLeft.value),
      right: sharesOf(facetsRight.value[at], totalRight.value),
    }),
  );
  const answers = [...seen, totalLeft, totalRight, facetsLeft, facetsRight];
  return {
    fields: withoutEchoes(differences)
      .sort((one, other) => Math.abs(other.difference) - Math.abs(one.difference))
      .slice(0, MAX_SHOWN),
    chosenBy: [...isChosenBy].filter((name) => all.has(name)),
    complete: answers.every(({ complete }) => complete),
  };
}

/** By name, with the rows of both sides. */
function inEither(sides: readonly (readonly FieldSeen[])[]): Map<string, FieldSeen> {
  const all = new Map<string, FieldSeen>();
  for (const one of sides.flat()) {
    const name = fieldName(one.field);
    all.set(name, { ...one, rows: one.rows + (all.get(name)?.rows ?? 0) });
  }
  return all;
}

/** The body of an event without a message, and the id of its schema, are its name once more. */
function withoutEchoes(differences: readonly Difference[]): Difference[] {
  const names = new Set(differences.filter(({ field }) => field === 'name').map(({ value }) => value));
  return differences.filter(({ field, value }) => !ECHOES_OF_NAME.has(field) || !names.has(value));
}

/** Both conditions, and the time that both have. */
function within({ where: one, range }: Query, { where: other, range: own }: Query): Query {
  const parts = [one, other].filter((part) => part !== undefined);
  const [only] = parts;
  const where = parts.length > 1 ? ({ kind: 'and', parts } as const) : only;
  return {
    where,
    range: { fromMs: pick(Math.max, range, own, 'fromMs'), toMs: pick(Math.min, range, own, 'toMs') },
  };
}

function pick(
  which: (...ends: number[]) => number,
  one: TimeRange,
  other: TimeRange,
  end: keyof TimeRange,
): number | undefined {
  const ends = [one[end], other[end]].filter((ms) => ms !== undefined);
  return ends.length === 0 ? undefined : which(...ends);
}

/** Undefined where there are more values than were counted. */
function sharesOf(facet: Facet | undefined, total: number): ReadonlyMap<FacetValue, number> | undefined {
  if (facet === undefined || facet.distinct > MAX_VALUES) return undefined;
  return new Map(facet.values.map(({ value, count }) => [value, total === 0 ? 0 : count / total]));
}

type Shares = ReadonlyMap<FacetValue, number> | undefined;

function differencesOf(field: string, { left, right }: { left: Shares; right: Shares }): Difference[] {
  if (left === undefined || right === undefined) return [];
  return [...new Set([...left.keys(), ...right.keys()])].map((value) => {
    const shares = { left: left.get(value) ?? 0, right: right.get(value) ?? 0 };
    return { field, value, ...shares, difference: shares.left - shares.right };
  });
}
