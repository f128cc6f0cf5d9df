// Processes of their own: what happens to events when one ends, and what `register` sets up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../harness/free-port.ts';
import { httpSink } from '../harness/http-sink.ts';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { runNode } from '../harness/run-node.ts';
import { tempDir } from '../harness/temp-dir.ts';

const JSON_PROTOCOL = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };

test('a process that ends without close loses nothing and is not kept alive', async () => {
  await using sink = await httpSink();
  const run = await runNode(
    `import { EventLogger } from '../../src/index.ts';
     const events = new EventLogger({ endpoint: process.env.SINK, httpUrl: process.env.SINK + '/leip', app: { name: 'short' } });
     events.log('last.words', { n: 1 });
     events.track('open.scope', { n: 2 });
     events.track('done', () => {});`,
    { env: { ...JSON_PROTOCOL, SINK: sink.url } },
  );
  assert.deepEqual([run.code, run.stderr], [0, '']);
  assert.deepEqual(
    logRecordsOf(sink.requests).map(({ eventName, attributes }) => [
      eventName,
      attributes['event.incomplete'],
    ]),
    [
      ['last.words', undefined],
      ['done', undefined],
      ['open.scope', true],
    ],
  );
  assert.equal(sink.requests.filter(({ path }) => path === '/leip').length, 3);
  assert.deepEqual(
    spansOf(sink.requests)
      .map(({ name }) => name)
      .sort(),
    ['done', 'open.scope'],
  );
});

test('a process that ends with the collector away is held for exitTimeoutMs and says what is lost', async () => {
  const run = await runNode(
    `import { EventLogger } from '../../src/index.ts';
     const events = new EventLogger({ delivery: 'none', httpUrl: process.env.SINK, exitTimeoutMs: 300 });
     const startedMs = performance.now();
     process.once('exit', () => console.log(performance.now() - startedMs));
     events.log('a'); events.log('b');`,
    { env: { SINK: `http://127.0.0.1:${await freePort()}` } },
  );
  assert.equal(run.code, 0);
  assert.match(run.stderr, /the process ends with 2 deliveries pending after 300 ms; they are lost/);
  assert.ok(Number(run.stdout) < 4500, run.stdout);
});

test('an idle logger neither delays the end of a process nor opens a connection', async () => {
  await using sink = await httpSink();
  const run = await runNode(
    `import { EventLogger } from '../../src/index.ts';
     new EventLogger({ endpoint: process.env.SINK });`,
    { env: { SINK: sink.url } },
  );
  assert.deepEqual([run.code, run.stderr], [0, '']);
  assert.equal(sink.requests.length, 0);
});

test('an app that logs whenever the process is about to end is not kept for ever, and hears what is lost', async () => {
  await using sink = await httpSink();
  const run = await runNode(
    `import { EventLogger } from '../../src/index.ts';
     const events = new EventLogger({ endpoint: process.env.SINK });
     process.on('beforeExit', () => events.log('bye'));`,
    { env: { ...JSON_PROTOCOL, SINK: sink.url } },
  );
  assert.equal(run.code, 0);
  assert.match(
    run.stderr,
    /^otel-events: EXPORT_FAILED: the process ends with 1 delivery pending; it is lost [^\n]*\n$/,
  );
  const { length } = logRecordsOf(sink.requests);
  assert.ok(length >= 1 && length <= 20, `${length}`);
});

test('process.exit with a spool: a results.json that is not written yet is said to be lost, once', async (t) => {
  const dir = tempDir(t);
  const run = await runNode(
    `import { EventLogger } from '../../src/index.ts';
     const events = new EventLogger({ endpoint: process.env.SINK, spool: process.env.DIR + '/spool' });
     events.log('kept');
     events.log('saved', {}, { outputPath: process.env.DIR + '/results' });
     await events.durable();
     process.exit(0);`,
    { env: { SINK: `http://127.0.0.1:${await freePort()}`, DIR: dir } },
  );
  assert.equal(run.code, 0);
  assert.match(
    run.stderr,
    /^otel-events: EXPORT_FAILED: the process ends with 1 delivery pending; it is lost [^\n]*outputPath[^\n]*\n$/,
  );
});

