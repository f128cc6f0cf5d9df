// Processes of their own: what happens to events when one ends, and what `register` sets up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../harness/free-port.ts';
import { httpSink } from '../harness/http-sink.ts';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { runNode } from '../harness/run-node.ts';

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
     events.log('a'); events.log('b');`,
    { env: { SINK: `http://127.0.0.1:${await freePort()}` } },
  );
  assert.equal(run.code, 0);
  assert.match(run.stderr, /the process ends with 2 deliveries pending after 300 ms; they are lost/);
  assert.ok(run.ms < 5000, `${run.ms}`);
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
