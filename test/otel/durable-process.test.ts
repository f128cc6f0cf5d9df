// Processes of their own whose app uses the durable processors: what becomes of records when they end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLogger } from '../../src/index.ts';
import { freePort } from '../harness/free-port.ts';
import { httpSink } from '../harness/http-sink.ts';
import { assertBalanced } from '../harness/ledger.ts';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { type NodeRun, runNode } from '../harness/run-node.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { loggingApp } from './durable-app.ts';

process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';

/** Runs code with `logger`, `tracer` and their processors `logs` and `spans`; `OPTIONS` is JSON. */
function runApp(code: string, env: Record<string, string>, options: object = {}): Promise<NodeRun> {
  return runNode(
    `import { LoggerProvider } from '@opentelemetry/sdk-logs';
     import { TracerProvider } from '@opentelemetry/sdk-trace';
     import { DurableLogRecordProcessor, DurableSpanProcessor } from '../../src/otel/index.ts';
     const options = JSON.parse(process.env.OPTIONS);
     const logs = new DurableLogRecordProcessor(options);
     const spans = new DurableSpanProcessor(options);
     const logger = new LoggerProvider({ processors: [logs] }).getLogger('app');
     const tracer = new TracerProvider({ spanProcessors: [spans] }).getTracer('app');
     ${code}`,
    { env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OPTIONS: JSON.stringify(options), ...env } },
  );
}

const bodies = ({ requests }: { requests: Parameters<typeof logRecordsOf>[0] }): unknown[] =>
  logRecordsOf(requests).map(({ body }) => body);

test('a process that just ends delivers everything, says nothing, and is not kept alive', async () => {
  await using sink = await httpSink();
  const run = await runApp(
    `for (let n = 0; n < 5000; n++) logger.emit({ body: n });
     tracer.startSpan('last').end();`,
    { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url },
  );
  assert.deepEqual([run.code, run.stderr], [0, '']);
  assert.equal(bodies(sink).length, 5000);
  assert.equal(spansOf(sink.requests).length, 1);
});