test('process.exit right after close(), without waiting for it, loses nothing that a spool can keep', async (t) => {
  const spool = tempDir(t);
  const run = await runNode(
    `import { EventLogger } from '../../src/index.ts';
     const events = new EventLogger({ endpoint: process.env.SINK, spool: process.env.SPOOL });
     events.log('in.time');
     void events.close();
     process.exit(0);`,
    { env: { SINK: `http://127.0.0.1:${await freePort()}`, SPOOL: spool } },
  );
  assert.deepEqual([run.code, run.stderr], [0, '']);
  await using sink = await httpSink();
  await runNode(
    `import { EventLogger } from '../../src/index.ts';
     const events = new EventLogger({ endpoint: process.env.SINK, spool: process.env.SPOOL });
     await events.flush();
     await events.close();`,
    { env: { ...JSON_PROTOCOL, SINK: sink.url, SPOOL: spool } },
  );
  assert.equal(logRecordsOf(sink.requests)[0]?.eventName, 'in.time');
});

const REGISTER = `--import=${new URL('../../src/register.ts', import.meta.url)}`;

test('register sets up a pipeline for the whole app from OTEL_* variables, and flushes it at the end', async () => {
  await using sink = await httpSink();
  const run = await runNode(
    `import { context, propagation, trace, logs } from '@opentelemetry/api';
     import { EventLogger } from '../../src/index.ts';
     const events = new EventLogger({ app: { name: 'ignored here' } });
     await trace.getTracer('app').startActiveSpan('request', async (span) => {
       await new Promise((resolve) => setTimeout(resolve, 2));
       events.log('seen');
       logs.getLogger('plain').emit({ body: 'a log line of the app' });
       const carrier = {};
       propagation.inject(context.active(), carrier);
       console.log(Object.keys(carrier).join());
       span.end();
     });
     console.log(JSON.stringify(events.stats().total.handedOver));`,
    {
      args: [REGISTER],
      env: { ...JSON_PROTOCOL, OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_SERVICE_NAME: 'from-env' },
    },
  );
  assert.deepEqual([run.code, run.stderr], [0, '']);
  assert.equal(run.stdout, 'traceparent\n1\n');
  const records = logRecordsOf(sink.requests);
  const [span] = spansOf(sink.requests);
  assert.deepEqual(
    records.map(({ eventName, body, resource }) => [eventName ?? '', body, resource['service.name']]),
    [
      ['seen', 'seen', 'from-env'],
      ['', 'a log line of the app', 'from-env'],
    ],
  );
  assert.equal(records[0]?.traceId, span?.traceId);
});

/** Runs code with `logger` and `tracer` of the api, in a process that `register` has set up. */
function runRegistered(code: string, env: Record<string, string>): ReturnType<typeof runNode> {
  return runNode(
    `import { logs, trace } from '@opentelemetry/api';
     const logger = logs.getLogger('app');
     const tracer = trace.getTracer('app');
     ${code}`,
    { args: [REGISTER], env: { ...JSON_PROTOCOL, ...env } },
  );
}

test('register: a burst arrives whole, within the limits of the environment, though the collector came late', async () => {
  const port = await freePort();
  const running = runRegistered(
    `for (let n = 0; n < 20_000; n++) logger.emit({ body: n, attributes: { a: 'long text', b: 1 } });
     for (let n = 0; n < 5000; n++) tracer.startSpan('s').end();
     process.stdout.write('emitted');
     setTimeout(() => {}, 1000);`,
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4',
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '1',
    },
  );
  await using sink = await httpSink((_, response, index) => {
    response.statusCode = index < 2 ? 503 : 200;
    response.end();
  }, port);
  const run = await running;
  assert.deepEqual([run.code, run.stdout], [0, 'emitted']);
  const taken = sink.requests.slice(2);
  assert.deepEqual(
    logRecordsOf(taken).map(({ body }) => body),
    Array.from({ length: 20_000 }, (_, n) => n),
  );
  assert.deepEqual(logRecordsOf(taken)[0]?.attributes, { a: 'long' });
  assert.equal(spansOf(taken).length, 5000);
  assert.ok(run.stderr.split('\n').length <= 3, `at most one line a signal: ${run.stderr}`);
});

