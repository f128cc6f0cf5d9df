/** The main questions, for the store and for plain SQLite. */
import type { Condition, Field, Query } from '../../src/viewer/query/query.ts';
import { answerQuestion } from '../../src/viewer/store/read/answer-question.ts';
import type { ReadStore } from '../../src/viewer/store/read/read-store.ts';
import type { DuckStore } from './duck-store.ts';
import { DAY_MS, START_MS } from './made-traffic.ts';
import type { PlainStore } from './plain-store.ts';

export interface BenchQuestion {
  readonly name: string;
  /** Of the issue, p50 in ms at a million rows. */
  readonly goalMs: number;
  /** Each gives a number that all must give, where they can. */
  readonly store: (store: ReadStore) => unknown;
  readonly plain: (store: PlainStore) => unknown;
  readonly duck: (store: DuckStore) => Promise<unknown>;
}

const row = (name: Extract<Field, { of: 'row' }>['name']): Field => ({ of: 'row', name });
const attribute = (path: string): Field => ({ of: 'attribute', path });
const is = (field: Field, value: string | number, operator: '=' | '>' | 'like' = '='): Condition => ({
  kind: 'compare',
  field,
  is: operator,
  value,
});
const everything = (where?: Condition): Query => ({ where, range: {} });
const OPTIONS = { withinMs: 60_000 };

/** Values that are there. */
export interface Samples {
  readonly user: string;
  readonly session: string;
  readonly trace: string;
}

export function samplesOf(store: ReadStore): Samples {
  const query = everything({ kind: 'exists', field: attribute('cart.id') });
  const { rows } = answerQuestion(store, 'page', { query, options: { limit: 50 } });
  const [found] = rows.slice(-1);
  return {
    user: String(found?.attributes['user.id']),
    session: String(found?.attributes['session.id']),
    trace: String(found?.traceId),
  };
}

/** @param days - of several the last one is asked for */
export function benchQuestions({ user, session, trace }: Samples, days = 1): BenchQuestion[] {
  const [fromMs, toMs] = [START_MS + (days - 1) * DAY_MS, START_MS + days * DAY_MS];
  const range = days === 1 ? {} : { fromMs, toMs };
  const isInRange = days === 1 ? 'true' : `time >= ${fromMs} and time < ${toMs}`;
  const asked = (where?: Condition): Query => ({ where, range });
  const page = (name: string, goalMs: number, where: Condition | undefined, sql: Sql): BenchQuestion => {
    const rows = ({ plain, duck }: Both): Both => ({ plain: select(plain), duck: select(duck) });
    const select = (condition: string): string =>
      `select * from rows where ${condition} and ${isInRange} order by time desc limit 100`;
    return question(name, goalMs, rows(bothOf(sql)), countOf, (store) => {
      return answerQuestion(store, 'page', { query: asked(where), options: { ...OPTIONS, limit: 100 } }).rows
        .length;
    });
  };
  const count = (name: string, goalMs: number, where: Condition, sql: Sql): BenchQuestion => {
    const both = bothOf(sql);
    const select = (condition: string): string =>
      `select count(*) as n from rows where ${condition} and ${isInRange}`;
    const counted = { plain: select(both.plain), duck: select(both.duck) };
    return question(name, goalMs, counted, firstNumber, (store) => {
      return answerQuestion(store, 'count', { query: asked(where), options: OPTIONS }).value;
    });
  };
  const locale = json('"event.context".locale');
  const currency = json('currency');
  const total = `cast(${json('total')} as double)`;
  const bucketOf = (parts: number): string =>
    `cast(floor((time - ${fromMs}) / ${DAY_MS / parts}) as integer)`;
  const message = is(attribute('exception.message'), '*eclined by*', 'like');
  const steps = STEPS.map((name) => is(row('name'), name));
  const buckets = 60;
  return [
    page('newest page', 5, undefined, 'true'),
    page('page, name =', 10, is(row('name'), 'checkout.completed'), "name = 'checkout.completed'"),
    page('page, user =', 10, is(row('user'), user), `"user" = '${user}'`),
    page(
      'page, any attribute = common',
      10,
      is(attribute('event.context.locale'), 'de-DE'),
      `${locale} = 'de-DE'`,
    ),
    page(
      'page, any attribute = rare',
      10,
      is(attribute('cart.id'), 'cart_none12'),
      `${json('cart.id')} = 'cart_none12'`,
    ),
    page('page, attribute >', 20, is(attribute('total'), 500, '>'), `${total} > 500`),
    count('count, attribute >', 20, is(attribute('total'), 300, '>'), `${total} > 300`),
    page('page, word', 20, { kind: 'text', text: 'declined' }, WORD),
    question(
      'count, word',
      20,
      {
        // Of all rows the index says it alone.
        plain: `select count(*) as n from ${days === 1 ? "texts where texts match 'declined'" : `rows where ${WORD.plain} and ${isInRange}`}`,
        duck: `select count(*) as n from rows where ${WORD.duck} and ${isInRange}`,
      },
      firstNumber,
      (store) =>
        answerQuestion(store, 'count', { query: asked({ kind: 'text', text: 'declined' }), options: OPTIONS })
          .value,
    ),
    page('page, substring', 100, message, `${json('"exception.message"')} like '%eclined by%'`),
    count(
      'count, substring of bodies',
      100,
      is(row('body'), '*ecline*', 'like'),
      "body like '%ecline%'", // Of 3 in 10 events it is a text that no other has.
    ),
    question(
      'histogram, 60',
      20,
      `select ${bucketOf(buckets)} as b, count(*) from rows where ${isInRange} group by b`,
      countOf,
      (store) =>
        answerQuestion(store, 'histogram', { query: asked(), options: { ...OPTIONS, buckets } }).value.counts
          .length,
    ),
    question(
      'histogram, attribute =',
      20,
      `select ${bucketOf(buckets)} as b, count(*) from rows where ${locale} = 'de-DE' and ${isInRange} group by b`,
      countOf,
      (store) => {
        const query = asked(is(attribute('event.context.locale'), 'de-DE'));
        return answerQuestion(store, 'histogram', { query, options: { ...OPTIONS, buckets } }).value.counts
          .length;
      },
    ),
    question(
      'facet, all rows',
      20,
      `select count(*) as n, ${locale} as v from rows where v is not null and ${isInRange} group by v order by n desc limit 10`,
      firstNumber,
      (store) => {
        const options = { ...OPTIONS, fields: [attribute('event.context.locale')] };
        return answerQuestion(store, 'facets', { query: asked(), options }).value[0]?.values[0]?.count;
      },
    ),
    question(
      'group by, avg and p95, 24 parts',
      20,
      {
        // SQLite has no percentiles.
        plain: `select ${currency} as v, ${bucketOf(24)} as b, avg(${total}) from rows where ${isInRange} group by v, b`,
        duck: `select ${currency} as v, ${bucketOf(24)} as b, avg(${total}), quantile_disc(${total}, 0.95) from rows
          where ${isInRange} group by v, b`,
      },
      (rows) => new Set(rows.map(({ v }) => v)).size,
      (store) => {
        const field = attribute('total');
        const stats = [{ stat: 'avg', field } as const, { stat: 'p95', field } as const];
        const options = { ...OPTIONS, by: attribute('currency'), overMs: DAY_MS / 24, stats };
        return answerQuestion(store, 'group', { query: asked(), options }).value.length;
      },
    ),
    question(
      'funnel of 3 by user, 30 min',
      60,
      `select "user", time, name from rows where name in (${STEPS.map((name) => `'${name}'`).join(', ')})
        and "user" is not null and ${isInRange} order by "user", time`,
      (rows) => plainFunnel(rows, STEPS, WINDOW_MS),
      (store) => {
        const options = { ...OPTIONS, steps, by: row('user'), withinWindowMs: WINDOW_MS };
        const { value } = answerQuestion(store, 'funnel', { query: asked(), options });
        return value.steps.map(({ people }) => people);
      },
    ),
    page('one trace', 5, is(row('trace'), trace), `trace = '${trace}'`),
    page('one session', 5, is(row('session'), session), `session = '${session}'`),
  ];
}

