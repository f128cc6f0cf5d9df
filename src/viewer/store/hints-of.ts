import { nearestName } from '../../nearest-name.ts';
import { conditionFields } from '../query/condition-fields.ts';
import type { Condition, Field, Query } from '../query/query.ts';
import { fieldName } from '../query/read-field.ts';
import type { EventStore, Funnel, Group, GroupOptions, Page } from './event-store.ts';

/** Of a page nobody waits longer for a hint, in milliseconds. */
const WITHIN_MS = 300;

const EVERYTHING = { where: undefined, range: {} };

/** What was asked, and found nothing. */
export interface FoundNothing {
  readonly wheres: readonly (Condition | undefined)[];
  /** By which it was counted, and the like. */
  readonly fields?: readonly Field[] | undefined;
}

/** What of groups found nothing: a query that no row fits, a field by which all are without, numbers that nobody has. */
export function groupsOfNothing(
  groups: readonly Group[],
  { where }: Query,
  { by, stats = [] }: Pick<GroupOptions, 'by' | 'stats'>,
): FoundNothing {
  if (groups.every(({ count }) => count === 0)) return { wheres: [where] };
  const isWithout = by !== undefined && groups.every(({ value }) => value === undefined);
  const empty = stats.filter((_, at) => groups.every((group) => !group.stats[at]));
  return { wheres: [], fields: [...(isWithout ? [by] : []), ...empty.map(({ field }) => field)] };
}

/** Which numbers are beyond what a number can be: answers have none in their place. */
export function overflowHints(
  groups: readonly Group[],
  named: readonly { readonly stat: string; readonly name: string }[],
): string[] {
  return named.flatMap(({ stat, name }, at) =>
    groups.some(({ stats }) => Math.abs(stats[at] ?? 0) === Number.POSITIVE_INFINITY)
      ? [`${stat}:${name} is beyond what a number can be, ${Number.MAX_VALUE.toPrecision(3)}`]
      : [],
  );
}

/** The same of a funnel that nobody comes into, and of a field that splits nobody. */
export function funnelOfNothing(
  { steps, split = [] }: Funnel,
  wheres: FoundNothing['wheres'],
  [by, splitBy]: readonly [by: Field | undefined, split: Field | undefined],
): FoundNothing {
  const isSplit = split.some(({ value }) => value !== undefined);
  const fields = [steps[0]?.people === 0 ? by : undefined, isSplit ? undefined : splitBy];
  return {
    wheres: steps[0]?.people === 0 ? wheres : [],
    fields: fields.filter((field) => field !== undefined),
  };
}

/** Of a first page without rows; behind a cursor there may well be none. */
export async function pageHints(
  store: Pick<EventStore, 'fields'>,
  { where }: Query,
  { rows }: Page,
  cursor: string | undefined,
  withinMs?: number,
): Promise<string[]> {
  return rows.length === 0 && cursor === undefined ? hintsOf(store, { wheres: [where] }, withinMs) : [];
}

/** Why nothing may have been found: fields that no row has, and which may have been meant. */
export async function hintsOf(
  store: Pick<EventStore, 'fields'>,
  { wheres, fields = [] }: FoundNothing,
  withinMs = WITHIN_MS,
): Promise<string[]> {
  const asked = [...wheres.flatMap(conditionFields), ...fields].filter(({ of }) => of !== 'row');
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
