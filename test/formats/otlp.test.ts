import assert from 'node:assert/strict';
import { test } from 'node:test';
import { otlp } from '../../src/formats/otlp.ts';
import { recordsOf } from '../../src/otlp/event/records-of.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { testLogger } from '../../src/testing.ts';

test('one record as OTLP/JSON is the same record when it is read again', async () => {
  const events = testLogger({ app: { name: 'shop' }, userId: 'u1', tags: ['a'] });
  events.log(
    'all kinds',
    {
      text: 'x',
      whole: 7,
      half: 0.5,
      yes: true,
      nothing: null,
      list: [1, [2]],
      map: { a: { b: 1 } },
      bytes: Uint8Array.of(1, 255),
    },
    { timestamp: 1_337_768_289_123_456_789n, message: 'the body', severity: 13 },
  );
  await events.track('scope', async () => events.log('inside'));
  await events.close();
  assert.equal(events.records.length, 3);
  const [first] = events.records;
  assert.ok(first);
  const inSpan = { ...first, traceId: '1'.repeat(32), spanId: '2'.repeat(16), flags: 1 };
  for (const record of [...events.records, inSpan]) {
    const json = Buffer.from(JSON.stringify(otlp(record)));
    assert.deepEqual(recordsOf(OtlpRequest.read('logs', 'json', json)), [record]);
  }
});

test('the shape is that of an export request with one record', async () => {
  const events = testLogger();
  events.log('a', { n: 1 }, { timestamp: 1_337_768_289_123_456_789n });
  await events.close();
  const [record] = events.records;
  assert.ok(record);
  const { resourceLogs } = JSON.parse(JSON.stringify(otlp(record)));
  const [logRecord] = resourceLogs[0].scopeLogs[0].logRecords;
  assert.equal(resourceLogs[0].scopeLogs[0].logRecords.length, 1);
  assert.equal(logRecord.timeUnixNano, '1337768289123456789');
  assert.equal(logRecord.eventName, 'a');
  assert.deepEqual(logRecord.attributes.at(-1), { key: 'n', value: { intValue: '1' } });
});
