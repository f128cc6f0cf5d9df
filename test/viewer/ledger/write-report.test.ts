import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { EmittedReport } from '../../../src/otlp/emitted/emitted-report.ts';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { answerLedger } from '../../../src/viewer/store/read/answer-ledger.ts';
import { answerLoggers } from '../../../src/viewer/store/read/answer-loggers.ts';
import { StoreWriter } from '../../../src/viewer/store/write/store-writer.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { madeCell, madeReport } from '../../otlp/emitted/made-report.ts';
import { events, START_MS } from '../api/viewer-under-test.ts';
import { type StoreUnderTest, storeUnderTest, wired } from '../store/store-under-test.ts';

function keep({ writer, reader }: StoreUnderTest, ...reports: readonly EmittedReport[]): void {
  for (const one of reports) writer.ingest([{ report: one, bytes: new Uint8Array(), count: 0 }]);
  reader.refreshFiles();
}

const orders = (count: number) =>
  wired(events(Array.from({ length: count }, () => ({ name: 'order.paid' }))));

test('a report that comes again counts once, in another file too', (t) => {
  const store = storeUnderTest(t, { fileRows: 64 });
  const first = madeReport({ cells: [madeCell('order.paid', 60)] });
  store.writer.ingest([orders(60)]);
  keep(store, first, first);
  store.writer.ingest([orders(30)]);
  assert.equal(store.writer.filesVersion, 2, 'there is another file');
  keep(store, first, madeReport({ sequence: 2, cells: [madeCell('order.paid', 35)] }));
  const { entries } = answerLedger(store.reader, {});
  assert.deepEqual(
    entries.map(({ emitted, stored, gap }) => ({ emitted, stored, gap })),
    [{ emitted: 95, stored: 90, gap: 5 }],
  );
});

test('what was under way in a logger that went silent is told, until it is seen to have arrived', (t) => {
  const store = storeUnderTest(t);
  const underWay = new Map([['order.paid', 8]]);
  store.writer.ingest([orders(10)]);
  keep(store, madeReport({ cells: [madeCell('order.paid', 10)], underWay }));
  const nowMs = Date.now() + 61_000;
  const told = (atMs: number) =>
    answerLoggers(store.reader, answerLedger(store.reader, {}).entries, { fromMs: 0, nowMs: atMs });
  assert.deepEqual(
    [told(Date.now()).loggers[0]?.state, told(nowMs).loggers[0]?.state],
    ['reporting', 'silent'],
  );
  assert.deepEqual(
    told(nowMs).underWay.map(({ name, count, silentSinceMs }) => [name, count, typeof silentSinceMs]),
    [['order.paid', 8, 'number']],
  );
  store.writer.ingest([orders(5)]);
  store.reader.refreshFiles();
  assert.equal(told(nowMs).underWay[0]?.count, 3);
  assert.equal(
    answerLedger(store.reader, {}).entries.reduce((sum, { gap }) => sum + gap, 0),
    0,
  );
});

test('where rows have gone by age or size nothing is compared', (t) => {
  const store = storeUnderTest(t, { fileRows: 64, maxAgeMs: 3_600_000 });
  store.writer.ingest([orders(60)]);
  store.writer.ingest([orders(60)]);
  keep(store, madeReport({ cells: [madeCell('order.paid', 120)] }));
  assert.deepEqual(answerLedger(store.reader, {}).entries[0]?.emitted, 120);
  assert.equal(store.writer.removeOld(), true);
  store.reader.refreshFiles();
  const [entry] = answerLedger(store.reader, {}).entries;
  assert.deepEqual([entry?.emitted, entry?.stored, entry?.gap], [undefined, 60, 0]);
});

test('a minute that is not over for long has no gap but of what is known to be lost', (t) => {
  const store = storeUnderTest(t);
  const minute = Math.floor(Date.now() / 60_000);
  keep(
    store,
    madeReport({ cells: [madeCell('a', 5, {}, minute), madeCell('b', 5, { 'dropped:closed': 2 }, minute)] }),
  );
  assert.deepEqual(
    answerLedger(store.reader, {}).entries.map(({ name, gap, settling }) => ({ name, gap, settling })),
    [
      { name: 'a', gap: 0, settling: true },
      { name: 'b', gap: 2, settling: true },
    ],
  );
});

test('a store of earlier days gets the tables that it has not', (t) => {
  const directory = tempDir(t);
  const options = { directory, blockRows: 64, fileRows: 256, synchronous: 'normal' } as const;
  new StoreWriter(options).close();
  const old = new DatabaseSync(path.join(directory, 'events-000000000000.db'));
  for (const table of ['span_ledger', 'emitted', 'lost', 'logger', 'under_way'])
    old.exec(`drop table ${table}`);
  old.exec("delete from meta where key in ('store', 'ledgerFrom')");
  old.close();
  const store = storeUnderTest(t, { directory });
  store.writer.ingest([orders(2)]);
  keep(store, madeReport({ cells: [madeCell('order.paid', 3)] }));
  assert.equal(answerLedger(store.reader, {}).entries[0]?.gap, 1);
  assert.match(store.writer.id, /^[\da-f-]{36}$/);
});

test('names beyond those that a store tells apart are compared with nothing', (t) => {
  const store = storeUnderTest(t);
  const cells = Array.from({ length: 1_005 }, (_, at) => madeCell(`n${at}`, 1));
  keep(store, madeReport({ cells }));
  assert.equal(answerLedger(store.reader, {}).entries.length, 1_000);
});

test('a minute of which rows have gone is told to be a part', (t) => {
  const store = storeUnderTest(t, { fileRows: 64, maxAgeMs: 60_000 });
  const underWay = new Map([['order.paid', 8]]);
  store.writer.ingest([orders(60)]);
  keep(store, madeReport({ cells: [madeCell('order.paid', 90)] }));
  // Into the next file: of the same minute, and of a later one.
  store.writer.ingest([orders(30)]);
  const later = String(BigInt(START_MS + 600_000) * 1_000_000n);
  const logRecords = [{ timeUnixNano: later, eventName: 'order.paid' }];
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  const resourceLogs = [{ resource, scopeLogs: [{ logRecords }] }];
  store.writer.ingest([wired(OtlpRequest.from('logs', { resourceLogs }))]);
  keep(store, madeReport({ sequence: 2, underWay, isLast: true }));
  const told = () => {
    store.reader.refreshFiles();
    const { entries, underWay } = answerLedger(store.reader, {});
    return [
      ...entries.map(({ stored, gap, partial }) => ({ stored, gap, partial })),
      ...underWay.map(({ count }) => count),
    ];
  };
  const whole = { stored: 1, gap: 0, partial: false };
  assert.deepEqual(told(), [{ stored: 90, gap: 0, partial: false }, whole, 7]);
  assert.equal(store.writer.removeOld(), true);
  assert.deepEqual(told(), [{ stored: 30, gap: 0, partial: true }, whole, 7]);
});
