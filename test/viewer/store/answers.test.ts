import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { parseQuery } from '../../../src/viewer/query/parse-query.ts';
import type { Query } from '../../../src/viewer/query/query.ts';
import type { Page, PageOptions } from '../../../src/viewer/store/event-store.ts';
import { answerQuestion } from '../../../src/viewer/store/read/answer-question.ts';
import type { ReadStore } from '../../../src/viewer/store/read/read-store.ts';
import { makeQuery } from './made-query.ts';
import { Dice, type MadeRow, makeRows, requestsOf } from './made-rows.ts';
import { fits, timeMs } from './plain-scan.ts';
import { storeUnderTest, wired } from './store-under-test.ts';

const BOUNDS = { withinMs: 60_000 };

/** How many questions are asked of each store; more find more, and take longer. */
const QUESTIONS = Number(process.env.STORE_QUESTIONS ?? 60);

/** The rows that fit, by their numbers in order of time. */
function expectedIds(rows: readonly MadeRow[], query: Query, order: 'newest' | 'oldest'): string[] {
  const sign = order === 'oldest' ? 1 : -1;
  return rows
    .map((row, seq) => ({ row, seq }))
    .filter(({ row }) => fits(row, query))
    .sort((one, other) => sign * (timeMs(one.row) - timeMs(other.row) || one.seq - other.seq))
    .map(({ seq }) => String(seq));
}

/** All pages, one after the other. */
function allIds(reader: ReadStore, query: Query, order: 'newest' | 'oldest', limit: number): string[] {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page: Page = answerQuestion(reader, 'page', {
      query,
      options: { ...BOUNDS, order, limit, cursor },
    });
    assert.equal(page.complete, true);
    ids.push(...page.rows.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  return ids;
}

for (const seed of [1, 2, 3]) {
  test(`pages and counts are those of a plain scan, over several files and a tail (seed ${seed})`, (t) => {
    const dice = new Dice(seed);
    const { writer, reader } = storeUnderTest(t);
    const rows = makeRows(dice, 900);
    for (const request of requestsOf(rows)) writer.ingest([wired(request)]);
    reader.refreshFiles();
    assert.ok(reader.files.length >= 3, `${reader.files.length} files`);
    assert.ok((reader.files.at(-1)?.blocks.at(-1)?.rows ?? 0) % 64 > 0, 'there is a tail');
    for (let asked = 0; asked < QUESTIONS; asked++) {
      const query = makeQuery(dice, rows);
      const expected = expectedIds(rows, query, 'newest');
      const said = inspect(query, { depth: null });
      assert.deepEqual(allIds(reader, query, 'newest', dice.of([1000, 100, 30])), expected, said);
      const { value, complete } = answerQuestion(reader, 'count', { query, options: BOUNDS });
      assert.deepEqual({ value, complete }, { value: expected.length, complete: true }, said);
      assert.deepEqual(allIds(reader, query, 'oldest', 200), expectedIds(rows, query, 'oldest'), said);
    }
    assert.deepEqual(reader.damaged(), []);
  });
}

/** Pages of one order, to and fro at random, beside the list that they are cut from. */
for (const order of ['newest', 'oldest'] as const) {
  test(`pages go back as they go on, from anywhere, with limits of any size (${order} first)`, (t) => {
    const dice = new Dice(7);
    const { writer, reader } = storeUnderTest(t);
    // Many at the same time: their numbers are all that tells them apart.
    const rows = makeRows(dice, 400).map((row) => ({
      ...row,
      nanos: row.nanos - (row.nanos % 60_000_000_000n),
    }));
    for (const request of requestsOf(rows)) writer.ingest([wired(request)]);
    reader.refreshFiles();
    for (let walk = 0; walk < 40; walk++) {
      const query = makeQuery(dice, rows);
      const expected = expectedIds(rows, query, order);
      let [from, to] = [0, 0];
      let cursor: string | undefined;
      for (let step = 0; step < 25; step++) {
        const isBack: boolean = cursor?.startsWith('before_') ?? false;
        const limit = 1 + dice.below(dice.of([3, 40, 500]));
        const page: Page = answerQuestion(reader, 'page', {
          query,
          options: { ...BOUNDS, order, limit, cursor },
        });
        [from, to] = isBack ? [Math.max(0, from - limit), from] : [to, Math.min(expected.length, to + limit)];
        const said = inspect({ query, cursor, limit }, { depth: null });
        assert.deepEqual(
          page.rows.map(({ id }) => id),
          expected.slice(from, to),
          said,
        );
        assert.equal(page.next !== undefined, isBack || to < expected.length, said);
        assert.equal(page.previous !== undefined, isBack ? from > 0 : cursor !== undefined, said);
        const onward = [page.next, page.previous].filter((one) => one !== undefined);
        if (onward.length === 0) break;
        cursor = dice.of(onward);
      }
    }
  });
}

test('a page of huge records has as many as there is room for, says so, and goes on', (t) => {
  const { writer, reader } = storeUnderTest(t);
  const ROWS = 105;
  const attributes = [{ key: 'text', value: { stringValue: 'x'.repeat(100_000) } }];
  for (let at = 0; at < ROWS; at++) {
    const logRecords = [{ timeUnixNano: `${1_764_288_000_000 + at}000000`, attributes }];
    writer.ingest([wired(OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }))]);
  }
  reader.refreshFiles();
  const query = { where: undefined, range: {} };
  const ask = (options: PageOptions): Page => answerQuestion(reader, 'page', { query, options });
  const first = ask({ limit: 50, maxBytes: 1_000_000 });
  assert.deepEqual([first.rows.length, first.isCut, first.complete], [9, true, true]);
  const ids = [...first.rows.map(({ id }) => id)];
  for (let next = first.next; next !== undefined; ) {
    const page = ask({ limit: 50, maxBytes: 1_000_000, cursor: next });
    assert.ok(page.rows.length <= 9);
    ids.push(...page.rows.map(({ id }) => id));
    next = page.next;
  }
  assert.deepEqual(
    ids,
    Array.from({ length: ROWS }, (_, at) => String(ROWS - 1 - at)),
  );
  // Without a bound of its own, and of one row that is larger than the bound.
  assert.deepEqual([ask({ limit: 100 }).rows.length, ask({ limit: 5, maxBytes: 1 }).rows.length], [83, 1]);
  const live = answerQuestion(reader, 'newRows', { query, options: { from: '0', limit: 100 } });
  assert.deepEqual([live.rows.length, live.next, live.skipped], [84, '84', 0]);
});

