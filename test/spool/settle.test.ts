import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fieldAt, type SpoolBatch } from '../../src/spool/log/cursor.ts';
import type { Outcome, Settlement } from '../../src/spool/log/outcome.ts';
import { Spool } from '../../src/spool/spool.ts';
import type { SpoolOptions } from '../../src/spool/spool-options.ts';
import { HEADER, inWords } from './fields.ts';

const REJECTED: Outcome = { column: 'rejected', reason: 'http_400' };

/** A spool in memory whose settlements are kept, with a record for `a` for each of `texts`. */
function filled(t: TestContext, texts: readonly string[], options: SpoolOptions = {}) {
  const settlements: Settlement[] = [];
  const spool = new Spool({ onSettled: (_source, settlement) => settlements.push(settlement), ...options });
  t.after(() => spool.close());
  for (const text of texts) spool.append(spool.kind('logs', HEADER, `n${text}`, ['a']), Buffer.from(text));
  const cursor = spool.cursor('a');
  const settleOne = (batch: SpoolBatch, index: number, outcome?: Outcome): void =>
    cursor.ack(batch.positions[index] ?? 0, batch.positions[index - 1] ?? batch.from, outcome);
  return { spool, cursor, settlements, settleOne };
}

function textsOf(batch: SpoolBatch | undefined): string[] {
  return (batch?.positions ?? []).map((_, index) =>
    Buffer.from(fieldAt(batch as SpoolBatch, index)).toString(),
  );
}

test('single records of batches in flight are settled in any order, each with its own outcome, once', (t) => {
  const { cursor, settlements, settleOne } = filled(t, ['1', '2', '3', '4', '5', '6']);
  const [first, second] = [cursor.read(3), cursor.read(3)];
  assert.ok(first && second);
  settleOne(second, 1, REJECTED);
  settleOne(first, 2);
  settleOne(first, 1, { column: 'dropped', reason: 'no' });
  assert.deepEqual([cursor.position, cursor.pending, cursor.pendingBytes], [first.from, 3, 3]);
  cursor.ack(first.to, first.from, REJECTED);
  assert.equal(cursor.position, second.from, 'its rest, and no more');
  cursor.ack(first.to, first.from);
  settleOne(second, 1);
  assert.equal(cursor.pending, 2);
  cursor.ack(second.to);
  assert.deepEqual(
    settlements.map((settlement) => `${inWords(settlement)} ${[...settlement.names].join()}`),
    [
      'a rejected(http_400) 1 n5,1',
      'a acked 1 n3,1',
      'a dropped(no) 1 n2,1',
      'a rejected(http_400) 1 n1,1',
      'a acked 2 n4,1,n6,1',
    ],
  );
  assert.deepEqual(settlements[4]?.positions, [second.positions[0], second.positions[2]]);
  assert.equal(cursor.pending, 0);
});

test('the position is where the first record lies that is not settled', (t) => {
  const { cursor, settleOne } = filled(t, ['1', '2', '3', '4']);
  const batch = cursor.read();
  assert.ok(batch);
  settleOne(batch, 1);
  settleOne(batch, 2);
  assert.equal(cursor.position, batch.from);
  settleOne(batch, 0);
  assert.equal(cursor.position, batch.positions[2]);
});

test('what is left of a batch is read again without what is settled, as whole fields', (t) => {
  const { cursor, settleOne } = filled(t, ['one', 'two', 'three', 'four', 'five']);
  const batch = cursor.read();
  assert.ok(batch);
  settleOne(batch, 1, REJECTED);
  settleOne(batch, 3);
  settleOne(batch, 4);
  cursor.rewind();
  const rest = cursor.read();
  assert.ok(rest);
  assert.deepEqual(textsOf(rest), ['one', 'three']);
  assert.deepEqual([rest.names, rest.from, rest.to], [['none', 'nthree'], batch.from, batch.positions[2]]);
  settleOne(rest, 1);
  cursor.rewind();
  assert.deepEqual(textsOf(cursor.read()), ['one']);
  cursor.ack(rest.to);
  assert.equal(cursor.pending, 0);
});

test('a whole batch hands out its own positions, and names by their number', (t) => {
  const { cursor, settlements } = filled(t, ['1', '1', '2', '1']);
  const batch = cursor.read();
  cursor.ack(batch?.to ?? 0);
  assert.equal(settlements[0]?.positions, batch?.positions);
  assert.deepEqual(settlements[0]?.names, new Map(Object.entries({ n1: 3, n2: 1 })));
});

test('read takes so many records at most', (t) => {
  const { cursor } = filled(t, ['1', '2', '3', '4', '5']);
  assert.deepEqual([cursor.read(100, 2), cursor.read(2, 4), cursor.read()].map(textsOf), [
    ['1', '2'],
    ['3', '4'],
    ['5'],
  ]);
});

test('one batch of several is rewound; a batch that was given back is not', (t) => {
  const { cursor } = filled(t, ['1', '2', '3']);
  const [first, second] = [cursor.read(1), cursor.read(1)];
  cursor.rewind(second);
  assert.equal(cursor.read(), second);
  cursor.ack(first?.to ?? 0);
  cursor.rewind(first);
  assert.deepEqual(textsOf(cursor.read()), ['3']);
});
