/** What questions about many rows must answer, worked out on their own. */
import type { Condition, Field } from '../../../src/viewer/query/query.ts';
import type {
  FacetValue,
  FieldSeen,
  Funnel,
  FunnelStep,
  Group,
  GroupOptions,
  Stat,
} from '../../../src/viewer/store/event-store.ts';
import { LARGE, type MadeRow, type Plain } from './made-rows.ts';
import { holds, timeMs, valuesOf } from './plain-scan.ts';

type Value = FacetValue | undefined;

/** What is compared: of integers that rows have as texts these. */
const exact = (value: Value): Value | bigint =>
  LARGE.includes(String(value)) ? BigInt(String(value)) : value;

const kindRank = (value: Value | bigint): number =>
  value === undefined
    ? 4
    : value === null
      ? 3
      : { string: 0, number: 1, bigint: 1, boolean: 2 }[typeof value as 'string'];

export function inOrder(one: Value, other: Value): number {
  const [first, second] = [exact(one), exact(other)];
  const kinds = kindRank(first) - kindRank(second);
  if (kinds !== 0) return kinds;
  if (one === other) return 0;
  if ((first as number) < (second as number)) return -1;
  return (first as number) > (second as number) || typeof one !== 'number' ? 1 : -1;
}

/** How many rows have each value; undefined: none. */
export function tally(rows: readonly MadeRow[], field: Field): { value: Value; count: number }[] {
  const counts = new Map<Value, number>();
  for (const row of rows) {
    const values = new Set<Value>(valuesOf(row, field));
    if (values.size === 0) values.add(undefined);
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((one, other) => other.count - one.count || inOrder(one.value, other.value));
}

export function histogram(
  rows: readonly MadeRow[],
  fromMs: number,
  bucketMs: number,
  buckets: number,
): number[] {
  const counts = new Array<number>(buckets).fill(0);
  for (const row of rows) {
    const bucket = Math.min(buckets - 1, Math.max(0, Math.floor((timeMs(row) - fromMs) / bucketMs)));
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  return counts;
}

function statOf(rows: readonly MadeRow[], stat: Stat, field: Field): number | undefined {
  const values = rows.flatMap((row) => valuesOf(row, field));
  if (stat === 'distinct') return new Set(values).size;
  const numbers = values
    .filter((value) => typeof value === 'number' || LARGE.includes(String(value)))
    .map(Number)
    .sort((one, other) => one - other);
  if (numbers.length === 0) return undefined;
  const sum = numbers.reduce((total, number) => total + number, 0);
  if (stat === 'sum') return sum;
  if (stat === 'avg') return sum / numbers.length;
  if (stat === 'min') return numbers[0];
  if (stat === 'max') return numbers.at(-1);
  const part = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 }[stat];
  return numbers.find((_, at) => at + 1 >= part * numbers.length);
}

export function groups(
  rows: readonly MadeRow[],
  { by, stats = [], overMs, top = 20 }: GroupOptions,
): Group[] {
  const sums = (own: readonly MadeRow[]) => ({
    count: own.length,
    stats: stats.map(({ stat, field }) => statOf(own, stat, field)),
  });
  const found = by === undefined ? [{ value: undefined as Value }] : tally(rows, by).slice(0, top);
  return found.map(({ value }) => {
    const own = rows.filter((row) => {
      if (by === undefined) return true;
      const values = valuesOf(row, by);
      return value === undefined ? values.length === 0 : values.includes(value);
    });
    const all = { value, ...sums(own) };
    if (overMs === undefined) return all;
    const starts = [...new Set(own.map((row) => Math.floor(timeMs(row) / overMs) * overMs))];
    starts.sort((one, other) => one - other);
    const over = starts.map((fromMs) => ({
      fromMs,
      ...sums(own.filter((row) => timeMs(row) >= fromMs && timeMs(row) < fromMs + overMs)),
    }));
    return { ...all, over };
  });
}

/** The value that stands for a row: a text, else a number, else another. */
function first(row: MadeRow, field: Field): Value {
  const values = valuesOf(row, field);
  return (
    values.find((value) => typeof value === 'string') ??
    values.find((value) => typeof value === 'number') ??
    values[0]
  );
}

interface Numbered {
  readonly row: MadeRow;
  readonly seq: number;
}

interface Person {
  readonly value: FacetValue;
  /** When each step was reached first: the event, and the time from the step before. */
  readonly reached: readonly { readonly at: number; readonly tookMs: number; readonly start: number }[];
  readonly own: readonly Numbered[];
}

/** Every way is tried: for each event and step the latest beginning of a way that ends there. */
function personOf(
  value: FacetValue,
  own: readonly Numbered[],
  steps: readonly (Condition | undefined)[],
  windowMs: number,
): Person {
  const ms = (at: number): number => timeMs((own[at] as Numbered).row);
  const starts: (number | undefined)[][] = [];
  const reached: Person['reached'][number][] = [];
  for (const [step, where] of steps.entries()) {
    let isFirst = true;
    starts.push(
      own.map(({ row }, at) => {
        if (where !== undefined && !holds(row, where)) return undefined;
        if (step === 0) {
          if (isFirst) reached.push({ at, tookMs: 0, start: at });
          isFirst = false;
          return at;
        }
        const before = starts[step - 1] as (number | undefined)[];
        let best: number | undefined;
        let from = -1;
        for (let earlier = 0; earlier < at; earlier++) {
          const start = before[earlier];
          if (start === undefined || (best !== undefined && ms(start) <= ms(best))) continue;
          best = start;
          from = earlier;
        }
        if (best === undefined || ms(at) - ms(best) > windowMs) return undefined;
        if (isFirst) reached.push({ at, tookMs: ms(at) - ms(from), start: best });
        isFirst = false;
        return best;
      }),
    );
    if (reached.length <= step) break;
  }
  return { value, reached, own };
}

export function funnel(
  rows: readonly Numbered[],
  {
    steps,
    by,
    windowMs,
    split,
  }: { steps: readonly (Condition | undefined)[]; by: Field; windowMs: number; split?: Field | undefined },
): Funnel {
  const people = new Map<FacetValue, Numbered[]>();
  for (const one of rows) {
    const value = first(one.row, by);
    if (value !== undefined) people.set(value, [...(people.get(value) ?? []), one]);
  }
  const persons = [...people].map(([value, own]) => {
    own.sort((one, other) => timeMs(one.row) - timeMs(other.row) || one.seq - other.seq);
    return personOf(value, own, steps, windowMs);
  });
  const told = (some: readonly Person[]): FunnelStep[] =>
    steps.map((_, step) => {
      const came = some.filter(({ reached }) => reached.length > step);
      const left = step === steps.length - 1 ? [] : came.filter(({ reached }) => reached.length === step + 1);
      const took = came
        .map(({ reached }) => reached[step]?.tookMs as number)
        .sort((one, other) => one - other);
      const next = left.flatMap(({ reached, own }) => {
        const later = own.slice((reached.at(-1)?.at as number) + 1).find(({ row }) => row.name !== '');
        return later === undefined ? [] : [later.row.name];
      });
      const counts = [...new Set(next)].map((name) => ({
        name,
        people: next.filter((one) => one === name).length,
      }));
      return {
        people: came.length,
        ...(step === 0 || came.length === 0
          ? {}
          : { medianMs: took[Math.floor((took.length - 1) / 2)] as number }),
        droppedOff: left
          .map(({ value }) => value)
          .sort(inOrder)
          .slice(0, 100),
        next: counts
          .sort((one, other) => other.people - one.people || (one.name < other.name ? -1 : 1))
          .slice(0, 10),
      };
    });
  if (split === undefined) return { steps: told(persons) };
  const began = persons.filter(({ reached }) => reached.length > 0);
  const part = ({ own, reached }: Person): Value => {
    const start = own[reached.at(-1)?.start as number];
    return start === undefined ? undefined : first(start.row, split);
  };
  const parts = [...new Set(began.map(part))].map((value) => ({
    value,
    some: began.filter((one) => part(one) === value),
  }));
  parts.sort((one, other) => other.some.length - one.some.length || inOrder(one.value, other.value));
  return { steps: told(persons), split: parts.map(({ value, some }) => ({ value, steps: told(some) })) };
}

function paths(value: Plain, path: string, out: Map<string, Set<string>>): Map<string, Set<string>> {
  if (Array.isArray(value)) for (const item of value) paths(item, path, out);
  else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) paths(item, path === '' ? key : `${path}.${key}`, out);
  } else {
    const type = value === null ? 'null' : typeof value === 'string' ? 'text' : typeof value;
    out.set(path, (out.get(path) ?? new Set()).add(type));
  }
  return out;
}

/** The fields of attributes and resources. */
export function fields(rows: readonly MadeRow[]): FieldSeen[] {
  const seen = new Map<string, { field: Field; rows: number; types: Set<string> }>();
  for (const row of rows) {
    for (const kind of ['attribute', 'resource'] as const) {
      const found = paths(kind === 'attribute' ? row.attributes : row.resource, '', new Map());
      for (const [path, types] of found) {
        const one = seen.get(`${kind} ${path}`) ?? {
          field: { of: kind, path },
          rows: 0,
          types: new Set<string>(),
        };
        one.rows++;
        for (const type of types) one.types.add(type);
        seen.set(`${kind} ${path}`, one);
      }
    }
  }
  return [...seen.values()].map(({ types, ...rest }) => ({
    ...rest,
    types: [...types].sort() as FieldSeen['types'],
  }));
}
