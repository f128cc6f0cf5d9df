// The durable processors in real providers of the SDK, sending to a real HTTP server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metrics } from '@opentelemetry/api';
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { EventLogger } from '../../src/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { assertBalanced } from '../harness/ledger.ts';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { loggingApp, loggingTo, tracingTo } from './durable-app.ts';

process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';

test('flushes at the same time all wait for what they cover', async () => {
  const answers: (() => void)[] = [];
  await using app = await loggingApp({}, (_, response) => void answers.push(() => response.end()));
  app.logger.emit({ body: 1 });
  const order: string[] = [];
  const first = app.provider
    .forceFlush()
    .then(() => order.push(`first ${app.processor.stats().total.acked}`));
  await app.sink.arrived(1);
  app.logger.emit({ body: 2 });
  const second = app.processor
    .forceFlush()
    .then(() => order.push(`second ${app.processor.stats().total.acked}`));
  assert.deepEqual(order, []);
  answers[0]?.();
  await first;
  await app.sink.arrived(2);
  assert.deepEqual(order, ['first 1']);
  answers[1]?.();
  await second;
  assert.deepEqual(order, ['first 1', 'second 2']);
});

test('forceFlush takes no longer than it is told', async () => {
  await using app = await loggingApp({ flushTimeoutMs: 50 }, () => {});
  app.logger.emit({ body: 1 });
  const before = performance.now();
  await app.processor.forceFlush({ timeoutMillis: 50 });
  await app.provider.forceFlush();
  assert.ok(performance.now() - before < 25_000);
  assert.equal(app.processor.stats().total.pending, 1);
});

test('shutdown delivers, is idempotent, and what comes after is counted and said once', async () => {
  await using app = await loggingApp();
  app.logger.emit({ body: 'before' });
  const closing = app.processor.shutdown();
  assert.equal(app.processor.shutdown(), closing);
  app.logger.emit({ body: 'while it closes' });
  await closing;
  await app.processor.shutdown();
  app.logger.emit({ body: 'after' });
  await app.processor.forceFlush();
  await app.processor.durable();
  assert.deepEqual(app.bodies(), ['before']);
  const ledger = app.processor.stats();
  assertBalanced(ledger);
  assert.deepEqual([ledger.total.acked, ledger.total.dropped], [1, { closed: 2 }]);
  assert.deepEqual(app.codes(), ['EVENT_AFTER_CLOSE']);
});

test('spans after shutdown are counted too', async () => {
  await using sink = await httpSink();
  const codes: string[] = [];
  const { provider, processor } = tracingTo(sink, { onError: ({ code }) => codes.push(code) });
  const span = provider.getTracer('t').startSpan('open');
  await provider.shutdown();
  span.end();
  const ledger = processor.stats();
  assertBalanced(ledger);
  assert.deepEqual([ledger.spans.dropped, codes], [{ closed: 1 }, ['EVENT_AFTER_CLOSE']]);
});

test('without a directory, what shutdown could not deliver is dropped and said', async () => {
  await using app = await loggingApp({ flushTimeoutMs: 50 }, () => {});
  app.logger.emit({ body: 1 });
  app.logger.emit({ body: 2 });
  await app.processor.shutdown();
  const ledger = app.processor.stats();
  assertBalanced(ledger);
  assert.deepEqual([ledger.total.dropped, app.codes()], [{ closed: 2 }, ['EXPORT_FAILED']]);
});

test('what a destination refuses, takes in part or cannot read is in the ledger by reason', async () => {
  let index = 0;
  await using app = await loggingApp({ flushBatchSize: 2 }, (request, response) => {
    const text = String(request.body);
    if (text.includes('poison')) response.statusCode = 400;
    response.setHeader('content-type', 'application/json');
    response.end(index++ === 0 ? '{"partialSuccess":{"rejectedLogRecords":"1"}}' : '{}');
  });
  for (const body of ['a', 'b', 'c', 'poison', 'd']) app.logger.emit({ eventName: 'x', body });
  await app.provider.forceFlush();
  const ledger = app.processor.stats();
  assertBalanced(ledger);
  assert.deepEqual(ledger.events.x?.rejected, { partial_success: 1, http_400: 1 });
  assert.equal(ledger.total.acked, 3);
  assert.deepEqual(app.codes(), ['EXPORT_PARTIAL', 'EXPORT_FAILED']);
});

