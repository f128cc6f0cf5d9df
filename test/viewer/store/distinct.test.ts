import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column, ColumnKind } from '../../../src/viewer/store/block/column.ts';
import { MAX_DISTINCT } from '../../../src/viewer/store/event-store.ts';
import { groupHints } from '../../../src/viewer/store/hints-of.ts';
import type { Block } from '../../../src/viewer/store/read/block.ts';
import { GroupSums } from '../../../src/viewer/store/read/group-sums.ts';

const FIELD = { of: 'attribute', path: 'n' } as const;
const STATS = [{ stat: 'distinct', field: FIELD }] as const;
const ROWS = 60_000;

/** Rows of which each has a number of its own, at a millisecond of its block. */
function blockOf(number: number): Block {
  const codes = Float64Array.from({ length: ROWS }, (_, at) => number * ROWS + at);
  const column = (name: string, kind: ColumnKind): Column | undefined =>
    name === '.n' && kind === 'number'
      ? { kind, size: ROWS, places: undefined, codes, values: undefined }
      : undefined;
  return { rows: ROWS, first: number * ROWS, loMs: number, hiMs: number, column } as unknown as Block;
}

test('of a group no more values are told apart than of a facet, and the answer says so', async () => {
  const sums = new GroupSums([undefined], STATS, undefined);
  sums.add({ block: blockOf(0), mask: 'all' }, undefined);
  assert.deepEqual(sums.result(), [{ value: undefined, count: ROWS, stats: [ROWS] }]);
  sums.add({ block: blockOf(1), mask: 'all' }, undefined);
  const groups = sums.result();
  assert.deepEqual(groups, [{ value: undefined, count: 2 * ROWS, stats: [MAX_DISTINCT] }]);
  const noStore = {} as never;
  const query = { where: undefined, range: {} };
  assert.deepEqual(await groupHints(noStore, query, { stats: STATS }, groups), [
    'distinct:n is 100,000 or more: no more values are told apart',
  ]);
});

test('parts over time are put together up to as many values, and hold no more than a million', () => {
  const sums = new GroupSums([undefined], STATS, 1);
  for (let number = 0; number < 16; number++) sums.add({ block: blockOf(number), mask: 'all' }, undefined);
  assert.equal(sums.beyond, undefined);
  const [group] = sums.result();
  assert.deepEqual(group?.stats, [MAX_DISTINCT]);
  assert.deepEqual(
    group?.over?.map(({ stats }) => stats[0]),
    Array(16).fill(ROWS),
  );
  sums.add({ block: blockOf(16), mask: 'all' }, undefined);
  assert.equal(sums.beyond, 'values');
});
