import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { startSink } from './start-sink.ts';
import type { Arrived } from './tally.ts';

/** One record of `ExportLogsServiceRequest` with the attributes `a: "b"` and `seq: 300`, written by hand. */
const PROTOBUF = Buffer.from(
  '0a1a' + '1218' + '1216' + '3208' + '0a0161' + '12030a0162' + '320a' + '0a03736571' + '120318ac02',
  'hex',
);

const record = (seq: number | string): object => ({
  attributes: [
    { key: 'a', value: { stringValue: 'b' } },
    { key: 'seq', value: { intValue: seq } },
  ],
});
const OTLP_JSON = { resourceLogs: [{ scopeLogs: [{ logRecords: [record(2), record('1')] }] }] };
const BATCH_JSON = {
  batch: [{ properties: { seq: 7 } }, { properties: { seq: 2 } }, { properties: { seq: 8 } }],
};

/** Of 2, 1 (late), 7, 2 (double), 8 and 300. */
const EXPECTED: Omit<Arrived, 'bytes'> = {
  unique: 5,
  duplicates: 1,
  outOfOrder: 1,
  requests: 3,
  largestRequest: 3,
};

/**
 * Shows that the sink counts what it should, before anyone relies on it: one body of each kind, gzip included,
 * with a duplicate and one out of order.
 * @throws AssertionError
 */
export async function checkSink(): Promise<void> {
  const sink = await startSink();
  const post = async (type: string, body: Buffer, encoding?: string): Promise<void> => {
    const headers = { 'content-type': type, ...(encoding !== undefined && { 'content-encoding': encoding }) };
    const response = await fetch(sink.url, { method: 'POST', headers, body: Uint8Array.from(body) });
    assert.equal(response.status, 200);
  };
  await post('application/json', Buffer.from(JSON.stringify(OTLP_JSON)));
  await post('application/json', gzipSync(JSON.stringify(BATCH_JSON)), 'gzip');
  await post('application/x-protobuf', PROTOBUF);
  const { bytes, ...counts } = await sink.arrived();
  assert.deepEqual(counts, EXPECTED);
  assert.ok(bytes > PROTOBUF.length);
  await sink.stop();
}
