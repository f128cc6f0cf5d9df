// Variables and options that are promised in docs/configuration.md, on real traffic.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, type TestContext, test } from 'node:test';
import { EventLogger, type OtelEventsError } from '../../src/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { runNode } from '../harness/run-node.ts';

beforeEach(() => {
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
});

afterEach(() => {
  delete process.env.OTEL_SPAN_EVENT_COUNT_LIMIT;
});

test('OTEL_SPAN_EVENT_COUNT_LIMIT bounds the copies on a span, and the span says what it left out', async () => {
  process.env.OTEL_SPAN_EVENT_COUNT_LIMIT = '4';
  await using sink = await httpSink();
  const events = new EventLogger({ endpoint: sink.url });
  events.track('busy', () => {
    for (let count = 0; count < 10; count++) events.log('tick', { count });
  });
  await events.close();
  const [span] = spansOf(sink.requests);
  assert.deepEqual(
    span?.events?.map(({ attributes }) => attributes.count),
    [0, 1, 2],
  );
  assert.equal(span?.attributes['event.span_events.skipped'], 7);
});

test('links of a scope are links of its span', async () => {
  await using sink = await httpSink();
  const events = new EventLogger({ endpoint: sink.url });
  const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  events.track('linked', {}, { links: [{ context }] }, () => {});
  await events.close();
  const [span] = spansOf(sink.requests) as unknown as { links: { traceId: string; spanId: string }[] }[];
  assert.deepEqual(
    span?.links.map(({ traceId, spanId }) => [traceId, spanId]),
    [[context.traceId, context.spanId]],
  );
});

test('identifyDevice adds the machine’s id to the resource; without it there is none', async () => {
  const machineId = readMachineId();
  for (const identifyDevice of [false, true]) {
    await using sink = await httpSink();
    const events = new EventLogger({ endpoint: sink.url, identifyDevice });
    events.log('x');
    await events.close();
    const resource = logRecordsOf(sink.requests)[0]?.resource ?? {};
    const wanted = identifyDevice ? machineId : undefined;
    assert.deepEqual([resource['host.id'], resource['device.id']], [wanted, wanted]);
  }
});

test('lost spans are reported once an outage', async () => {
  let healthy = false;
  await using sink = await httpSink((request, response) => {
    response.statusCode = healthy || request.path === '/v1/logs' ? 200 : 400;
    response.end();
  });
  const errors: OtelEventsError[] = [];
  const onError = (error: OtelEventsError): void => void errors.push(error);
  const events = new EventLogger({ delivery: 'sdk', endpoint: sink.url, logLevel: 'none', onError });
  for (const state of [false, false, true, false]) {
    healthy = state;
    events.track('scope', () => {});
    await events.flush();
  }
  assert.deepEqual(
    errors.map(({ message }) => /spans of scopes were not delivered/.test(message)),
    [true, true],
  );
  assert.equal(events.stats().total.acked, 4, 'events have an account of their own');
  await events.close();
});

test('OTEL_LOG_LEVEL=none silences standard error; OTEL_LOGS_EXPORTER=console writes records there is to see', async () => {
  const code = `import { EventLogger } from '../../src/index.ts';
    const events = new EventLogger({});
    events.log('');
    await events.close();`;
  const env = { OTEL_LOGS_EXPORTER: 'console', OTEL_TRACES_EXPORTER: 'none' };
  const loud = await runNode(code, { env });
  assert.match(loud.stderr, /EVENT_NAME_INVALID/);
  assert.match(loud.stdout, /eventName: 'unknown'/);
  const quiet = await runNode(code, { env: { ...env, OTEL_LOG_LEVEL: 'none' } });
  assert.equal(quiet.stderr, '');
});

test('register obeys OTEL_PROPAGATORS and warns of those that are not supported', async () => {
  const code = `import { context, propagation, trace } from '@opentelemetry/api';
    trace.getTracer('app').startActiveSpan('x', (span) => {
      const carrier = {};
      propagation.inject(context.active(), carrier);
      console.log(Object.keys(carrier).join());
      span.end();
    });`;
  const args = [`--import=${new URL('../../src/register.ts', import.meta.url)}`];
  const none = await runNode(code, {
    args,
    env: { OTEL_PROPAGATORS: 'b3', OTEL_TRACES_EXPORTER: 'console' },
  });
  assert.equal(none.stdout.split('\n')[0], '');
  assert.match(none.stderr, /ENVIRONMENT_UNSUPPORTED: OTEL_PROPAGATORS asks for b3/);
});

/** What the detector should find; machines without an id have none to add. */
function readMachineId(): string | undefined {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Sets variables for one test. */
function setFor(t: TestContext, variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
  t.after(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });
}

for (const delivery of ['durable', 'sdk'] as const) {
  test(`OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT cuts texts and bytes of any depth, but no id: ${delivery}`, async (t) => {
    setFor(t, { OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4' });
    await using sink = await httpSink();
    const events = new EventLogger({ endpoint: sink.url, delivery });
    const id = events.log('a.long.name', {
      text: 'abcdef',
      emoji: 'abc😀',
      list: ['abcdef'],
      map: { deep: 'abcdef', bytes: Buffer.from('abcdef') },
      bytes: Buffer.from('abcdef'),
      short: 'abc',
    });
    await events.close();
    const [record] = logRecordsOf(sink.requests);
    const bytes = Buffer.from('abcd');
    assert.deepEqual(record?.attributes, {
      'log.record.uid': id,
      text: 'abcd',
      emoji: 'abc',
      list: ['abcd'],
      map: { deep: 'abcd', bytes },
      bytes,
      short: 'abc',
    });
    assert.equal(record?.body, 'a.long.name');
  });

  test(`OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT cuts values of spans, but no id and no character: ${delivery}`, async (t) => {
    setFor(t, { OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4' });
    await using sink = await httpSink();
    const events = new EventLogger({ endpoint: sink.url, delivery });
    const id = events.track('a.long.name', { text: 'abcdef', bytes: Buffer.from('abcdef') }, (scope) => {
      scope.add({ emoji: 'abc😀', list: ['abcdef'] });
      scope.log('inner', { emoji: 'abc😀', text: 'abcdef' });
      scope.fail(new Error('abc😀'));
      return scope.id;
    });
    await events.close();
    const [span] = spansOf(sink.requests);
    assert.equal(span?.attributes['log.record.uid'], id);
    assert.equal(span?.attributes.text, 'abcd');
    assert.equal(span?.attributes.emoji, 'abc');
    assert.deepEqual(span?.attributes.list, ['abcd']);
    assert.equal(span?.attributes['exception.message'], 'abc');
    const [inner] = logRecordsOf(sink.requests).filter(({ eventName }) => eventName === 'inner');
    const [copy, exception] = span?.events ?? [];
    assert.equal(copy?.attributes['log.record.uid'], inner?.attributes['log.record.uid']);
    assert.deepEqual([copy?.attributes.emoji, copy?.attributes.text], ['abc', 'abcd']);
    assert.equal(exception?.attributes['exception.message'], 'abc');
    assert.equal(inner?.attributes.text, 'abcdef');
  });
}
