// Records whose resource is still being detected, with the SDK's own resources.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { httpSink } from '../harness/http-sink.ts';
import { assertBalanced } from '../harness/ledger.ts';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { runNode } from '../harness/run-node.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { loggingApp, loggingTo } from './durable-app.ts';

process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';

/** A resource with one attribute that is being detected. */
function detecting() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'host.id': promise });
  return { resource, found: () => resolve('machine'), failed: () => reject(new Error('no metadata server')) };
}

const hostsOf = (app: { sink: { requests: Parameters<typeof logRecordsOf>[0] } }): unknown[] =>
  logRecordsOf(app.sink.requests).map(({ body, resource }) => [body, resource['host.id']]);

test('records wait for attributes that come late; those before and after arrive in order, with them', async () => {
  const { resource, found } = detecting();
  await using app = await loggingApp({ flushIntervalMs: 0 }, undefined, resource);
  for (const n of [1, 2, 3]) app.logger.emit({ body: n });
  const ledger = app.processor.stats();
  assertBalanced(ledger);
  assert.deepEqual([ledger.total.emitted, ledger.total.pending], [3, 3], 'what waits is pending');
  found();
  app.logger.emit({ body: 4 });
  await app.processor.forceFlush();
  app.logger.emit({ body: 5 });
  await app.processor.forceFlush();
  assert.deepEqual(
    hostsOf(app),
    [1, 2, 3, 4, 5].map((n) => [n, 'machine']),
  );
  assert.deepEqual(app.codes(), []);
});

test('detection that fails costs that attribute and no record', async () => {
  const { resource, failed } = detecting();
  await using app = await loggingApp({}, undefined, resource);
  app.logger.emit({ body: 1 });
  failed();
  await app.processor.forceFlush();
  app.logger.emit({ body: 2 });
  await app.processor.forceFlush();
  assert.deepEqual(hostsOf(app), [
    [1, undefined],
    [2, undefined],
  ]);
});

test('a record that waits is as it was when it was emitted', async () => {
  const { resource, found } = detecting();
  await using app = await loggingApp({}, undefined, resource);
  const body = { list: [1] };
  app.logger.emit({ body });
  body.list.push(2);
  // Encoding another uses the same buffer.
  app.logger.emit({ body: { other: 'x'.repeat(300) } });
  found();
  await app.processor.forceFlush();
  assert.deepEqual(app.bodies()[0], { list: [1] });
});

test('forceFlush waits for the resource within its time; what waits then goes later', async () => {
  const { resource, found } = detecting();
  await using app = await loggingApp({}, undefined, resource);
  app.logger.emit({ body: 1 });
  await app.processor.forceFlush({ timeoutMillis: 20 });
  assert.deepEqual([app.sink.requests.length, app.processor.stats().total.pending], [0, 1]);
  const flushed = app.processor.forceFlush();
  found();
  await flushed;
  assert.deepEqual(hostsOf(app), [[1, 'machine']]);
});

test('shutdown waits for half of its time, then sends what there is without the rest', async () => {
  const { resource } = detecting();
  await using app = await loggingApp({ flushTimeoutMs: 300 }, undefined, resource);
  app.logger.emit({ body: 1 });
  await app.processor.shutdown();
  assert.deepEqual(hostsOf(app), [[1, undefined]]);
  assert.equal(app.processor.stats().total.acked, 1);
});

test('durable() waits for the resource, then the record is in the file', async (t) => {
  const spool = tempDir(t);
  const { resource, found } = detecting();
  const away = await httpSink();
  const app = loggingTo(away, { spool, flushTimeoutMs: 20, flushIntervalMs: 60_000 }, resource);
  app.logger.emit({ body: 1 });
  let isDurable = false;
  const durable = app.processor.durable().then(() => {
    isDurable = true;
  });
  await new Promise(setImmediate);
  assert.equal(isDurable, false);
  found();
  await durable;
  await away.close();
  await app.processor.shutdown();
  await using later = await loggingApp({ spool });
  await later.processor.forceFlush();
  assert.deepEqual(hostsOf(later), [[1, 'machine']]);
});