test('a full memory drops and counts, by the choice of onFull', async () => {
  for (const [onFull, kept] of [
    ['drop-oldest', 'last'],
    ['drop-newest', 'first'],
  ] as const) {
    let isAway = true;
    await using app = await loggingApp({ maxBytes: 10_000, onFull }, (_, response) => {
      response.statusCode = isAway ? 503 : 200;
      response.end();
    });
    for (let n = 0; n < 100; n++) app.logger.emit({ body: n, attributes: { text: 'x'.repeat(200) } });
    isAway = false;
    await app.processor.forceFlush();
    const ledger = app.processor.stats();
    assertBalanced(ledger);
    const dropped = ledger.total.dropped.queue_full ?? 0;
    assert.ok(dropped > 20 && dropped < 100, `${dropped}`);
    assert.equal(ledger.total.acked, 100 - dropped);
    assert.equal(app.bodies().includes(kept === 'first' ? 0 : 99), true);
    assert.equal(app.bodies().includes(kept === 'first' ? 99 : 0), false);
    assert.ok(app.codes().includes('QUEUE_FULL'));
  }
});

test('a log and a span processor share one; a later logger delivers what both left, by the same names', async (t) => {
  const spool = tempDir(t);
  const away = await httpSink((_, response) => {
    response.statusCode = 503;
    response.end();
  });
  await using logs = loggingTo(away, { spool, flushTimeoutMs: 50 });
  const traces = tracingTo(away, { spool, flushTimeoutMs: 50, onError: () => {} });
  logs.logger.emit({ eventName: 'left.behind', body: 1 });
  traces.provider.getTracer('t').startSpan('left behind').end();
  await Promise.all([logs.processor.durable(), traces.processor.durable()]);
  await away.close();
  await Promise.all([logs.processor.shutdown(), traces.processor.shutdown()]);
  assertBalanced(logs.processor.stats());
  assert.deepEqual([logs.processor.stats().total.pending, traces.processor.stats().spans.pending], [1, 1]);
  await using sink = await httpSink();
  const later = new EventLogger({ endpoint: sink.url, spool, logLevel: 'none' });
  await later.flush();
  const { total, spans, adopted } = later.stats();
  assert.deepEqual([total.acked, spans.acked, adopted], [1, 1, 1]);
  assert.equal(logRecordsOf(sink.requests)[0]?.resource['service.name'], 'shop');
  assert.equal(spansOf(sink.requests)[0]?.name, 'left behind');
  await later.close();
});

test('what a logger left, the processors of a later process deliver', async (t) => {
  const spool = tempDir(t);
  const early = new EventLogger({ endpoint: 'http://127.0.0.1:1', spool, logLevel: 'none' });
  early.track('left.behind', () => {});
  await early.close({ timeoutMs: 1 });
  await using app = await loggingApp({ spool });
  await app.processor.forceFlush();
  const ledger = app.processor.stats();
  assertBalanced(ledger);
  assert.deepEqual([ledger.total.acked, ledger.spans.acked, ledger.adopted], [1, 1, 1]);
  assert.equal(logRecordsOf(app.sink.requests)[0]?.eventName, 'left.behind');
  assert.equal(spansOf(app.sink.requests)[0]?.name, 'left.behind');
});

test('an app with a meter provider has the ledger as metrics, but for what its SDK counts itself', async () => {
  class Reader extends MetricReader {
    protected override async onShutdown(): Promise<void> {}
    protected override async onForceFlush(): Promise<void> {}
  }
  const reader = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  const app = await loggingApp();
  const traces = tracingTo(app.sink);
  app.logger.emit({ body: 1 });
  traces.provider.getTracer('t').startSpan('s').end();
  await Promise.all([app.processor.shutdown(), traces.processor.shutdown()]);
  await app.sink.close();
  const { resourceMetrics } = await reader.collect();
  metrics.disable();
  const exported = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
    metrics
      .filter(
        ({ descriptor, dataPoints }) => dataPoints.length > 0 && !/queue|inflight/.test(descriptor.name),
      )
      .map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints[0]?.value]),
  );
  assert.deepEqual(exported.toSorted(), [
    ['otel.sdk.exporter.log.exported', 1],
    ['otel.sdk.exporter.span.exported', 1],
    ['otel.sdk.processor.log.processed', 1],
    ['otel.sdk.processor.span.processed', 1],
  ]);
});
