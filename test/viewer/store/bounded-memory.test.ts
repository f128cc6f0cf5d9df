import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OtelEventsError } from '../../../src/errors.ts';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import {
  ColumnBuilder,
  columnOf,
  encodeColumn,
  unpackColumn,
} from '../../../src/viewer/store/block/column.ts';
import { openStore } from '../../../src/viewer/store/threads/open-store.ts';
import { tempDir } from '../../harness/temp-dir.ts';

const MIB = 1024 * 1024;

test('a column that was read keeps its numbers in memory, and not the bytes that it was read from', () => {
  const builder = new ColumnBuilder('text');
  for (let row = 0; row < 8192; row++) builder.text(row, `user-${row % 3000}-of-a-shop`);
  const column = columnOf('text', unpackColumn(encodeColumn(builder.column(8192))));
  assert.equal(column.values?.length, 3000);
  assert.equal(column.codes.length, 8192);
  assert.equal(column.codes.buffer.byteLength, column.codes.byteLength);
});

test('no more than 24 MiB wait to be written; what is refused is taken later', async (t) => {
  const store = await openStore({ directory: tempDir(t) });
  t.after(() => store.close());
  const requests = Array.from({ length: 8 }, (_, at) => largeRequest(at));
  const taken = await Promise.allSettled(requests.map((request) => store.ingest(request)));
  const refused = requests.filter((_, at) => taken[at]?.status === 'rejected');
  assert.equal(refused.length, 4);
  const [reason] = taken.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  assert.equal(reason.code, 'STORE_UNWRITABLE');
  assert.deepEqual(reason.retry, {});
  for (const request of refused) assert.equal((await store.ingest(request)).stored, 1);
  assert.equal((await store.count({ where: undefined, range: {} })).value, 8);
});

test('a record of more than 100,000 values is refused for good, and costs no other request', async (t) => {
  const store = await openStore({ directory: tempDir(t) });
  t.after(() => store.close());
  const [refused, ...others] = await Promise.allSettled([
    store.ingest(requestOfValues(100_001)),
    store.ingest(requestOfValues(100_000)),
    store.ingest(requestOfValues(1)),
  ]);
  assert.equal(refused.status, 'rejected');
  const { code, retry } = (refused as PromiseRejectedResult).reason as OtelEventsError;
  assert.deepEqual([code, retry], ['EVENT_INVALID', undefined]);
  assert.deepEqual(
    others.map(({ status }) => status),
    ['fulfilled', 'fulfilled'],
  );
  const last = { kind: 'exists', field: { of: 'attribute', path: 'key99999' } } as const;
  assert.equal((await store.count({ where: last, range: {} })).value, 1);
  assert.equal((await store.count({ where: undefined, range: {} })).value, 2);
});

function requestOfValues(count: number): OtlpRequest {
  const attributes = Array.from({ length: count }, (_, at) => ({
    key: `key${at}`,
    value: { intValue: '1' },
  }));
  const logRecord = { timeUnixNano: '1764288000000000000', attributes };
  return OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord] }] }] });
}

test('more spans of time than there is room for are refused; fewer are told', async (t) => {
  const store = await openStore({ directory: tempDir(t) });
  t.after(() => store.close());
  for (let from = 0; from < 120_000; from += 20_000) await store.ingest(requestOfTimes(from, 20_000));
  const ask = (overMs: number) =>
    store.group(
      { where: undefined, range: {} },
      { overMs, stats: [{ stat: 'p95', field: { of: 'row', name: 'severity' } }] },
    );
  await assert.rejects(ask(1), { code: 'OPTION_INVALID' });
  const { value, complete } = await ask(2);
  assert.deepEqual([value[0]?.over?.length, value[0]?.count, complete], [60_000, 120_000, true]);
});

/** One record a millisecond. */
function requestOfTimes(from: number, count: number): OtlpRequest {
  const logRecords = Array.from({ length: count }, (_, at) => ({
    timeUnixNano: `${1_764_288_000_000 + from + at}000000`,
    severityNumber: 9,
  }));
  return OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}

/** Five MiB and a little. */
function largeRequest(at: number): OtlpRequest {
  const body = { stringValue: String(at).repeat(5 * MIB) };
  const logRecord = { timeUnixNano: `17642880000000${at}0000`, body };
  return OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord] }] }] });
}
