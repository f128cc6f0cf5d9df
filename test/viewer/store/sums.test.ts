import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import type { Field, Query } from '../../../src/viewer/query/query.ts';
import { STATS } from '../../../src/viewer/store/event-store.ts';
import { answerQuestion } from '../../../src/viewer/store/read/answer-question.ts';
import type { ReadStore } from '../../../src/viewer/store/read/read-store.ts';
import { FIELDS, makeCondition, makeQuery } from './made-query.ts';
import { Dice, type MadeRow, makeRows, requestsOf } from './made-rows.ts';
import { fits, timeMs } from './plain-scan.ts';
import * as plain from './plain-sums.ts';
import { storeUnderTest, wired } from './store-under-test.ts';

const BOUNDS = { withinMs: 60_000 };

/** How many questions are asked of each store; more find more, and take longer. */
const QUESTIONS = Number(process.env.STORE_QUESTIONS ?? 60);

interface Filled {
  readonly dice: Dice;
  readonly reader: ReadStore;
  readonly rows: readonly MadeRow[];
}

function filled(t: TestContext, seed: number): Filled {
  const dice = new Dice(seed);
  const { writer, reader } = storeUnderTest(t);
  const rows = makeRows(dice, 900);
  for (const request of requestsOf(rows)) writer.ingest([wired(request)]);
  reader.refreshFiles();
  return { dice, reader, rows };
}

/** Asks of random rows, and hands over those that fit. */
function askedOf(
  { dice, rows }: Filled,
  ask: (query: Query, fitting: readonly MadeRow[], said: string) => void,
  questions = QUESTIONS,
): void {
  for (let asked = 0; asked < questions; asked++) {
    const query = makeQuery(dice, rows);
    ask(
      query,
      rows.filter((row) => fits(row, query)),
      inspect(query, { depth: null }),
    );
  }
}

test('facets are those of a plain scan', (t) => {
  const store = filled(t, 11);
  askedOf(store, (query, fitting, said) => {
    const fields = [store.dice.of(FIELDS), store.dice.of(FIELDS)];
    const options = { ...BOUNDS, fields, top: 5 };
    const { value } = answerQuestion(store.reader, 'facets', { query, options });
    const expected = fields.map((field) => {
      const counts = plain.tally(fitting, field);
      const without = counts.find((one) => one.value === undefined)?.count ?? 0;
      const values = counts.filter((one) => one.value !== undefined);
      return { field, values: values.slice(0, 5), distinct: values.length, rows: fitting.length - without };
    });
    assert.deepEqual(value, expected, said);
  });
});

test('histograms are those of a plain scan, with series by a value', (t) => {
  const store = filled(t, 12);
  askedOf(store, (query, fitting, said) => {
    const by = store.dice.chance(0.6) ? store.dice.of(FIELDS) : undefined;
    const buckets = 1 + store.dice.below(40);
    const options = { ...BOUNDS, buckets, by };
    const { value } = answerQuestion(store.reader, 'histogram', { query, options });
    const { fromMs, bucketMs } = value;
    const plainly = (rows: readonly MadeRow[]): number[] => plain.histogram(rows, fromMs, bucketMs, buckets);
    assert.deepEqual(value.counts, plainly(fitting), said);
    if (query.range.fromMs !== undefined) assert.equal(fromMs, query.range.fromMs);
    if (by !== undefined)
      assert.deepEqual(value.series, seriesOf(fitting, by, plainly), `${said} ${JSON.stringify(by)}`);
  });
});

function seriesOf(
  rows: readonly MadeRow[],
  by: Field,
  plainly: (rows: readonly MadeRow[]) => number[],
): unknown {
  const valuesOf = new Map(rows.map((row) => [row, plain.tally([row], by).map(({ value }) => value)]));
  const top = plain
    .tally(rows, by)
    .flatMap(({ value }) => (value === undefined ? [] : [value]))
    .slice(0, 8);
  const having = (isWanted: (values: unknown[]) => boolean): MadeRow[] =>
    rows.filter((row) => isWanted(valuesOf.get(row) ?? []));
  const isNone = (values: unknown[]): boolean => values[0] === undefined;
  const series = top.map((value) => ({
    value: value as unknown,
    counts: plainly(having((values) => values.includes(value) || (value === null && isNone(values)))),
  }));
  const none = having(isNone);
  if (none.length > 0 && !top.includes(null)) series.push({ value: null, counts: plainly(none) });
  const others = having((values) =>
    values.some((value) => value !== undefined && !top.includes(value as null)),
  );
  if (others.length > 0) series.push({ value: undefined, counts: plainly(others) });
  return series;
}

