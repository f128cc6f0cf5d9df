import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { parseQuery } from '../../../src/viewer/query/parse-query.ts';
import type { Page } from '../../../src/viewer/store/event-store.ts';
import { answerQuestion } from '../../../src/viewer/store/read/answer-question.ts';
import { fieldColumns } from '../../../src/viewer/store/read/field-columns.ts';
import { valueTest } from '../../../src/viewer/store/read/value-test.ts';
import { Dice } from './made-rows.ts';
import { storeUnderTest, wired } from './store-under-test.ts';

const ROWS = 230;
/** So long that bodies are read in their rows. */
const PADDING = 'x'.repeat(300);
const QUERY = parseQuery('body:*needle*', 0);
const NO_TIME = { withinMs: 0 };

/** Rows of which a third fits, in blocks whose times overlap. */
function longBodies(t: TestContext) {
  const store = storeUnderTest(t);
  const dice = new Dice(11);
  const times = Array.from(
    { length: ROWS },
    (_, at) => 1_764_288_000_000 + 10 * at + dice.of([0, 0, -700, 10]),
  );
  const logRecords = times.map((timeMs, at) => ({
    timeUnixNano: `${timeMs}000000`,
    body: { stringValue: `${PADDING} ${at % 3 === 0 ? 'needle' : 'hay'}` },
  }));
  // Chunk by chunk: the clock is looked at before each.
  for (let from = 0; from < ROWS; from += 10) {
    const request = { resourceLogs: [{ scopeLogs: [{ logRecords: logRecords.slice(from, from + 10) }] }] };
    store.writer.ingest([wired(OtlpRequest.from('logs', request))]);
  }
  store.reader.refreshFiles();
  const inOrder = [...times.keys()]
    .filter((at) => at % 3 === 0)
    .sort((one, other) => (times[one] as number) - (times[other] as number) || one - other)
    .map(String);
  return { ...store, inOrder };
}

for (const order of ['newest', 'oldest'] as const) {
  test(`where there is no time for a block, pages come to all rows all the same (${order} first)`, (t) => {
    const { reader, inOrder } = longBodies(t);
    const ids: string[] = [];
    let [cursor, pages]: [string | undefined, number] = [undefined, 0];
    do {
      const options = { ...NO_TIME, order, cursor, limit: 7 };
      const page: Page = answerQuestion(reader, 'page', { query: QUERY, options });
      assert.ok(page.scanned.rows < ROWS);
      ids.push(...page.rows.map(({ id }) => id));
      cursor = page.next;
      pages++;
      assert.ok(pages <= ROWS, 'each page comes further');
    } while (cursor !== undefined);
    assert.deepEqual(ids, order === 'oldest' ? inOrder : inOrder.toReversed());
  });
}

test('time may be up in the first block of a sum, which says that it has looked at none', (t) => {
  const { reader } = longBodies(t);
  const field = { of: 'row', name: 'body' } as const;
  const asked = [
    answerQuestion(reader, 'count', { query: QUERY, options: NO_TIME }),
    answerQuestion(reader, 'histogram', { query: QUERY, options: { ...NO_TIME, buckets: 3 } }),
    answerQuestion(reader, 'facets', { query: parseQuery('', 0), options: { ...NO_TIME, fields: [field] } }),
    answerQuestion(reader, 'group', { query: parseQuery('', 0), options: { ...NO_TIME, by: field } }),
  ];
  for (const { complete, scanned } of asked) {
    assert.deepEqual([complete, scanned.rows, scanned.of], [false, 0, ROWS]);
  }
  assert.deepEqual(reader.damaged(), []);
});

test('what nobody waits for any more ends between the rows of a block', (t) => {
  const { reader } = longBodies(t);
  let asked = 0;
  // Before the block is begun somebody does.
  const signal = {
    get aborted() {
      asked++;
      return asked > 1;
    },
  };
  const options = { withinMs: 60_000, signal };
  const { complete, scanned } = answerQuestion(reader, 'count', { query: QUERY, options });
  assert.deepEqual([complete, scanned.rows], [false, 0]);
});

test('of texts that are read in their rows those that do not fit are not held', (t) => {
  const { reader } = longBodies(t);
  const [block] = reader.blocks;
  assert.ok(block && QUERY.where?.kind === 'compare');
  const columns = fieldColumns(block, QUERY.where.field, 'all', valueTest(QUERY.where));
  assert.deepEqual(
    columns.flatMap(({ values }) => values),
    [`${PADDING} needle`],
  );
});