/** An app with a sink that takes `delayMs` for an answer, which is sent signals and has no listeners of its own. */
async function signalled(
  options: string,
  signals: readonly [NodeJS.Signals, afterMs: number][],
  answer: 'at once' | 'never' = 'at once',
) {
  const sink = await httpSink();
  const run = await runNode(
    `import { EventLogger } from '../../src/index.ts';
     const events = new EventLogger({ flushIntervalMs: 60_000, ${options} });
     events.log('a'); events.log('b');
     setInterval(() => {}, 1000);
     for (const [signal, afterMs] of ${JSON.stringify(signals)}) {
       setTimeout(() => process.kill(process.pid, signal), 50 + afterMs);
     }`,
    {
      env: { SINK: answer === 'never' ? `http://127.0.0.1:${await freePort()}` : sink.url },
      timeoutMs: 90_000,
    },
  );
  await sink[Symbol.asyncDispose]();
  return { run, taken: sink.requests.length };
}

const EXPORTER = "delivery: 'none', httpUrl: process.env.SINK";

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const) {
  test(`${signal}: what is pending for an exporter is delivered before it does what it does`, async () => {
    for (const more of ['', ', handleSignals: true']) {
      const { run, taken } = await signalled(EXPORTER + more, [[signal, 0]]);
      assert.deepEqual([run.code, run.signal, run.stderr, taken], [null, signal, '', 2]);
    }
  });
}

test('handleSignals: false leaves a signal to what it does', async () => {
  await using sink = await httpSink();
  // Sent in the turn that logs: with no listener it ends the process there and then. Later, the exporter may have
  // sent by itself before the signal came.
  const run = await runNode(
    `import { EventLogger } from '../../src/index.ts';
     const events = new EventLogger({ ${EXPORTER}, handleSignals: false });
     events.log('a');
     process.kill(process.pid, 'SIGTERM');`,
    { env: { SINK: sink.url } },
  );
  assert.deepEqual([run.signal, sink.requests.length], ['SIGTERM', 0]);
});

test('two SIGINT within 5 ms, as tsx sends them, are one', async () => {
  const { run, taken } = await signalled(EXPORTER, [
    ['SIGINT', 0],
    ['SIGINT', 4],
  ]);
  assert.deepEqual([run.signal, run.stderr, taken], ['SIGINT', '', 2]);
});

test('a second signal ends a process that waits for its destination, and what is lost is said', async () => {
  const { run } = await signalled(
    `${EXPORTER}, exitTimeoutMs: 120_000, flushIntervalMs: 1`,
    [
      ['SIGINT', 0],
      ['SIGINT', 700],
    ],
    'never',
  );
  assert.equal(run.signal, 'SIGINT');
  assert.ok(run.ms < 60_000, `${run.ms}`);
  assert.match(run.stderr, /the process ends with 2 deliveries pending; they are lost/);
});

test('register: SIGTERM is flushed first, unless the app listens to it', async () => {
  for (const listens of [false, true]) {
    await using sink = await httpSink();
    const run = await runRegistered(
      `${listens ? "process.on('SIGTERM', () => process.exit(5));" : ''}
       logger.emit({ body: 1 });
       setInterval(() => {}, 1000);
       setTimeout(() => process.kill(process.pid, 'SIGTERM'), 20);`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BLRP_SCHEDULE_DELAY: '60000', OTEL_LOG_LEVEL: 'none' },
    );
    assert.deepEqual([run.code, run.signal], listens ? [5, null] : [null, 'SIGTERM']);
    assert.equal(logRecordsOf(sink.requests).length, listens ? 0 : 1);
  }
});

