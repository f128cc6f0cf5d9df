// kill -9 of a process that fills a store of the viewer, again and again on the same directory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { reportCounts } from '../harness/fault-counts.ts';
import { SEED, seeded } from '../harness/seeded.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { RECORDS } from '../viewer/store/numbered-request.ts';
import { ALL, ingesting, integrity, openedStore, recordsByRequest } from './viewer-store.ts';

/** `npm run test:faults` says more. */
const KILLS = Number(process.env.STORE_KILLS ?? 6);

/** Of one process; some more come before it is gone. */
const MOST_REQUESTS = 100;

/** Requests that are sent again by the next process: more than were on their way. */
const AGAIN = 8;

test('kill -9 of a viewer loses nothing that was acknowledged, keeps no half of a request, and none twice', async (t) => {
  const directory = tempDir(t);
  const random = seeded(SEED);
  const acknowledged = new Set<number>();
  let from = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const { child, acknowledged: taken, until, ended } = await ingesting(directory, from, 'uids');
    // From the first acknowledgement on, at any time: in the middle of a transaction, of a block, of a new file.
    await until(1 + random.below(MOST_REQUESTS));
    await pause(random.below(10));
    child.kill('SIGKILL');
    await ended;
    assert.notEqual(taken().length, 0, `after ${kill} kills it takes nothing more, seed ${SEED}`);
    for (const number of taken()) acknowledged.add(number);
    from = Math.max(0, Math.max(...acknowledged) - AGAIN);
  }
  const store = await openedStore(t, directory);
  const last = Math.max(...acknowledged);
  const found = await recordsByRequest(store, last + AGAIN + 1);
  for (const number of acknowledged) assert.equal(found.get(number), RECORDS, `request ${number}`);
  for (const [number, count] of found) assert.equal(count, RECORDS, `request ${number}`);
  const { value } = await store.count(ALL);
  assert.equal(value, found.size * RECORDS, 'no row of another request');
  assert.deepEqual((await store.status()).damaged, []);
  assert.deepEqual(integrity(directory), []);
  reportCounts(t, {
    'kills of a viewer': KILLS,
    'requests acknowledged by viewers': acknowledged.size,
    'of these lost': [...acknowledged].filter((number) => !found.has(number)).length,
  });
});
