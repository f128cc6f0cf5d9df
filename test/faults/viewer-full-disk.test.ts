import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { reportCounts } from '../harness/fault-counts.ts';
import { smallDisk } from '../harness/small-disk.ts';
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
  rmSync(ballast);
  for (let number = 500; number < 520; number++) {
    await store.ingest(numberedRequest(number));
    acknowledged.push(number);
  }
  const found = await recordsByRequest(store);
  assert.deepEqual(
    [...found.keys()].sort((one, other) => one - other),
    acknowledged,
  );
  for (const [number, count] of found) assert.equal(count, RECORDS, `request ${number}`);
  assert.equal((await store.count(ALL)).value, acknowledged.length * RECORDS);
  reportCounts(t, { 'requests refused by a full disk': refused, 'requests kept around it': found.size });
});
