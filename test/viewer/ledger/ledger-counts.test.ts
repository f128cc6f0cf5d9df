import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { answerLedger } from '../../../src/viewer/store/read/answer-ledger.ts';
import { events } from '../api/viewer-under-test.ts';
import { numberedRequest, RECORDS } from '../store/numbered-request.ts';
import { type StoreUnderTest, storeUnderTest, wired } from '../store/store-under-test.ts';

const named = (name: string, count: number) => wired(events(Array.from({ length: count }, () => ({ name }))));

function received({ reader }: StoreUnderTest): Record<string, number> {
  reader.refreshFiles();
  return Object.fromEntries(answerLedger(reader, {}).entries.map((entry) => [entry.name, entry.received]));
}

test('names of a transaction that failed are counted when they come again, and no others under them', (t) => {
  const store = storeUnderTest(t);
  const beside = new DatabaseSync(path.join(store.directory, 'events-000000000000.db'));
  t.after(() => beside.close());
  const metrics = wired(
    OtlpRequest.from('metrics', {
      resourceMetrics: [
        { scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: [{ asInt: '1' }] } }] }] },
      ],
    }),
  );
  // Points are counted behind the ledger.
  beside.exec("create trigger full before insert on meta begin select raise(rollback, 'no room'); end");
  assert.throws(() => store.writer.ingest([named('first', 1), metrics]), { code: 'STORE_UNWRITABLE' });
  beside.exec('drop trigger full');
  store.writer.ingest([named('other', 2)]);
  store.writer.ingest([named('first', 3)]);
  assert.deepEqual(received(store), { other: 2, first: 3 });
});

test('names are counted again after all was deleted, where the newest file had no rows too', (t) => {
  const store = storeUnderTest(t, { blockRows: 10, fileRows: 10 });
  const numbered = wired(numberedRequest(1, { hasUids: true }));
  store.writer.ingest([numbered]);
  // Repeated rows only: counted, and not kept.
  store.writer.ingest([numbered]);
  assert.equal(store.writer.filesVersion, 2);
  store.writer.clear();
  store.writer.ingest([named('other', 2)]);
  store.writer.ingest([wired(numberedRequest(1))]);
  assert.deepEqual(received(store), { other: 2, numbered: RECORDS });
});
