import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runCli } from '../cli/events/run-cli.ts';
import { writeShopFile } from '../cli/events/shop-file.ts';
import { reportCounts } from '../harness/fault-counts.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { viewerUnderTest } from '../viewer/api/viewer-under-test.ts';
import { Dice } from '../viewer/store/made-rows.ts';
import { numberedRequest, RECORDS } from '../viewer/store/numbered-request.ts';
import { ALL, openedStore, recordsByRequest } from './viewer-store.ts';

test('a full disk takes nothing of a request, and goes on when there is room again', async (t) => {
  const disk = smallDisk(t, '6m');
  if (disk === undefined) return;
  const ballast = path.join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(3_000_000));
  const store = await openedStore(t, path.join(disk, 'store'));
  const dice = new Dice(1);
  const acknowledged: number[] = [];
  const fromMs = Date.now();
  assert.deepEqual((await store.status()).writes, { state: 'ok', refusedRequests: 0, refusedRecords: 0 });
  let refused = 0;
  for (let number = 0; number < 400 && refused < 5; number++) {
    try {
      await store.ingest(numberedRequest(number, { padding: dice.hex(6000) }));
      acknowledged.push(number);
    } catch (error) {
      const { code, retry } = error as { code: string; retry: unknown };
      assert.deepEqual({ code, retry }, { code: 'STORE_UNWRITABLE', retry: {} });
      refused++;
    }
  }
  assert.equal(refused, 5, 'the disk was full');
  assert.equal((await store.count(ALL)).value, acknowledged.length * RECORDS, 'it answers meanwhile');
  const { sinceMs = 0, reason = '', ...writes } = (await store.status()).writes;
  assert.ok(sinceMs >= fromMs && sinceMs <= Date.now(), `failing since ${sinceMs}`);
  assert.match(reason, /nothing was stored in .*: /);
  const refusedRecords = refused * RECORDS;
  assert.deepEqual(writes, { state: 'failing', refusedRequests: refused, refusedRecords });
  const viewer = await viewerUnderTest(t, { store });
  const told = await runCli(tempDir(t))('query', '--count', '--url', viewer.url);
  assert.deepEqual([told.status, told.stdout], [0, `${acknowledged.length * RECORDS}\n`]);
  assert.match(
    told.stderr,
    /the viewer has refused what comes since 20.*, 5 requests so far: nothing was stored/,
  );
  rmSync(ballast);
  for (let number = 500; number < 520; number++) {
    await store.ingest(numberedRequest(number));
    acknowledged.push(number);
  }
  const again = (await store.status()).writes;
  assert.deepEqual(again, { state: 'ok', refusedRequests: refused, refusedRecords });
  const found = await recordsByRequest(store);
  assert.deepEqual(
    [...found.keys()].sort((one, other) => one - other),
    acknowledged,
  );
  for (const [number, count] of found) assert.equal(count, RECORDS, `request ${number}`);
  assert.equal((await store.count(ALL)).value, acknowledged.length * RECORDS);
  reportCounts(t, { 'requests refused by a full disk': refused, 'requests kept around it': found.size });
});

test('import and query say what is stored when the disk is full, and where', async (t) => {
  const disk = smallDisk(t, '6m');
  if (disk === undefined) return;
  const directory = tempDir(t);
  const file = await writeShopFile(directory, 40_000);
  const store = path.join(disk, 'store');
  const ballast = path.join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(1_000_000));
  const args = ['import', file, '--directory', store] as const;
  const { status, stdout, stderr } = await runCli(directory)(...args);
  assert.deepEqual([status, stdout], [2, '']);
  const [, told] =
    /^otel-events import: STORE_UNWRITABLE: .*, behind (\d+) records stored: .*full.*run it again/m.exec(
      stderr,
    ) ?? [];
  // A store that is opened writes, too.
  rmSync(ballast);
  const opened = await openedStore(t, store);
  assert.equal((await opened.count(ALL)).value, Number(told), stderr);
  assert.ok(Number(told) >= 1000, stderr);
  await opened.close();
  writeFileSync(ballast, Buffer.alloc(1_000_000));
  const query = await runCli(path.join(disk, 'cache'))('query', '--count', file);
  assert.equal(query.status, 2);
  assert.match(query.stderr, /what was read cannot be kept in .*cache.*XDG_CACHE_HOME/);
});
