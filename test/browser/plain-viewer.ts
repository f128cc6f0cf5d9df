/** Answers what the viewer's API answers, from rows in memory, in the plainest way: for tests of the page. */
import { completing } from '../../src/viewer/query/completing.ts';
import { parseQuery } from '../../src/viewer/query/parse-query.ts';
import type { Field, Query } from '../../src/viewer/query/query.ts';
import { fieldName, readField } from '../../src/viewer/query/read-field.ts';
import { readDuration } from '../../src/viewer/query/read-time.ts';
import type { FacetValue, Row } from '../../src/viewer/store/event-store.ts';
import { holds, leaves, valuesOf } from './plain-holds.ts';

type Params = URLSearchParams;

export class PlainViewer {
  /** The oldest first. */
  rows: Row[] = [];
  readonly #watchers = new Set<(rows: readonly Row[]) => void>();

  add(rows: readonly Row[]): void {
    this.rows = [...this.rows, ...rows].sort((a, b) => a.timeMs - b.timeMs);
    for (const tell of this.#watchers) tell(rows);
  }

  watch(query: string, tell: (rows: readonly Row[]) => void): () => void {
    const asked = parse(query);
    const watcher = (rows: readonly Row[]): void => {
      const found = rows.filter((row) => asked.where === undefined || holds(row, asked.where));
      if (found.length > 0) tell(found);
    };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  answer(path: string, params: Params): unknown {
    const [what = '', id] = path.split('/').map(decodeURIComponent);
    const found = { complete: true, scanned: { rows: this.rows.length, of: this.rows.length, tookMs: 1 } };
    switch (what) {
      case 'events':
        return id === undefined ? { ...this.#page(params), ...found } : this.#row(id);
      case 'traces':
        return {
          rows: this.rows.filter(({ traceId }) => traceId === id).slice(0, 10_000),
          next: null,
          ...found,
        };
      case 'sessions':
      case 'users':
      case 'conversations':
        return { ...this.#story(what, id ?? '', params), ...found };
      case 'histogram':
        return { ...this.#histogram(params), ...found };
      case 'facets':
        return { facets: params.getAll('field').map((field) => this.#facet(field, params)), ...found };
      case 'fields':
        return { fields: this.#fields(params), ...found };
      case 'groups':
        return { groups: this.#groups(params), ...found };
      case 'funnel':
        return { steps: this.#funnel(params), ...found };
      case 'compare':
        return { fields: this.#compare(params), chosenBy: [] };
      case 'complete':
        return this.#complete(params);
      default:
        return undefined;
    }
  }

  #fitting(params: Params): Row[] {
    return this.#of(parse(params.get('q') ?? ''));
  }

  #of({ where, range }: Query): Row[] {
    const from = range.fromMs === undefined ? 0 : this.#placeOf(range.fromMs);
    const to = range.toMs === undefined ? this.rows.length : this.#placeOf(range.toMs);
    const rows = this.rows.slice(from, to);
    return where === undefined ? rows : rows.filter((row) => holds(row, where));
  }

  /** The first place whose row is not before. */
  #placeOf(ms: number): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.rows[middle] as Row).timeMs < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #page(params: Params) {
    const rows = this.#fitting(params);
    if (params.get('order') !== 'oldest') rows.reverse();
    const at = Number(params.get('cursor') ?? 0);
    const end = at + Number(params.get('limit') ?? 100);
    return { rows: rows.slice(at, end), next: end < rows.length ? String(end) : null };
  }

  #row(id: string): unknown {
    const row = this.rows.find((one) => one.id === id);
    return (
      row && { ...row, otlp: { resourceLogs: [{ scopeLogs: [{ logRecords: [{ eventName: row.name }] }] }] } }
    );
  }

  #story(what: string, id: string, params: Params) {
    const by = { sessions: 'session', users: 'user', conversations: 'conversation' }[what] ?? '';
    const limit = Number(params.get('limit') ?? 100);
    const rows = this.rows.filter((row) => valuesOf(row, fieldOf(by)).includes(id));
    return { rows: rows.slice(0, limit), next: rows.length > limit ? String(limit) : null };
  }

  #histogram(params: Params) {
    const query = parse(params.get('q') ?? '');
    const rows = this.#of(query);
    const buckets = Number(params.get('buckets') ?? 60);
    const fromMs = query.range.fromMs ?? rows[0]?.timeMs ?? 0;
    const toMs = query.range.toMs ?? (rows.at(-1)?.timeMs ?? 0) + 1;
    const bucketMs = (toMs - fromMs) / buckets;
    const by = params.get('by');
    const counts = new Array<number>(buckets).fill(0);
    const series = new Map<FacetValue, number[]>();
    for (const row of rows) {
      const at = Math.min(buckets - 1, Math.floor((row.timeMs - fromMs) / bucketMs));
      counts[at] = (counts[at] ?? 0) + 1;
      if (by === null) continue;
      const value = valuesOf(row, fieldOf(by))[0] ?? null;
      const own = series.get(value) ?? new Array<number>(buckets).fill(0);
      own[at] = (own[at] ?? 0) + 1;
      series.set(value, own);
    }
    return {
      fromMs,
      bucketMs,
      counts,
      ...(by && { series: [...series].map(([value, some]) => ({ value, counts: some })) }),
    };
  }

  #facet(field: string, params: Params) {
    const counts = new Map<FacetValue, number>();
    let rows = 0;
    for (const row of this.#fitting(params)) {
      const values = new Set(valuesOf(row, fieldOf(field)));
      if (values.size > 0) rows++;
      for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    const values = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
    return { field, values: values.slice(0, Number(params.get('top') ?? 10)), distinct: values.length, rows };
  }

  #fields(params: Params) {
    const seen = new Map<string, { rows: number; types: Set<string> }>();
    for (const row of this.#fitting(params)) {
      const found = new Map(leaves(row.attributes, '', []));
      for (const [path, value] of found) {
        const field = fieldName({ of: 'attribute', path });
        const entry = seen.get(field) ?? { rows: 0, types: new Set() };
        entry.rows++;
        entry.types.add(typeof value === 'string' ? 'text' : typeof value);
        seen.set(field, entry);
      }
    }
    return [...seen]
      .map(([field, { rows, types }]) => ({ field, rows, types: [...types] }))
      .sort((a, b) => b.rows - a.rows);
  }

  #groups(params: Params) {
    const by = params.get('by');
    const stats = params.getAll('stat').map((stat) => stat.split(/:(.*)/s) as [string, string]);
    const overMs = readDuration(params.get('over') ?? '');
    const groups = Map.groupBy(this.#fitting(params), (row) =>
      by ? valuesOf(row, fieldOf(by))[0] : undefined,
    );
    return [...groups]
      .map(([value, rows]) => ({
        value: value ?? null,
        count: rows.length,
        stats: stats.map(([stat, field]) => statOf(rows, stat, field)),
        ...(overMs && {
          over: [...Map.groupBy(rows, ({ timeMs }) => Math.floor(timeMs / overMs) * overMs)]
            .sort(([a], [b]) => a - b)
            .map(([fromMs, some]) => ({
              fromMs,
              count: some.length,
              stats: stats.map(([stat, field]) => statOf(some, stat, field)),
            })),
        }),
      }))
      .sort((a, b) => b.count - a.count)
      .slice(0, Number(params.get('top') ?? 20));
  }

  #funnel(params: Params) {
    const steps = params.getAll('step').map((step) => parse(step).where);
    const by = fieldOf(params.get('by') ?? 'user');
    const withinMs = readDuration(params.get('within') ?? '') ?? Number.POSITIVE_INFINITY;
    const people = Map.groupBy(this.#fitting(params), (row) => valuesOf(row, by)[0]);
    people.delete(undefined);
    const reached = steps.map(() => [] as { who: FacetValue; at: Row; rows: Row[] }[]);
    for (const [who, rows] of people) {
      let first: Row | undefined;
      let at = 0;
      for (const row of rows) {
        const step = steps[at];
        if (step !== undefined && !holds(row, step)) continue;
        first ??= row;
        if (row.timeMs - first.timeMs > withinMs) break;
        reached[at]?.push({ who: who as FacetValue, at: row, rows });
        if (++at === steps.length) break;
      }
    }
    return reached.map((here, at) => {
      const went = new Set(reached[at + 1]?.map(({ who }) => who));
      const left = at === steps.length - 1 ? [] : here.filter(({ who }) => !went.has(who));
      const next = left.flatMap((one) => one.rows[one.rows.indexOf(one.at) + 1]?.name ?? []);
      const names = [...Map.groupBy(next, (name) => name)].map(([name, all]) => ({
        name,
        people: all.length,
      }));
      return {
        people: here.length,
        medianMs: at === 0 ? null : 1000,
        droppedOff: left.slice(0, 100).map(({ who }) => who),
        next: names.sort((a, b) => b.people - a.people).slice(0, 10),
      };
    });
  }

  #compare(params: Params) {
    const sides = ['left', 'right'].map((side) => {
      const where = parse(params.get(side) ?? '').where;
      const rows = this.#fitting(params).filter((row) => where === undefined || holds(row, where));
      const counts = new Map<string, number>();
      for (const row of rows) {
        for (const key of new Set(leaves(row.attributes, '', []).map((leaf) => JSON.stringify(leaf)))) {
          counts.set(key, (counts.get(key) ?? 0) + 1 / rows.length);
        }
      }
      return counts;
    });
    const [left, right] = sides as [Map<string, number>, Map<string, number>];
    return [...new Set([...left.keys(), ...right.keys()])]
      .map((key) => {
        const [field, value] = JSON.parse(key) as [string, FacetValue];
        const shares = { left: left.get(key) ?? 0, right: right.get(key) ?? 0 };
        return { field, value, ...shares, difference: shares.left - shares.right };
      })
      .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference))
      .slice(0, 20);
  }