test('groups and their numbers are those of a plain scan, over time too', (t) => {
  const store = filled(t, 13);
  askedOf(store, (query, fitting, said) => {
    const { dice } = store;
    const stats = Array.from({ length: dice.below(4) }, () => ({
      stat: dice.of(STATS),
      field: dice.of<Field>([...FIELDS, { of: 'attribute', path: 'total' }, { of: 'row', name: 'duration' }]),
    }));
    const by = dice.chance(0.8) ? dice.of(FIELDS) : undefined;
    const options = { by, stats, top: 6, overMs: dice.chance(0.4) ? 7000 : undefined };
    const { value } = answerQuestion(store.reader, 'group', { query, options: { ...BOUNDS, ...options } });
    assert.deepEqual(
      rounded(value),
      rounded(plain.groups(fitting, options)),
      `${said} ${JSON.stringify(options)}`,
    );
  });
});

/** Sums differ by the order in which they are made. */
function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, one) => (typeof one === 'number' ? Number(one.toPrecision(9)) : one)),
  );
}

test('funnels are those of a plain scan that tries every way', (t) => {
  const store = filled(t, 14);
  const { dice, reader, rows } = store;
  for (let asked = 0; asked < QUESTIONS; asked++) {
    const query = dice.chance(0.5) ? makeQuery(dice, rows) : { where: undefined, range: {} };
    const steps = Array.from({ length: 2 + dice.below(3) }, () =>
      dice.chance(0.7)
        ? ({
            kind: 'compare',
            field: { of: 'row', name: 'name' },
            is: '=',
            value: dice.of(rows).name,
          } as const)
        : makeCondition(dice, rows, 3),
    );
    const by = dice.of<Field>([{ of: 'row', name: 'user' }, { of: 'row', name: 'session' }, dice.of(FIELDS)]);
    const windowMs = dice.of([500, 3000, 20_000, 1e9]);
    const split = dice.chance(0.5) ? dice.of(FIELDS) : undefined;
    const options = { ...BOUNDS, steps, by, withinWindowMs: windowMs, split };
    const { value } = answerQuestion(reader, 'funnel', { query, options });
    const numbered = rows.map((row, seq) => ({ row, seq })).filter(({ row }) => fits(row, query));
    const expected = plain.funnel(numbered, { steps, by, windowMs, split });
    const { split: parts, ...whole } = value;
    const wanted = expected.split?.slice(0, 50);
    assert.deepEqual(whole, { steps: expected.steps }, inspect([query, options], { depth: null }));
    assert.deepEqual(parts, wanted, inspect([query, options], { depth: null }));
  }
});

test('fields are those that rows have, with their types', (t) => {
  const store = filled(t, 15);
  askedOf(
    store,
    (query, fitting, said) => {
      const { value } = answerQuestion(store.reader, 'fields', { query, options: BOUNDS });
      const key = ({ field }: { field: Field }): string => JSON.stringify(field);
      const sorted = (list: readonly { field: Field }[]): unknown =>
        [...list].sort((one, other) => (key(one) < key(other) ? -1 : 1));
      assert.deepEqual(
        sorted(value.filter(({ field }) => field.of !== 'row')),
        sorted(plain.fields(fitting)),
        said,
      );
      for (const { field, rows } of value.filter((one) => one.field.of === 'row')) {
        const having = fitting.filter((row) => plain.tally([row], field)[0]?.value !== undefined);
        assert.equal(rows, having.length, `${said} ${key({ field })}`);
      }
    },
    QUESTIONS / 5,
  );
});

test('a trace and a story are all of their rows, oldest first', (t) => {
  const { reader, rows } = filled(t, 16);
  const ask = (value: string, name: 'trace' | 'session'): string[] => {
    const query = {
      where: { kind: 'compare', field: { of: 'row', name }, is: '=', value },
      range: {},
    } as const;
    const page = answerQuestion(reader, 'story', { query, options: { order: 'oldest' } });
    return page.rows.map(({ timeUnixNano }) => timeUnixNano);
  };
  const trace = rows.find(({ traceId }) => traceId !== '')?.traceId as string;
  const expected = rows
    .filter(({ traceId }) => traceId === trace)
    .sort((one, other) => timeMs(one) - timeMs(other));
  assert.ok(expected.length > 3);
  assert.deepEqual(
    ask(trace, 'trace'),
    expected.map(({ nanos }) => String(nanos)),
  );
  const session = rows.filter(({ attributes }) => attributes['session.id'] === 's-300');
  assert.equal(ask('s-300', 'session').length, session.length);
});
