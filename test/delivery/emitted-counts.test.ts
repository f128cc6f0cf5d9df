import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EmittedCounts } from '../../src/delivery/ledger/emitted-counts.ts';
import { ACKED, type Outcome } from '../../src/spool/log/outcome.ts';

const FULL: Outcome = { column: 'dropped', reason: 'queue_full' };

function settle(counts: EmittedCounts, outcome: Outcome, names: Record<string, number>, isOurs = true): void {
  const count = Object.values(names).reduce((sum, some) => sum + some, 0);
  const settlement = { sink: 'otlp', outcome, count, positions: undefined };
  counts.settled({ ...settlement, names: new Map(Object.entries(names)) }, isOurs);
}

const plain = ({ cells, underWay }: ReturnType<EmittedCounts['take']>) => ({
  cells: cells.map(({ name, minute, emitted, lost }) => [name, minute, emitted, Object.fromEntries(lost)]),
  underWay: Object.fromEntries(underWay),
});

test('a minute is taken when everything in it has come to its end, and once', () => {
  const counts = new EmittedCounts();
  const paid = counts.name('paid');
  for (const seconds of [0, 59.9, 60, 61, 62]) paid?.add(seconds);
  assert.deepEqual(plain(counts.take()), { cells: [], underWay: { paid: 5 } });
  settle(counts, ACKED, { paid: 3 });
  assert.deepEqual(plain(counts.take()), { cells: [['paid', 0, 2, {}]], underWay: { paid: 3 } });
  settle(counts, FULL, { paid: 2, other: 7 });
  paid?.add(5);
  settle(counts, ACKED, { paid: 1 });
  assert.deepEqual(plain(counts.take()), {
    cells: [
      ['paid', 1, 3, { 'dropped:queue_full': 2 }],
      ['paid', 0, 1, {}],
    ],
    underWay: {},
  });
  assert.deepEqual(plain(counts.take()), { cells: [], underWay: {} });
});

test('what another process left counts here only where it is lost', () => {
  const counts = new EmittedCounts();
  settle(counts, ACKED, { paid: 3 }, false);
  settle(counts, FULL, { paid: 2 }, false);
  const [[name, , emitted, lost] = []] = plain(counts.take()).cells;
  assert.deepEqual([name, emitted, lost], ['paid', 2, { 'dropped:queue_full': 2 }]);
});

test('names and minutes are bounded, and so is what is taken at once', () => {
  const counts = new EmittedCounts();
  const names = Array.from({ length: 600 }, (_, at) => counts.name(`n${at}`));
  assert.equal(names.filter((name) => name !== undefined).length, 500);
  for (let minute = 0; minute < 20; minute++) for (const name of names) name?.add(minute * 60);
  const sum = (of: ReadonlyMap<string, number>) => [...of.values()].reduce((all, count) => all + count, 0);
  assert.equal(sum(counts.take().underWay), 5_000, 'the newer minutes are not counted');
  for (let at = 0; at < 600; at++) settle(counts, FULL, { [`n${at}`]: 20 });
  const first = counts.take();
  assert.ok(first.cells.length < 3_000, `${first.cells.length}: each is two points`);
  const second = counts.take();
  assert.equal(first.cells.length + second.cells.length, 5_000);
});

test('after a restart what was under way is forgotten; switched off nothing is counted', () => {
  const counts = new EmittedCounts();
  counts.name('paid')?.add(0);
  counts.restart(true);
  counts.name('paid')?.add(60);
  settle(counts, ACKED, { paid: 2 });
  assert.deepEqual(plain(counts.take()), { cells: [['paid', 1, 1, {}]], underWay: {} });
  counts.restart(false);
  counts.name('paid')?.add(120);
  counts.ended('paid', 'sampled');
  assert.deepEqual(plain(counts.take()), { cells: [], underWay: {} });
});