  #complete(params: Params) {
    const q = params.get('q') ?? '';
    const found = completing(q, Number(params.get('at') ?? q.length));
    if (found === undefined) return { from: 0, to: 0, proposals: [] };
    const { what, fields, prefix, from, to } = found;
    if (what === 'value') {
      const facet = this.#facet(fieldName(fields[0] as Field), new URLSearchParams({ top: '1000' }));
      const fitting = facet.values.filter(({ value }) => String(value).startsWith(prefix)).slice(0, 8);
      return {
        from,
        to,
        proposals: fitting.map(({ value, count }) => ({ text: JSON.stringify(value), note: `${count}` })),
      };
    }
    const names = [
      'name',
      'severity',
      'service',
      ...this.#fields(new URLSearchParams()).map(({ field }) => field),
    ];
    const fitting = names.filter((name) => prefix !== '' && name.startsWith(prefix)).slice(0, 8);
    return { from, to, proposals: fitting.map((name) => ({ text: `${name}:`, note: 'field' })) };
  }
}

function parse(query: string): Query {
  return parseQuery(query, Date.now());
}

function fieldOf(name: string): Field {
  return readField(name)[0] as Field;
}

function statOf(rows: readonly Row[], stat: string, field: string): number | null {
  const numbers = rows
    .flatMap((row) => valuesOf(row, fieldOf(field)))
    .filter((value) => typeof value === 'number')
    .sort((a, b) => a - b);
  if (numbers.length === 0) return null;
  if (stat === 'avg') return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const rank = { min: 0, p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, max: 1 }[stat] ?? 1;
  return numbers[Math.min(numbers.length - 1, Math.floor(rank * numbers.length))] ?? null;
}
