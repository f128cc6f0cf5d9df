/** The main questions, for the store and for plain SQLite. */
import type { Condition, Field, Query } from '../../src/viewer/query/query.ts';
import { answerQuestion } from '../../src/viewer/store/read/answer-question.ts';
import type { ReadStore } from '../../src/viewer/store/read/read-store.ts';
import { DAY_MS, START_MS } from './made-traffic.ts';
import type { PlainStore } from './plain-store.ts';

export interface BenchQuestion {
  readonly name: string;
  /** Of the issue, p50 in ms at a million rows. */
  readonly goalMs: number;
  readonly store: (store: ReadStore) => unknown;
  /** A number that both must give, where both can. */
  readonly plain: (store: PlainStore) => unknown;
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

/** @param days - of several the last one is asked for, but where something is looked for by its id */
export function benchQuestions({ user, session, trace }: Samples, days = 1): BenchQuestion[] {
  const range = days === 1 ? {} : { fromMs: START_MS + (days - 1) * DAY_MS, toMs: START_MS + days * DAY_MS };
  const asked = (where?: Condition): Query => ({ where, range });
  const page = (
    name: string,
    goalMs: number,
    where: Condition | undefined,
    sql: string,
    ...values: (string | number)[]
  ): BenchQuestion => ({
    name,
    goalMs,
    store: (store) =>
      answerQuestion(store, 'page', { query: asked(where), options: { ...OPTIONS, limit: 100 } }).rows.length,
    plain: ({ db }) =>
      db.prepare(`select * from rows ${sql} order by time desc limit 100`).all(...values).length,
  });
  const json = (path: string): string => `attributes ->> '$.${path}'`;
  const locale = `${json('"event.context".locale')}`;
  const bucket = `cast((time - ${START_MS}) / ${DAY_MS / 60} as integer)`;
  const steps = ['product.viewed', 'cart.item_added', 'checkout.started'].map((name) =>
    is(row('name'), name),
  );
  return [
    page('newest page', 5, undefined, ''),
    page('page, name =', 10, is(row('name'), 'checkout.completed'), "where name = 'checkout.completed'"),
    page('page, user =', 10, is(row('user'), user), 'where user = ?', user),
    page(
      'page, any attribute = common',
      10,
      is(attribute('event.context.locale'), 'de-DE'),
      `where ${locale} = 'de-DE'`,
    ),
    page(
      'page, any attribute = rare',
      10,
      is(attribute('cart.id'), 'cart_none12'),
      `where ${json('cart.id')} = 'cart_none12'`,
    ),
    page('page, attribute >', 20, is(attribute('total'), 500, '>'), `where ${json('total')} > 500`),
    {
      name: 'count, attribute >',
      goalMs: 20,
      store: (store) =>
        answerQuestion(store, 'count', { query: asked(is(attribute('total'), 300, '>')), options: OPTIONS })
          .value,
      plain: ({ db }) => db.prepare(`select count(*) as n from rows where ${json('total')} > 300`).get()?.n,
    },
    page(
      'page, word',
      20,
      { kind: 'text', text: 'declined' },
      "where id in (select rowid from texts where texts match 'declined')",
    ),
    {
      name: 'count, word',
      goalMs: 20,
      store: (store) =>
        answerQuestion(store, 'count', { query: asked({ kind: 'text', text: 'declined' }), options: OPTIONS })
          .value,
      plain: ({ db }) => db.prepare("select count(*) as n from texts where texts match 'declined'").get()?.n,
    },
    page(
      'page, substring',
      100,
      is(attribute('exception.message'), '*eclined by*', 'like'),
      `where ${json('"exception.message"')} like '%eclined by%'`,
    ),
    {
      name: 'histogram, 60',
      goalMs: 20,
      store: (store) =>
        answerQuestion(store, 'histogram', { query: asked(), options: { ...OPTIONS, buckets: 60 } }).value
          .counts.length,
      plain: ({ db }) => db.prepare(`select ${bucket} as b, count(*) from rows group by b`).all().length,
    },
    {
      name: 'histogram, attribute =',
      goalMs: 20,
      store: (store) =>
        answerQuestion(store, 'histogram', {
          query: asked(is(attribute('event.context.locale'), 'de-DE')),
          options: { ...OPTIONS, buckets: 60 },
        }).value.counts.length,
      plain: ({ db }) =>
        db.prepare(`select ${bucket} as b, count(*) from rows where ${locale} = 'de-DE' group by b`).all()
          .length,
    },
    {
      name: 'facet, all rows',
      goalMs: 20,
      store: (store) =>
        answerQuestion(store, 'facets', {
          query: asked(),
          options: { ...OPTIONS, fields: [attribute('event.context.locale')] },
        }).value[0]?.values[0]?.count,
      plain: ({ db }) =>
        db
          .prepare(
            `select ${locale} as v, count(*) as n from rows where v is not null group by v order by n desc limit 10`,
          )
          .all()[0]?.n,
    },
    {
      name: 'group by, avg and p95, 24 parts',
      goalMs: 20,
      store: (store) =>
        answerQuestion(store, 'group', {
          query: asked(),
          options: {
            ...OPTIONS,
            by: attribute('currency'),
            overMs: DAY_MS / 24,
            stats: [
              { stat: 'avg', field: attribute('total') },
              { stat: 'p95', field: attribute('total') },
            ],
          },
        }).value.length,
      plain: ({ db }) =>
        db
          .prepare(
            `select ${json('currency')} as v, cast((time - ${START_MS}) / ${DAY_MS / 24} as integer) as b, avg(${json('total')}),
            count(*) from rows group by v, b`,
          )
          .all().length,
    },
    {
      name: 'funnel of 3 by user, 30 min',
      goalMs: 60,
      store: (store) =>
        answerQuestion(store, 'funnel', {
          query: asked(),
          options: { ...OPTIONS, steps, by: row('user'), withinWindowMs: 30 * 60_000 },
        }).value.steps.map(({ people }) => people),
      plain: ({ db }) =>
        plainFunnel(db, ['product.viewed', 'cart.item_added', 'checkout.started'], 30 * 60_000),
    },
    page('one trace', 5, is(row('trace'), trace), 'where trace = ?', trace),
    page('one session', 5, is(row('session'), session), 'where session = ?', session),
  ];
}

/** As SQL gives the events, and a loop. */
function plainFunnel(db: PlainStore['db'], names: readonly string[], windowMs: number): number[] {
  const marks = names.map(() => '?').join(', ');
  const events = db.prepare(
    `select user, time, name from rows where name in (${marks}) and user is not null order by user, time`,
  );
  const people = names.map(() => 0);
  let [user, reached]: [unknown, number] = [undefined, 0];
  let starts: (number | undefined)[] = [];
  const end = (): void => {
    for (let step = 0; step < reached; step++) people[step] = (people[step] as number) + 1;
  };
  for (const event of events.iterate(...names)) {
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
