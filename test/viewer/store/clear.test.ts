// Somebody deletes all that is stored.
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { answerLedger } from '../../../src/viewer/store/read/answer-ledger.ts';
import { answerQuestion } from '../../../src/viewer/store/read/answer-question.ts';
import { ReadStore } from '../../../src/viewer/store/read/read-store.ts';
import { StoreWriter } from '../../../src/viewer/store/write/store-writer.ts';
import { ALL, openedStore } from '../../faults/viewer-store.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { madeCell, madeReport } from '../../otlp/emitted/made-report.ts';
import { numberedRequest, RECORDS } from './numbered-request.ts';
import { storeUnderTest, wired } from './store-under-test.ts';

const WRITER = { blockRows: 8, fileRows: 14, synchronous: 'normal' } as const;

test('all rows go with their files, no number is given twice, and what comes next is kept', async (t) => {
  const directory = tempDir(t);
  const store = await openedStore(t, directory, { fileRows: 70 });
  for (let number = 0; number < 28; number++) await store.ingest(numberedRequest(number));
  const before = await store.status();
  const { atMs, ...gone } = await store.clear();
  assert.deepEqual(gone, { rows: 28 * RECORDS, bytes: before.bytes });
  assert.ok(atMs > Date.now() - 60_000);
  const { rows, removed, damaged, cleared, metricPoints } = await store.status();
  assert.deepEqual(
    { rows, removed, damaged, cleared, metricPoints },
    { rows: 0, removed: 0, damaged: [], cleared: { atMs, ...gone }, metricPoints: before.metricPoints },
  );
  assert.equal((await store.count(ALL)).value, 0);
  assert.deepEqual((await store.ledger({})).entries, []);
  assert.equal(readdirSync(directory).filter((name) => name.endsWith('.db')).length, 1);
  // The same records again: they are there no more, so they are no repetition.
  assert.deepEqual(await store.ingest(numberedRequest(0)), { stored: RECORDS, repeated: 0 });
  const ids = (await store.page(ALL, { order: 'oldest' })).rows.map(({ id }) => Number(id));
  assert.equal(Math.min(...ids), 28 * RECORDS);
  await store.close();
  const again = await openedStore(t, directory);
  assert.deepEqual((await again.status()).cleared, { atMs, ...gone });
  assert.equal((await again.count(ALL)).value, RECORDS);
});

test('what was asked to be kept before goes too, and what is asked for behind it stays', async (t) => {
  const store = await openedStore(t, tempDir(t));
  const asked = [
    store.ingest(numberedRequest(0)),
    store.clear(),
    store.ingest(numberedRequest(1)),
    store.ingest(numberedRequest(2)),
  ];
  await Promise.all(asked);
  assert.equal((await store.count(ALL)).value, 2 * RECORDS);
  assert.equal((await store.clear()).rows, 2 * RECORDS);
  assert.equal((await store.clear()).rows, 0);
});

test('what a logger reports later of what was deleted is no gap; what it emits afterwards is judged', (t) => {
  const { writer, reader } = storeUnderTest(t);
  const minute = Math.floor(Date.now() / 60_000);
  const keep = (sequence: number, ...cells: ReturnType<typeof madeCell>[]): void => {
    writer.ingest([{ report: madeReport({ sequence, cells }), bytes: new Uint8Array(), count: 0 }]);
    reader.refreshFiles();
  };
  writer.ingest([wired(numberedRequest(0))]);
  // The clock of the app is ahead.
  keep(1, madeCell('order.paid', 5, { 'dropped:closed': 5 }, minute + 5));
  assert.equal(answerLedger(reader, {}).entries.find(({ name }) => name === 'order.paid')?.gap, 5);
  const cleared = writer.clear();
  reader.refreshFiles();
  assert.deepEqual(answerLedger(reader, {}), { entries: [], underWay: [], loggers: [], cleared });
  keep(
    2,
    madeCell('order.paid', 3, { 'dropped:closed': 3 }, minute),
    madeCell('order.paid', 2, { 'dropped:closed': 2 }, minute + 5),
    madeCell('order.paid', 1, { 'dropped:closed': 1 }, minute + 8),
  );
  assert.deepEqual(
    answerLedger(reader, {}).entries.map(({ minuteMs, emitted, gap }) => [minuteMs, emitted, gap]),
    [[(minute + 8) * 60_000, 1, 1]],
  );
});

test('what a crash has left of deleted files goes at the next start, damaged ones too', (t) => {
  const directory = tempDir(t);
  const kept = tempDir(t);
  const writer = new StoreWriter({ ...WRITER, directory });
  for (let number = 0; number < 4; number++) writer.ingest([wired(numberedRequest(number))]);
  writer.close();
  const files = readdirSync(directory).filter((name) => name.endsWith('.db'));
  assert.equal(files.length, 2);
  for (const name of files) copyFileSync(path.join(directory, name), path.join(kept, name));
  const clearing = new StoreWriter({ ...WRITER, directory });
  assert.equal(clearing.clear().rows, 4 * RECORDS);
  clearing.close();
  copyFileSync(path.join(kept, files[0] as string), path.join(directory, files[0] as string));
  writeFileSync(path.join(directory, files[1] as string), 'no database');
  const again = new StoreWriter({ ...WRITER, directory });
  t.after(() => again.close());
  const reader = new ReadStore({ directory, cacheBytes: 1 << 20 });
  t.after(() => reader.close());
  assert.equal(readdirSync(directory).filter((name) => name.endsWith('.db')).length, 1);
  const { rows, damaged } = answerQuestion(reader, 'status', undefined);
  assert.deepEqual({ rows, damaged }, { rows: 0, damaged: [] });
});

test('a file that cannot be read is deleted with the others, and told no more', async (t) => {
  const directory = tempDir(t);
  const store = await openedStore(t, directory, { fileRows: 70 });
  for (let number = 0; number < 28; number++) await store.ingest(numberedRequest(number));
  await store.close();
  const [first = ''] = readdirSync(directory).filter((name) => name.endsWith('.db'));
  writeFileSync(path.join(directory, first), 'no database');
  const again = await openedStore(t, directory);
  assert.deepEqual(
    (await again.status()).damaged.map(({ file }) => file),
    [first],
  );
  assert.ok((await again.clear()).rows < 28 * RECORDS);
  assert.deepEqual((await again.status()).damaged, []);
  assert.equal((await again.count(ALL)).complete, true);
});