test('a part of a body is found in short and long ones, and in what they hold', (t) => {
  const { writer, reader } = storeUnderTest(t);
  const long = `${'x'.repeat(300)} card declined`;
  const bodies = [
    { stringValue: 'card declined' },
    { stringValue: long },
    { kvlistValue: { values: [{ key: 'why', value: { stringValue: 'declined' } }] } },
    { stringValue: 'accepted' },
    undefined,
  ];
  const logRecords = Array.from({ length: 100 }, (_, at) => {
    const body = bodies[at % bodies.length];
    return { timeUnixNano: String(1_764_288_000_000_000_000n + BigInt(at)), ...(body && { body }) };
  });
  writer.ingest([wired(OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }))]);
  reader.refreshFiles();
  const count = (text: string): number =>
    answerQuestion(reader, 'count', { query: parseQuery(text, 0), options: BOUNDS }).value;
  for (const [text, expected] of [
    ['body:*eclin*', 60],
    ['body:*CLIN*', 0],
    ['body:*why*decl*', 20],
    ['body:x*declined', 20],
    ['body:*', 80],
    ['-body:*', 20],
    ['body:accepted', 20],
    ['-body:*eclin*', 40],
  ] as const)
    assert.equal(count(text), expected, text);
  const field = { of: 'row', name: 'body' } as const;
  const options = { ...BOUNDS, fields: [field] };
  const [facet] = answerQuestion(reader, 'facets', { query: parseQuery('', 0), options }).value;
  assert.deepEqual([facet?.distinct, facet?.rows], [4, 80]);
  const fields = answerQuestion(reader, 'fields', { query: parseQuery('', 0), options: BOUNDS }).value;
  assert.deepEqual(
    fields.find((one) => one.field.of === 'row' && one.field.name === 'body'),
    { field, rows: 80, types: ['text'] },
  );
});
