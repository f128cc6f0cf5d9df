// Wherever an event of ours goes, it is said of it that a log store may not take it as it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { otlp } from '../../src/formats/otlp.ts';
import { EventLogger } from '../../src/index.ts';
import type { EventRecord } from '../../src/otlp/event/event-record.ts';
import { requestHead } from '../../src/otlp/sdk/encode-envelope.ts';
import { decodeProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { defineEvent } from '../../src/schema/index.ts';
import { Spool } from '../../src/spool/spool.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';

const LONG = { ['k'.repeat(200)]: 1 };
const MARK = { key: 'otel_events.oversized', value: { boolValue: true } };

test('over OTLP, for an exporter and in the format otlp it is on the scope, and only then', async () => {
  await using sink = await OtlpSink.open();
  const given: EventRecord[] = [];
  const events = new EventLogger({
    endpoint: sink.url,
    logLevel: 'none',
    exporters: [async (records) => void given.push(...records)],
  });
  events.log('small', { a: 1 });
  events.log('large', LONG);
  events.log('small again', { a: 1 });
  await events.close();
  for (const records of [sink.records, given]) {
    assert.deepEqual(
      records.map(({ eventName, scope }) => [eventName, scope.name, scope.attributes]),
      [
        ['small', 'otel-events', undefined],
        ['large', 'otel-events', { 'otel_events.oversized': true }],
        ['small again', 'otel-events', undefined],
      ],
    );
  }
  const shown = JSON.stringify(otlp(given[1] as EventRecord));
  assert.ok(shown.includes(`"attributes":[${JSON.stringify(MARK)}]`), shown.slice(-600));
});

test('in the quarantine it is said of all: who mends an event may make it larger', async (t) => {
  const quarantine = tempDir(t);
  const Small = defineEvent('small', { version: 1, schema: z.object({ a: z.number() }) });
  const events = new EventLogger({
    delivery: 'none',
    exporters: [async () => {}],
    quarantine,
    logLevel: 'none',
  });
  events.log(Small, { a: 'x' } as never);
  await events.close();
  const spool = new Spool({ spool: quarantine });
  t.after(() => spool.close());
  const [leftover] = await spool.adoptLeftovers();
  const header = leftover?.cursor('quarantine')?.read()?.header;
  assert.ok(header !== undefined);
  const { resourceLogs } = decodeProtobuf(REQUEST.logs, requestHead(header, 0)) as unknown as {
    resourceLogs: [{ scopeLogs: [{ scope: { attributes: object[] } }] }];
  };
  assert.deepEqual(resourceLogs[0].scopeLogs[0].scope.attributes, [MARK]);
});