test('register: OTEL_EVENTS_SPOOL is a directory in which records survive kill -9 and process.exit', async (t) => {
  const OTEL_EVENTS_SPOOL = tempDir(t);
  const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${await freePort()}`;
  for (const end of ["setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20);", 'process.exit(0);']) {
    const run = await runRegistered(
      `logger.emit({ body: 1 });
       tracer.startSpan('s').end();
       ${end}`,
      { OTEL_EVENTS_SPOOL, OTEL_EXPORTER_OTLP_ENDPOINT },
    );
    assert.deepEqual([run.stdout, run.stderr], ['', '']);
  }
  await using sink = await httpSink();
  const later = await runRegistered('', { OTEL_EVENTS_SPOOL, OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
  assert.deepEqual([later.code, later.stderr], [0, '']);
  assert.deepEqual([logRecordsOf(sink.requests).length, spansOf(sink.requests).length], [2, 2]);
});

test('register: the console exporters write what the SDK has them write, and none exports nothing', async () => {
  const code = `logger.emit({ eventName: 'shown' });
    tracer.startSpan('shown too').end();`;
  await using sink = await httpSink();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
  const shown = await runRegistered(code, {
    ...env,
    OTEL_LOGS_EXPORTER: 'console',
    OTEL_TRACES_EXPORTER: 'console',
  });
  assert.match(shown.stdout, /eventName: 'shown'/);
  assert.match(shown.stdout, /name: 'shown too'/);
  const none = await runRegistered(code, {
    ...env,
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_TRACES_EXPORTER: 'none',
  });
  assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', '']);
  assert.equal(sink.requests.length, 0);
});

test('register: what the environment asks for and is not supported is said once, not once a signal', async () => {
  await using sink = await httpSink();
  const run = await runRegistered('', {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'brotli',
  });
  assert.deepEqual(
    run.stderr.split('\n').map((line) => line.replace(/ \(.*/, '')),
    [
      'otel-events: ENVIRONMENT_UNSUPPORTED: OTEL_EXPORTER_OTLP_PROTOCOL asks for grpc',
      'otel-events: ENVIRONMENT_UNSUPPORTED: OTEL_EXPORTER_OTLP_COMPRESSION asks for brotli: it is ignored',
      '',
    ],
  );
});

test('register leaves a signal alone that has a provider already, and obeys OTEL_SDK_DISABLED', async () => {
  const code = `
    const api = globalThis[Symbol.for('opentelemetry.js.api.1')];
    console.log(Object.keys(api ?? {}).sort().join());`;
  const preset = `--import=data:text/javascript,${encodeURIComponent(
    `import { trace } from ${JSON.stringify(import.meta.resolve('@opentelemetry/api'))};
     trace.setGlobalTracerProvider({ getTracer: () => 'mine' });`,
  )}`;
  const own = await runNode(code, { args: [preset, REGISTER] });
  assert.deepEqual([own.stdout, own.stderr], ['context,logs,propagation,trace,version\n', '']);
  const kept = await runNode(
    `import { trace } from '@opentelemetry/api'; console.log(trace.getTracerProvider().getDelegate().getTracer());`,
    { args: [preset, REGISTER] },
  );
  assert.equal(kept.stdout, 'mine\n');
  const disabled = await runNode(code, { args: [REGISTER], env: { OTEL_SDK_DISABLED: 'true' } });
  assert.equal(disabled.stdout, '\n');
  assert.match(disabled.stderr, /SDK_DISABLED: OTEL_SDK_DISABLED is true: nothing is registered/);
});

test('importing the library loads neither the SDK nor the network', async () => {
  const run = await runNode(
    `import '../../src/index.ts';
     const { createRequire } = await import('node:module');
     const loaded = process.moduleLoadList.filter((name) => /NativeModule (http|https|net|tls|zlib|yaml)$/.test(name));
     const sdk = Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('sdk'));
     console.log(JSON.stringify([loaded, sdk]));`,
  );
  assert.equal(run.stdout, '[[],[]]\n', run.stderr);
});
