import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { answerLedger } from '../../../src/viewer/store/read/answer-ledger.ts';
import { StoreWriter } from '../../../src/viewer/store/write/store-writer.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { events } from '../api/viewer-under-test.ts';
import { storeUnderTest, wired } from '../store/store-under-test.ts';

const FILE = 'events-000000000000.db';

/** An event each second, of fifty names. */
const seconds = (count: number) =>
  wired(events(Array.from({ length: count }, (_, at) => ({ name: `name${at % 50}` }))));

test('names that are counted in the same minute are written side by side', (t) => {
  const { directory, writer } = storeUnderTest(t, { blockRows: 16_384, fileRows: 262_144 });
  const log = path.join(directory, `${FILE}-wal`);
  writer.ingest([seconds(10_000)]);
  const before = statSync(log).size;
  writer.ingest([seconds(50)]);
  const added = statSync(log).size - before;
  // Five pages of 8 KiB, of which one is of the ledger, which has a dozen.
  assert.ok(added > 0 && added < 60_000, `${added} bytes`);
});

test('a file whose ledger is by name before it is by minute goes on', (t) => {
  const directory = tempDir(t);
  new StoreWriter({ directory, blockRows: 64, fileRows: 256, synchronous: 'normal' }).close();
  const old = new DatabaseSync(path.join(directory, FILE));
  old.exec(`drop table ledger; create table ledger(source integer not null, minute integer not null, received integer not null,
    repeated integer not null, primary key(source, minute)) strict, without rowid`);
  old.close();
  const { writer, reader } = storeUnderTest(t, { directory });
  writer.ingest([seconds(120)]);
  writer.ingest([seconds(60)]);
  reader.refreshFiles();
  const { entries } = answerLedger(reader, {});
  assert.deepEqual([entries.length, entries.reduce((sum, { received }) => sum + received, 0)], [100, 180]);
});