test('a burst before the resource is complete fills no more memory than it may, and is not lost', async () => {
  const { resource } = detecting();
  await using app = await loggingApp({ maxBytes: 200_000 }, undefined, resource);
  for (let n = 0; n < 500; n++) app.logger.emit({ body: n, attributes: { text: 'x'.repeat(200) } });
  await app.processor.forceFlush();
  assert.deepEqual(
    app.bodies(),
    Array.from({ length: 500 }, (_, n) => n),
  );
  assert.deepEqual(app.codes(), ['RESOURCE_INCOMPLETE']);
});

test('a resource that was given up is complete for records after its detection', async () => {
  const { resource, found } = detecting();
  await using app = await loggingApp({ maxBytes: 5000 }, undefined, resource);
  for (let n = 0; n < 20; n++) app.logger.emit({ body: n });
  await app.processor.forceFlush();
  found();
  await resource.waitForAsyncAttributes?.();
  app.logger.emit({ body: 20 });
  await app.processor.forceFlush();
  assert.deepEqual(
    hostsOf(app),
    Array.from({ length: 21 }, (_, n) => [n, n < 20 ? undefined : 'machine']),
  );
});

/** A process of its own whose resource is never complete. */
function runPending(end: string, env: Record<string, string>): ReturnType<typeof runNode> {
  return runNode(
    `import { resourceFromAttributes } from '@opentelemetry/resources';
     import { LoggerProvider } from '@opentelemetry/sdk-logs';
     import { TracerProvider } from '@opentelemetry/sdk-trace';
     import { DurableLogRecordProcessor, DurableSpanProcessor } from '../../src/otel/index.ts';
     const resource = resourceFromAttributes({ 'service.name': 'shop', 'host.id': new Promise(() => {}) });
     const options = { exitTimeoutMs: 4000, ...(process.env.SPOOL && { spool: process.env.SPOOL }) };
     const logs = new LoggerProvider({ resource, processors: [new DurableLogRecordProcessor(options)] });
     const traces = new TracerProvider({ resource, spanProcessors: [new DurableSpanProcessor(options)] });
     logs.getLogger('app').emit({ body: 'last words' });
     traces.getTracer('app').startSpan('last steps').end();
     const loggedMs = performance.now();
     process.once('exit', () => console.log('held for', performance.now() - loggedMs));
     ${end}`,
    { env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', ...env } },
  );
}

test('a process that ends while the resource is pending sends without the rest of it, and is not held', async () => {
  await using sink = await httpSink();
  const run = await runPending('', { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
  assert.deepEqual([run.code, run.stderr], [0, '']);
  assert.ok(Number(/held for (\S+)/.exec(run.stdout)?.[1]) < 20_000, run.stdout);
  assert.deepEqual(
    logRecordsOf(sink.requests).map(({ body, resource }) => [body, resource]),
    [['last words', { 'service.name': 'shop' }]],
  );
  assert.equal(spansOf(sink.requests)[0]?.name, 'last steps');
});

test('process.exit while the resource is pending: with a spool the next process has the records', async (t) => {
  const spool = tempDir(t);
  const run = await runPending('process.exit(3);', { SPOOL: spool });
  assert.deepEqual([run.code, run.stderr], [3, '']);
  await using later = await loggingApp({ spool });
  await later.processor.forceFlush();
  assert.deepEqual(later.bodies(), ['last words']);
  assert.equal(spansOf(later.sink.requests)[0]?.name, 'last steps');
});

test('process.exit without a spool says what is lost', async () => {
  const run = await runPending('process.exit(3);', {});
  assert.equal(run.code, 3);
  assert.match(run.stderr, /the process ends with 1 log record pending; it is lost/);
  assert.match(run.stderr, /the process ends with 1 span pending; it is lost/);
});
