import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Query } from '../../../src/viewer/query/query.ts';
import type { Page } from '../../../src/viewer/store/event-store.ts';
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
      const said = JSON.stringify(query);
      assert.deepEqual(allIds(reader, query, 'newest', dice.of([1000, 100, 30])), expected, said);
      const { value, complete } = answerQuestion(reader, 'count', { query, options: BOUNDS });
      assert.deepEqual({ value, complete }, { value: expected.length, complete: true }, said);
      assert.deepEqual(allIds(reader, query, 'oldest', 200), expectedIds(rows, query, 'oldest'), said);
    }
    assert.deepEqual(reader.damaged(), []);
  });
}
