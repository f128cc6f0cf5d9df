// Old rows go: whole files, beyond a size and an age.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { answerQuestion } from '../../../src/viewer/store/read/answer-question.ts';
import { openStore } from '../../../src/viewer/store/threads/open-store.ts';
import { ALL, openedStore } from '../../faults/viewer-store.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { Dice } from './made-rows.ts';
import { numberedRequest, RECORDS } from './numbered-request.ts';
import { storeUnderTest, wired } from './store-under-test.ts';

test('files beyond the cap on size go as a whole, and their rows are counted', async (t) => {
  const directory = tempDir(t);
  const dice = new Dice(2);
  const store = await openStore({ directory, blockRows: 64, fileRows: 70, maxBytes: 1_500_000 });
  for (let number = 0; number < 200; number++)
    await store.ingest(numberedRequest(number, { padding: dice.hex(500) }));
  await store.close();
  // At its start a store looks at its files.
  const again = await openedStore(t, directory, { maxBytes: 1_500_000 });
  const { rows, removed, damaged, bytes } = await again.status();
  assert.ok(removed > 0, `${removed} removed`);
  assert.equal(rows + removed, 200 * RECORDS);
  assert.ok(bytes <= 1_500_000 + 400_000, `${bytes} bytes`);
  assert.deepEqual(damaged, []);
  assert.equal((await again.count(ALL)).value, rows);
  const [oldest] = (await again.page(ALL, { order: 'oldest', limit: 1 })).rows;
  assert.equal(Number(oldest?.id), removed, 'the oldest went');
});

test('files whose newest row is beyond the cap on age go', async (t) => {
  const directory = tempDir(t);
  const store = await openStore({ directory, blockRows: 64, fileRows: 70 });
  for (let number = 0; number < 28; number++) await store.ingest(numberedRequest(number));
  await store.close();
  const again = await openedStore(t, directory, { maxAgeMs: 60_000 });
  // The rows are of 2025; the file that is being filled stays.
  await again.ingest(numberedRequest(100));
  const { rows, removed } = await again.status();
  assert.equal(rows + removed, 29 * RECORDS);
  assert.equal(removed, 140);
  assert.equal(readdirSync(directory).filter((name) => name.endsWith('.db')).length, 1);
});

test('an event of the year 2261 keeps no file beyond the cap on age, and none behind it', async (t) => {
  const { directory, writer } = storeUnderTest(t, { blockRows: 8, fileRows: 14, maxAgeMs: 200 });
  const far = { timeUnixNano: '9200000000000000000', eventName: 'far' };
  const early = OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [far] }] }] });
  writer.ingest([wired(early)]);
  const files = () => readdirSync(directory).filter((name) => name.endsWith('.db'));
  const [withFar = ''] = files();
  for (let number = 0; number < 6; number++) writer.ingest([wired(numberedRequest(number))]);
  const deadlineMs = Date.now() + 20_000;
  // A slow machine has removed some of them before the last is begun.
  while ((files().length > 1 || files().includes(withFar)) && Date.now() < deadlineMs) {
    writer.removeOld();
    await setTimeout(20);
  }
  const left = files();
  assert.equal(left.length, 1, 'the file that is being filled');
  assert.ok(withFar !== '' && !left.includes(withFar), `${left}`);
});

test('nothing is acknowledged once somebody has deleted the file that is being filled', async (t) => {
  const directory = tempDir(t);
  const store = await openedStore(t, directory);
  await store.ingest(numberedRequest(1));
  for (const name of readdirSync(directory)) rmSync(path.join(directory, name));
  await assert.rejects(store.ingest(numberedRequest(2)), { code: 'STORE_UNWRITABLE', retry: {} });
  assert.equal((await store.status()).writes.state, 'failing');
  await store.close();
  const again = await openedStore(t, directory);
  await again.ingest(numberedRequest(2));
  assert.equal((await again.count(ALL)).value, RECORDS);
});

test('who goes on behind a row that has gone is told', (t) => {
  const { writer, reader } = storeUnderTest(t, { blockRows: 8, fileRows: 14, maxAgeMs: 60_000 });
  const ingest = (number: number): void => void writer.ingest([wired(numberedRequest(number))]);
  for (let number = 0; number < 4; number++) ingest(number);
  const page = (cursor?: string) =>
    answerQuestion(reader, 'page', { query: ALL, options: { order: 'oldest', limit: 5, cursor } });
  const live = () => answerQuestion(reader, 'newRows', { query: ALL, options: { from: '3' } });
  reader.refreshFiles();
  const { next } = page();
  assert.deepEqual([page(next).hasGone, live().gone], [undefined, 0]);
  // The rows are of 2025: those of the first file go, up to 14.
  assert.equal(writer.removeOld(), true);
  reader.refreshFiles();
  const behind = page(next);
  assert.deepEqual([behind.rows[0]?.id, behind.hasGone], ['14', true]);
  assert.equal(page(behind.next).hasGone, undefined);
  assert.deepEqual([live().gone, live().rows[0]?.id], [11, '14']);
});
