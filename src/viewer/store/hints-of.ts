import { nearestName } from '../../nearest-name.ts';
import { conditionFields } from '../query/condition-fields.ts';
import type { Condition, Field, Query } from '../query/query.ts';
import { fieldName } from '../query/read-field.ts';
import {
  type EventStore,
  type Funnel,
  type FunnelOptions,
  type Group,
  type GroupOptions,
  MAX_DISTINCT,
  type Page,
} from './event-store.ts';

/** Of a page nobody waits longer for a hint, in milliseconds. */
const WITHIN_MS = 300;

const EVERYTHING = { where: undefined, range: {} };

type Seen = Pick<EventStore, 'fields' | 'facets'>;

/** More names than these are not looked through. */
const MAX_NAMES = 1000;

const NAME: Field = { of: 'row', name: 'name' };

/** What was asked, and found nothing. */
interface FoundNothing {
  readonly wheres?: readonly (Condition | undefined)[] | undefined;
  /** By which it was counted, and the like. */
  readonly fields?: readonly (Field | undefined)[] | undefined;
}

/** Of a first page without rows; behind a cursor there may well be none. */
export async function pageHints(
  store: Seen,
  { where }: Query,
  { rows }: Page,
  cursor: string | undefined,
  withinMs?: number,
): Promise<string[]> {
  return rows.length === 0 && cursor === undefined ? hintsOf(store, { wheres: [where] }, withinMs) : [];
}

/** Of groups without rows, a field that all are without, numbers that nobody has, those that no number can be, and values that are not told apart. */
export async function groupHints(
  store: Seen,
  query: Query,
  options: Pick<GroupOptions, 'by' | 'stats'>,
  groups: readonly Group[],
  withinMs?: number,
): Promise<string[]> {
  const nothing = await hintsOf(store, groupsOfNothing(query, options, groups), withinMs);
  return [...nothing, ...overflowHints(options.stats, groups), ...distinctHints(options.stats, groups)];
}

/** Of a funnel that nobody comes into, a step to which nobody comes, and a field that splits nobody. */
export function funnelHints(
  store: Seen,
  { where }: Query,
  { steps: wheres, by, split: splitBy }: Pick<FunnelOptions, 'steps' | 'by' | 'split'>,
  { steps, split = [] }: Funnel,
  withinMs?: number,
): Promise<string[]> {
  const isEmpty = steps[0]?.people === 0;
  const isSplit = split.some(({ value }) => value !== undefined);
  const nothing = {
    wheres: [...(isEmpty ? [where] : []), ...wheres.filter((_, at) => steps[at]?.people === 0)],
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

function distinctHints(stats: GroupOptions['stats'] = [], groups: readonly Group[]): string[] {
  const most = MAX_DISTINCT.toLocaleString('en');
  return stats.flatMap(({ stat, field }, at) =>
    stat === 'distinct' && groups.some((group) => group.stats[at] === MAX_DISTINCT)
      ? [`distinct:${fieldName(field)} is ${most} or more: no more values are told apart`]
      : [],
  );
}

/** Why nothing may have been found: fields and names that no row has, and which may have been meant. */
async function hintsOf(
  store: Seen,
  { wheres = [], fields = [] }: FoundNothing,
  withinMs = WITHIN_MS,
): Promise<string[]> {
  const given = fields.filter((field) => field !== undefined);
  const asked = [...wheres.flatMap(conditionFields), ...given].filter(({ of }) => of !== 'row');
  const ofFields = asked.length === 0 ? [] : await fieldHints(store, asked, withinMs);
  const names = [...new Set(wheres.flatMap(namesAskedFor))];
  return names.length === 0 ? ofFields : [...ofFields, ...(await nameHints(store, names, withinMs))];
}

async function fieldHints(store: Seen, asked: readonly Field[], withinMs: number): Promise<string[]> {
  const { value, complete } = await store.fields(EVERYTHING, { withinMs });
  // Of rows that were not looked at nothing can be said.
  if (!complete) return [];
  const known = new Set(value.map(({ field }) => fieldName(field)));
  // `data.total` is two fields, of which one is enough.
  const names = new Set(asked.map((field) => fieldName(field).replace(/^(?:attributes\.)?data\./, '')));
  return [...names]
    .filter((name) => !isKnown(name, known))
    .map((name) => hint(`field ${name}`, name, [...known]));
}

async function nameHints(store: Seen, names: readonly string[], withinMs: number): Promise<string[]> {
  const options = { fields: [NAME], top: MAX_NAMES, withinMs };
  const { value, complete } = await store.facets(EVERYTHING, options);
  const [facet] = value;
  if (!complete || facet === undefined || facet.distinct > MAX_NAMES) return [];
  const known = facet.values.map((one) => String(one.value));
  return names.filter((name) => !known.includes(name)).map((name) => hint(`name ${name}`, name, known));
}

/** What `name:` wants to be exactly; not what it must not be. */
function namesAskedFor(condition: Condition | undefined): string[] {
  switch (condition?.kind) {
    case 'and':
    case 'or':
      return condition.parts.flatMap(namesAskedFor);
    case 'compare': {
      const isName = condition.field.of === 'row' && condition.field.name === 'name' && condition.is === '=';
      return isName && typeof condition.value === 'string' ? [condition.value] : [];
    }
    default:
      return [];
  }
}

/** As it is, or as what holds others. */
function isKnown(name: string, known: ReadonlySet<string>): boolean {
  const names = [name, `data.${name}`, `attributes.data.${name}`];
  return [...known].some((one) => names.some((own) => one === own || one.startsWith(`${own}.`)));
}

function hint(what: string, name: string, known: readonly string[]): string {
  const meant = known.find((one) => one.endsWith(`.${name}`)) ?? nearestName(name, known);
  return `no row has a ${what}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