const STEPS = ['product.viewed', 'cart.item_added', 'checkout.started'];
const WINDOW_MS = 30 * 60_000;

/** DuckDB's own full text is an extension that is fetched when it is used, and is not kept up to date with what comes. */
const WORD = {
  plain: "id in (select rowid from texts where texts match 'declined')",
  duck: "regexp_matches(words, '(?i)\\bdeclined\\b')",
};

interface Both {
  readonly plain: string;
  readonly duck: string;
}

/** The same for both, or for each its own. */
type Sql = string | Both;

type SqlRows = readonly Readonly<Record<string, unknown>>[];

function bothOf(sql: Sql): Both {
  return typeof sql === 'string' ? { plain: sql, duck: sql } : sql;
}

function json(path: string): string {
  return `(attributes ->> '$.${path}')`;
}

/** @param numberOf - what the rows of an answer say */
function question(
  name: string,
  goalMs: number,
  sql: Sql,
  numberOf: (rows: SqlRows) => unknown,
  store: BenchQuestion['store'],
): BenchQuestion {
  const { plain, duck } = bothOf(sql);
  return {
    name,
    goalMs,
    store,
    plain: ({ db }) => numberOf(db.prepare(plain).all()),
    duck: async (other) => numberOf(await other.ask(duck)),
  };
}

function countOf(rows: SqlRows): number {
  return rows.length;
}

function firstNumber([row]: SqlRows): number {
  return Number(row?.n);
}

/** As SQL gives the events, and a loop. */
function plainFunnel(events: SqlRows, names: readonly string[], windowMs: number): number[] {
  const people = names.map(() => 0);
  let [user, reached]: [unknown, number] = [undefined, 0];
  let starts: (number | undefined)[] = [];
  const end = (): void => {
    for (let step = 0; step < reached; step++) people[step] = (people[step] as number) + 1;
  };
  for (const event of events) {
    if (event.user !== user) {
      end();
      user = event.user;
      reached = 0;
      starts = [];
    }
    const step = names.indexOf(event.name as string);
    const time = event.time as number;
    const before = step === 0 ? time : starts[step - 1];
    if (before === undefined || time - before > windowMs) continue;
    starts[step] = Math.max(starts[step] ?? 0, before);
    reached = Math.max(reached, step + 1);
  }
  end();
  return people;
}