test('idle processors open no connection and hold no process', async () => {
  await using sink = await httpSink();
  const run = await runApp('', { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
  assert.deepEqual([run.code, run.stderr, sink.requests.length], [0, '', 0]);
});

test('without a directory, and with the collector away, the end is bounded and says what is lost', async () => {
  const run = await runApp(
    `logger.emit({ body: 1 }); logger.emit({ body: 2 });`,
    { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` },
    { exitTimeoutMs: 200 },
  );
  assert.equal(run.code, 0);
  assert.match(run.stderr, /EXPORT_FAILED: .*did not answer: ECONNREFUSED/);
  assert.match(run.stderr, /the process ends with 2 log records pending; they are lost .*spool/);
});

test('killed with -9: what durable() promised, a logger of the next process delivers', async (t) => {
  const spool = tempDir(t);
  const run = await runApp(
    `for (let n = 0; n < 300; n++) logger.emit({ eventName: 'kept', body: n });
     for (let n = 0; n < 100; n++) tracer.startSpan('kept ' + n).end();
     await Promise.all([logs.durable(), spans.durable()]);
     process.kill(process.pid, 'SIGKILL');`,
    { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` },
    { spool, flushIntervalMs: 60_000 },
  );
  assert.equal(run.signal, 'SIGKILL');
  await using sink = await httpSink();
  const next = new EventLogger({ spool, endpoint: sink.url, logLevel: 'none' });
  await next.flush();
  const ledger = next.stats();
  assertBalanced(ledger);
  assert.deepEqual([ledger.events.kept?.acked, ledger.spans.acked, ledger.adopted], [300, 100, 300]);
  assert.deepEqual(
    bodies(sink),
    Array.from({ length: 300 }, (_, n) => n),
  );
  await next.close();
});

test('a logger killed with -9: the processors of the next process deliver its events and spans', async (t) => {
  const spool = tempDir(t);
  const run = await runNode(
    `import { EventLogger } from '../../src/index.ts';
     const events = new EventLogger({ spool: process.env.SPOOL, endpoint: process.env.AWAY, flushIntervalMs: 60_000 });
     for (let n = 0; n < 100; n++) events.track('scope', { n }, () => {});
     await events.durable();
     process.kill(process.pid, 'SIGKILL');`,
    { env: { SPOOL: spool, AWAY: `http://127.0.0.1:${await freePort()}` } },
  );
  assert.equal(run.signal, 'SIGKILL');
  await using app = await loggingApp({ spool });
  app.logger.emit({ body: 'of its own' });
  await app.processor.forceFlush();
  const ledger = app.processor.stats();
  assertBalanced(ledger);
  assert.deepEqual([ledger.total.acked, ledger.spans.acked, ledger.adopted], [101, 100, 100]);
  assert.deepEqual(
    logRecordsOf(app.sink.requests).map(({ attributes, body }) => attributes.n ?? body),
    [...Array.from({ length: 100 }, (_, n) => n), 'of its own'],
  );
});

test('process.exit in the turn of the last record: with a directory nothing is lost, after shutdown() was called too', async (t) => {
  const spool = tempDir(t);
  for (const end of ['', 'void logs.shutdown(); void spans.shutdown();']) {
    const run = await runApp(
      `logger.emit({ body: 'in time' });
       tracer.startSpan('in time').end();
       ${end}
       process.on('exit', () => logger.emit({ body: 'in an exit handler' }));
       process.exit(0);`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`, OTEL_LOG_LEVEL: 'none' },
      { spool },
    );
    assert.deepEqual([run.code, run.stderr], [0, '']);
    await using later = await loggingApp({ spool });
    await later.processor.forceFlush();
    const wanted = end === '' ? ['in time', 'in an exit handler'] : ['in time'];
    assert.deepEqual([later.bodies(), spansOf(later.sink.requests).length], [wanted, 1]);
  }
});

test('handleSignals: SIGTERM is flushed before it does what it does; by default it is left to the app', async () => {
  for (const handleSignals of [true, undefined]) {
    await using sink = await httpSink();
    const run = await runApp(
      `logger.emit({ body: 1 });
       setInterval(() => {}, 1000);
       setTimeout(() => process.kill(process.pid, 'SIGTERM'), 20);`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url },
      { handleSignals, flushIntervalMs: 60_000 },
    );
    assert.equal(run.signal, 'SIGTERM');
    assert.deepEqual(bodies(sink), handleSignals ? [1] : []);
  }
});

test('an app that logs whenever the process is about to end is not kept for ever by what that brings about', async () => {
  await using sink = await httpSink();
  const run = await runApp(`process.on('beforeExit', () => logger.emit({ body: 'bye' }));`, {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_LOG_LEVEL: 'none',
  });
  assert.equal(run.code, 0);
  assert.ok(bodies(sink).length >= 1 && bodies(sink).length <= 20, `${bodies(sink).length}`);
});

test('without onError and diag a loss is written to standard error, once, unless OTEL_LOG_LEVEL is none', async () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` };
  const code = `logger.emit({ body: 1 });
     await logs.forceFlush({ timeoutMillis: 300 });
     await logs.forceFlush({ timeoutMillis: 300 });
     await logs.shutdown();
     logger.emit({ body: 2 });
     logger.emit({ body: 3 });`;
  const loud = await runApp(code, env, { flushTimeoutMs: 1 });
  assert.deepEqual(
    loud.stderr.split('\n').map((line) => line.split(':')[1]?.trim()),
    ['EXPORT_FAILED', 'EXPORT_FAILED', 'EVENT_AFTER_CLOSE', undefined],
    loud.stderr,
  );
  assert.match(loud.stderr, /was not delivered before close and is lost/);
  const quiet = await runApp(code, { ...env, OTEL_LOG_LEVEL: 'none' }, { flushTimeoutMs: 1 });
  assert.equal(quiet.stderr, '');
});
