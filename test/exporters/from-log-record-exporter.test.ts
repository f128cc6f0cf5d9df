// Exporters of the OpenTelemetry SDK in the option `exporters`, the real ones where there are.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import {
  InMemoryLogRecordExporter,
  type LogRecordExporter,
  type ReadableLogRecord,
} from '@opentelemetry/sdk-logs';
import { fromLogRecordExporter } from '../../src/exporters/from-log-record-exporter.ts';
import { EventLogger, type EventLoggerOptions, type EventRecord } from '../../src/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';

const DATA = {
  sku: 'A1',
  qty: 2,
  price: 2.5,
  deep: { list: [1, null, { a: true }] },
  bytes: Buffer.from([0, 255]),
};

function logging(exporter: LogRecordExporter, more: EventLoggerOptions = {}): EventLogger {
  return new EventLogger({
    app: { name: 'shop' },
    delivery: 'none',
    logLevel: 'none',
    exporters: [exporter],
    ...more,
  });
}

/** The parts of a record that do not differ from run to run. */
function steady({ timeUnixNano, observedTimeUnixNano, attributes, ...others }: EventRecord): object {
  const { 'log.record.uid': uid, ...data } = attributes;
  return { ...others, data, hasTimes: timeUnixNano > 0n && observedTimeUnixNano > 0n, hasId: typeof uid };
}

test('what the SDK’s OTLP exporters send is what our own pipeline sends', async () => {
  await using own = await OtlpSink.open();
  await using theirs = await OtlpSink.open();
  const durable = new EventLogger({ app: { name: 'shop' }, endpoint: own.url, logLevel: 'none' });
  const events = logging(new ProtoExporter({ url: `${theirs.url}/v1/logs` }));
  for (const logger of [durable, events]) {
    logger.log('cart.item_added', DATA, { userId: 'u1', severity: 'WARN' });
    logger.log('plain');
  }
  await durable.close();
  assert.deepEqual(await events.close(), {
    acked: 2,
    pending: 0,
    rejected: 0,
    dropped: 0,
  });
  assert.equal(theirs.records.length, 2);
  assert.deepEqual(theirs.records.map(steady), own.records.map(steady));
});

test('one request for a batch: resources and scopes are not repeated', async () => {
  await using sink = await OtlpSink.open();
  const events = logging(new ProtoExporter({ url: `${sink.url}/v1/logs` }));
  for (let count = 0; count < 5; count++) events.log('number', { count });
  await events.close();
  assert.deepEqual(
    sink.records.map(({ attributes }) => attributes.count),
    [0, 1, 2, 3, 4],
  );
});

test('records are readable as the SDK has them: times, span context, names', async () => {
  const memory = new InMemoryLogRecordExporter();
  let seen: ReadableLogRecord[] = [];
  // Shut down, it forgets.
  memory.shutdown = async () => {
    seen = memory.getFinishedLogRecords();
  };
  const events = logging(memory);
  const timestamp = 1_795_000_000_123_456_789n;
  events.track('order', {}, () => events.log('paid', { total: 1 }, { timestamp }));
  await events.close();
  const [paid, order] = seen;
  assert.deepEqual(paid?.hrTime, [1_795_000_000, 123_456_789]);
  assert.equal(paid?.eventName, 'paid');
  assert.equal(paid?.body, 'paid');
  assert.equal(paid?.severityNumber, 9);
  assert.match(paid?.spanContext?.spanId ?? '', /^[0-9a-f]{16}$/);
  assert.deepEqual(paid?.spanContext, order?.spanContext);
  assert.equal(paid?.resource, order?.resource);
  assert.equal(paid?.instrumentationScope, order?.instrumentationScope);
  assert.deepEqual(Object.keys(events.stats().sinks), ['InMemoryLogRecordExporter']);
});

test('what it fails to export is tried again, also by the next process', async (t) => {
  const spool = path.join(tempDir(t), 'spool');
  const got: unknown[] = [];
  class Moody implements LogRecordExporter {
    static refusals = 2;
    export(logs: ReadableLogRecord[], done: (result: ExportResult) => void): void {
      if (Moody.refusals-- > 0) {
        done({ code: ExportResultCode.FAILED, error: new Error('not now') });
        return;
      }
      got.push(...logs.map(({ attributes }) => attributes.n));
      done({ code: ExportResultCode.SUCCESS });
    }
    async shutdown(): Promise<void> {}
    async forceFlush(): Promise<void> {}
  }
  const first = logging(new Moody(), { spool });
  Moody.refusals = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 3; n++) first.log('number', { n });
  assert.equal((await first.close({ timeoutMs: 300 })).pending, 3);
  Moody.refusals = 1;
  const second = logging(new Moody(), { spool });
  second.log('number', { n: 3 });
  assert.equal((await second.close()).acked, 4);
  // What an earlier process left is a stretch of its own: in order, before or after ours.
  assert.deepEqual(
    got.filter((n) => n !== 3),
    [0, 1, 2],
  );
  assert.ok(got.includes(3));
});

test('a server that refuses one record costs that one only', async () => {
  await using sink = await httpSink(({ body }, response) => {
    response.statusCode = body.includes('"bad"') ? 400 : 200;
    response.setHeader('content-type', 'application/json').end('{}');
  });
  const events = logging(new OTLPLogExporter({ url: `${sink.url}/v1/logs` }));
  for (const name of ['a', 'b', 'bad', 'c']) events.log(name);
  await events.close();
  const { acked, rejected } = events.stats().total;
  assert.deepEqual({ acked, rejected }, { acked: 3, rejected: { http_400: 1 } });
});

test('two of one class have names of their own; something else with export is no exporter', () => {
  const events = new EventLogger({
    delivery: 'none',
    exporters: [new InMemoryLogRecordExporter(), new InMemoryLogRecordExporter()],
  });
  events.log('a');
  assert.deepEqual(Object.keys(events.stats().sinks).sort(), [
    'InMemoryLogRecordExporter',
    'InMemoryLogRecordExporter-2',
  ]);
  assert.throws(() => new EventLogger({ exporters: [{ export() {} } as never] }), { code: 'OPTION_INVALID' });
});

test('nothing is left behind on the signal, which serves all batches', async () => {
  const { signal } = new AbortController();
  const exporter = fromLogRecordExporter('memory', new InMemoryLogRecordExporter());
  for (let count = 0; count < 3; count++) await exporter.send([], signal);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});
