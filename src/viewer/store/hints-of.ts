import { nearestName } from '../../nearest-name.ts';
import { conditionFields } from '../query/condition-fields.ts';
import type { Condition, Field, Query } from '../query/query.ts';
import { fieldName } from '../query/read-field.ts';
import type { EventStore, Funnel, FunnelOptions, Group, GroupOptions, Page } from './event-store.ts';

/** Of a page nobody waits longer for a hint, in milliseconds. */
const WITHIN_MS = 300;

const EVERYTHING = { where: undefined, range: {} };

type Fields = Pick<EventStore, 'fields'>;

/** What was asked, and found nothing. */
interface FoundNothing {
  readonly wheres?: readonly (Condition | undefined)[] | undefined;
  /** By which it was counted, and the like. */
  readonly fields?: readonly (Field | undefined)[] | undefined;
}

/** Of a first page without rows; behind a cursor there may well be none. */
export async function pageHints(
  store: Fields,
  { where }: Query,
  { rows }: Page,
  cursor: string | undefined,
  withinMs?: number,
): Promise<string[]> {
  return rows.length === 0 && cursor === undefined ? hintsOf(store, { wheres: [where] }, withinMs) : [];
}

/** Of groups without rows, a field that all are without, numbers that nobody has, and those that no number can be. */
export async function groupHints(
  store: Fields,
  query: Query,
  options: Pick<GroupOptions, 'by' | 'stats'>,
  groups: readonly Group[],
  withinMs?: number,
): Promise<string[]> {
  const nothing = await hintsOf(store, groupsOfNothing(query, options, groups), withinMs);
  return [...nothing, ...overflowHints(options.stats, groups)];
}

/** Of a funnel that nobody comes into, and a field that splits nobody. */
export function funnelHints(
  store: Fields,
  { where }: Query,
  { steps: wheres, by, split: splitBy }: Pick<FunnelOptions, 'steps' | 'by' | 'split'>,
  { steps, split = [] }: Funnel,
  withinMs?: number,
): Promise<string[]> {
  const isEmpty = steps[0]?.people === 0;
  const isSplit = split.some(({ value }) => value !== undefined);
  const nothing = {
    wheres: isEmpty ? [where, ...wheres] : [],
    fields: [isEmpty ? by : undefined, isSplit ? undefined : splitBy],
  };
  return hintsOf(store, nothing, withinMs);
}

function groupsOfNothing(
  { where }: Query,
  { by, stats = [] }: Pick<GroupOptions, 'by' | 'stats'>,
  groups: readonly Group[],
): FoundNothing {
  if (groups.every(({ count }) => count === 0)) return { wheres: [where] };
  const isWithout = groups.every(({ value }) => value === undefined);
  const empty = stats.filter((_, at) => groups.every((group) => !group.stats[at]));
  return { fields: [isWithout ? by : undefined, ...empty.map(({ field }) => field)] };
}

/** Which numbers are beyond what a number can be: answers have none in their place. */
function overflowHints(stats: GroupOptions['stats'] = [], groups: readonly Group[]): string[] {
  return stats.flatMap(({ stat, field }, at) =>
    groups.some((group) => Math.abs(group.stats[at] ?? 0) === Number.POSITIVE_INFINITY)
      ? [`${stat}:${fieldName(field)} is beyond what a number can be, ${Number.MAX_VALUE.toPrecision(3)}`]
      : [],
  );
}

/** Why nothing may have been found: fields that no row has, and which may have been meant. */
async function hintsOf(
  store: Fields,
  { wheres = [], fields = [] }: FoundNothing,
  withinMs = WITHIN_MS,
): Promise<string[]> {
  const given = fields.filter((field) => field !== undefined);
  const asked = [...wheres.flatMap(conditionFields), ...given].filter(({ of }) => of !== 'row');
  if (asked.length === 0) return [];
  const { value, complete } = await store.fields(EVERYTHING, { withinMs });
  // Of rows that were not looked at nothing can be said.
  if (!complete) return [];
  const known = new Set(value.map(({ field }) => fieldName(field)));
  // `data.total` is two fields, of which one is enough.
  const names = new Set(asked.map((field) => fieldName(field).replace(/^(?:attributes\.)?data\./, '')));
  return [...names].filter((name) => !isKnown(name, known)).map((name) => hint(name, [...known]));
}

/** As it is, or as what holds others. */
function isKnown(name: string, known: ReadonlySet<string>): boolean {
  const names = [name, `data.${name}`, `attributes.data.${name}`];
  return [...known].some((one) => names.some((own) => one === own || one.startsWith(`${own}.`)));
}

function hint(name: string, known: readonly string[]): string {
  const meant = known.find((one) => one.endsWith(`.${name}`)) ?? nearestName(name, known);
  return `no row has a field ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
