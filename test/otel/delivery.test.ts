// The decision table of `delivery`, with real SDK providers registered as an app would.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { context, logs, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  createLoggerConfigurator,
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { EventLogger, type EventLoggerOptions } from '../../src/index.ts';
import { appDetector, deviceDetector, EventToSpanEventProcessor } from '../../src/otel/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';

process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';

afterEach(() => {
  logs.disable();
  trace.disable();
  context.disable();
  for (const name of [
    'OTEL_SDK_DISABLED',
    'OTEL_LOGS_EXPORTER',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_CONFIG_FILE',
  ]) {
    delete process.env[name];
  }
});

function appLogs(...more: EventToSpanEventProcessor[]) {
  const exporter = new InMemoryLogRecordExporter();
  const processors = [...more, new SimpleLogRecordProcessor({ exporter })];
  const provider = new LoggerProvider({ processors: processors as SimpleLogRecordProcessor[] });
  return { exporter, provider };
}

function appTraces() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  return { exporter, provider };
}

function quiet(options: EventLoggerOptions): { events: EventLogger; said: string[] } {
  const said: string[] = [];
  const onError: EventLoggerOptions['onError'] = ({ code }) => said.push(code);
  return { events: new EventLogger({ logLevel: 'none', onError, ...options }), said };
}

test('auto: an app’s LoggerProvider gets the records, with their trace, and they count as handed over', async () => {
  const [appLog, appTrace] = [appLogs(), appTraces()];
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  logs.setGlobalLoggerProvider(appLog.provider);
  trace.setGlobalTracerProvider(appTrace.provider);
  const { events, said } = quiet({ app: { name: 'shop', id: 'i' } });
  trace.getTracer('app').startActiveSpan('GET /', (span) => {
    events.log('seen', { nested: { a: [1] } });
    events.track('scope', { cart: { id: 7 } }, () => {
      trace.getTracer('app').startActiveSpan('db', (child) => {
        events.log('deep');
        child.end();
      });
    });
    span.end();
  });
  const records = Object.fromEntries(
    appLog.exporter.getFinishedLogRecords().map((each) => [each.eventName, each]),
  );
  const spans = Object.fromEntries(appTrace.exporter.getFinishedSpans().map((each) => [each.name, each]));
  assert.deepEqual(Object.keys(records).sort(), ['deep', 'scope', 'seen']);
  assert.equal(records.seen?.spanContext?.spanId, spans['GET /']?.spanContext().spanId);
  assert.equal(spans.scope?.parentSpanContext?.spanId, spans['GET /']?.spanContext().spanId);
  assert.equal(
    spans.db?.parentSpanContext?.spanId,
    spans.scope?.spanContext().spanId,
    'the scope was active',
  );
  assert.equal(
    records.deep?.spanContext?.spanId,
    spans.db?.spanContext().spanId,
    'the innermost span counts',
  );
  assert.deepEqual(records.seen?.attributes.nested, { a: [1] });
  assert.deepEqual(spans.scope?.attributes.cart, { id: 7 }, 'SDK 3 keeps maps');
  assert.deepEqual(records.seen?.instrumentationScope.attributes, { 'service.name': 'shop', 'app.id': 'i' });
  assert.deepEqual(
    spans.db?.events.map(({ name }) => name),
    ['deep'],
  );
  assert.equal(events.stats().total.handedOver, 3);
  assert.deepEqual(said, []);
  const { acked, handedOver } = await events.close();
  assert.deepEqual([acked, handedOver], [0, 3]);
  events.log('late');
  assert.equal(appLog.exporter.getFinishedLogRecords().length, 3);
  assert.deepEqual(events.stats().total.dropped, { closed: 1 });
  assert.deepEqual(said, ['EVENT_AFTER_CLOSE']);
  assert.doesNotThrow(() => appLog.provider.getLogger('still alive').emit({ body: 'x' }));
  assert.equal(appLog.exporter.getFinishedLogRecords().length, 4, 'the app’s provider was not shut down');
});

test('what the options say of the source goes on the scope where the resource is the app’s', async () => {
  const { exporter, provider } = appLogs();
  const { events } = quiet({
    app: { name: 'shop' },
    environment: 'staging',
    resource: { 'cloud.region': 'eu-west-1', shards: [1, 2] },
    identifyDevice: true,
    loggerProvider: provider,
  });
  events.log('seen');
  const { attributes } = exporter.getFinishedLogRecords()[0]?.instrumentationScope ?? {};
  const { 'host.id': hostId, 'device.id': deviceId, ...given } = { ...attributes };
  assert.deepEqual(given, {
    'service.name': 'shop',
    'deployment.environment.name': 'staging',
    'cloud.region': 'eu-west-1',
    shards: [1, 2],
  });
  assert.deepEqual([hostId, deviceId], [machineId(), machineId()]);
  await events.close();
});

function machineId(): string | undefined {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

test('auto: an SDK that starts later is used from then on', async () => {
  await using sink = await httpSink();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = sink.url;
  const { events } = quiet({});
  events.log('early');
  const { exporter, provider } = appLogs();
  logs.setGlobalLoggerProvider(provider);
  events.log('late');
  await events.close();
  assert.deepEqual(
    logRecordsOf(sink.requests).map(({ eventName }) => eventName),
    ['early'],
  );
  assert.deepEqual(
    exporter.getFinishedLogRecords().map(({ eventName }) => eventName),
    ['late'],
  );
  const { acked, handedOver } = events.stats().total;
  assert.deepEqual({ acked, handedOver }, { acked: 1, handedOver: 1 });
});

test('auto: the option endpoint means our own pipeline; spans still go to the app’s tracer', async () => {
  await using sink = await httpSink();
  const [appLog, appTrace] = [appLogs(), appTraces()];
  logs.setGlobalLoggerProvider(appLog.provider);
  trace.setGlobalTracerProvider(appTrace.provider);
  const { events } = quiet({ endpoint: sink.url });
  events.track('scope', () => {});
  await events.close();
  assert.equal(logRecordsOf(sink.requests).length, 1);
  assert.equal(spansOf(sink.requests).length, 0);
  assert.equal(appLog.exporter.getFinishedLogRecords().length, 0);
  assert.equal(appTrace.exporter.getFinishedSpans().length, 1);
  assert.equal(
    logRecordsOf(sink.requests)[0]?.traceId,
    appTrace.exporter.getFinishedSpans()[0]?.spanContext().traceId,
  );
});

test('a registered no-op or unsampled tracer is the app’s tracer all the same', async () => {
  await using sink = await httpSink();
  trace.setGlobalTracerProvider(new TracerProvider({ sampler: { shouldSample: () => ({ decision: 0 }) } }));
  const { events } = quiet({ endpoint: sink.url });
  events.track('scope', () => {});
  await events.close();
  assert.equal(spansOf(sink.requests).length, 0);
  assert.match(logRecordsOf(sink.requests)[0]?.traceId ?? '', /^[0-9a-f]{32}$/);
});

test('app: without a provider events are dropped, said once; with one they are handed over', () => {
  const { events, said } = quiet({ delivery: 'app' });
  events.log('a');
  events.log('b');
  assert.deepEqual(events.stats().total.dropped, { no_provider: 2 });
  assert.deepEqual(said, ['PROVIDER_MISSING']);
  logs.setGlobalLoggerProvider(appLogs().provider);
  events.log('c');
  assert.equal(events.stats().total.handedOver, 1);
});

test('the loggerProvider and tracerProvider options are used without being registered', () => {
  const [appLog, appTrace] = [appLogs(), appTraces()];
  const { events } = quiet({ loggerProvider: appLog.provider, tracerProvider: appTrace.provider });
  events.track('scope', () => events.log('in'));
  assert.equal(appLog.exporter.getFinishedLogRecords().length, 2);
  assert.equal(appTrace.exporter.getFinishedSpans().length, 1);
});

test('sdk: our own stock pipeline, whatever the app has registered', async () => {
  await using sink = await httpSink();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = sink.url;
  const { exporter, provider } = appLogs();
  logs.setGlobalLoggerProvider(provider);
  const { events } = quiet({ delivery: 'sdk' });
  events.log('x');
  await events.close();
  assert.equal(logRecordsOf(sink.requests).length, 1);
  assert.equal(exporter.getFinishedLogRecords().length, 0);
});

test('none: only the exporters get events; without any they are dropped, said once', async () => {
  const got: string[] = [];
  const { events } = quiet({
    delivery: 'none',
    exporters: [async (records) => void got.push(...records.map(({ eventName }) => eventName))],
  });
  events.log('x');
  const totals = await events.close();
  assert.deepEqual(got, ['x']);
  assert.deepEqual(totals, { acked: 1, pending: 0, rejected: 0, dropped: 0 });
  const alone = quiet({ delivery: 'none' });
  alone.events.log('a');
  alone.events.log('b');
  assert.deepEqual(alone.events.stats().total.dropped, { no_sink: 2 });
  assert.deepEqual(alone.said, ['EVENT_UNROUTED']);
});

test('OTEL_SDK_DISABLED and OTEL_LOGS_EXPORTER=none stop OTLP, said once; exporters go on', async () => {
  for (const [name, value] of [
    ['OTEL_SDK_DISABLED', 'true'],
    ['OTEL_LOGS_EXPORTER', 'none'],
  ] as const) {
    process.env[name] = value;
    const alone = quiet({});
    alone.events.log('a');
    alone.events.track('b', () => {});
    assert.deepEqual(alone.events.stats().total.dropped, { disabled: 2 });
    assert.deepEqual(alone.said, ['SDK_DISABLED']);
    const { events } = quiet({ exporters: [async () => {}] });
    events.log('x');
    assert.deepEqual(await events.close(), {
      acked: 1,
      pending: 0,
      rejected: 0,
      dropped: 0,
    });
    delete process.env[name];
  }
});

test('a logger that the SDK has turned off counts as dropped(disabled)', () => {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({
    processors: [new SimpleLogRecordProcessor({ exporter })],
    loggerConfigurator: createLoggerConfigurator([
      { pattern: 'otel-events', config: { enabled: false, minimumSeverity: 0, traceBased: false } },
    ]),
  });
  const { events } = quiet({ loggerProvider: provider });
  events.log('x');
  assert.deepEqual(events.stats().total.dropped, { disabled: 1 });
});

test('an app’s processor that throws costs the event, counted, and never reaches the caller', () => {
  const throwing = {
    onEmit() {
      throw new Error('processor');
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const { events, said } = quiet({ loggerProvider: new LoggerProvider({ processors: [throwing] }) });
  assert.doesNotThrow(() => events.log('x'));
  assert.deepEqual(events.stats().total.dropped, { sink_threw: 1 });
  assert.deepEqual(said, ['EXPORT_FAILED']);
});

test('an app’s provider that throws costs the event, counted; exporters get it all the same', async () => {
  const got: string[] = [];
  const { events, said } = quiet({
    loggerProvider: {
      getLogger() {
        throw new Error('provider');
      },
    },
    exporters: [async (records) => void got.push(...records.map(({ eventName }) => eventName))],
  });
  events.log('x');
  await events.flush();
  assert.deepEqual(events.stats().total.dropped, { sink_threw: 1 });
  assert.deepEqual([got, said], [['x'], ['EXPORT_FAILED']]);
});

test('an app’s span that throws costs the copy, not the event', () => {
  const span = { spanContext: () => ({}), isRecording: () => true, setAttributes: () => span, end() {} };
  const tracerProvider = { getTracer: () => ({ startSpan: () => span }) };
  const { events, said } = quiet({ loggerProvider: appLogs().provider, tracerProvider });
  events.track('scope', () => events.log('inside'));
  assert.equal(events.stats().total.handedOver, 2);
  assert.deepEqual(said, ['EXPORT_FAILED']);
});

test('an app’s tracer that throws costs the span, not the event', async () => {
  const tracerProvider = {
    getTracer: () => ({
      startSpan() {
        throw new Error('tracer');
      },
    }),
  };
  const { events, said } = quiet({ loggerProvider: appLogs().provider, tracerProvider });
  assert.equal(
    events.track('x', () => 5),
    5,
  );
  assert.equal(events.stats().total.handedOver, 1);
  assert.deepEqual(said, ['EXPORT_FAILED']);
});

test('grpc, port 4317 and OTEL_CONFIG_FILE get one warning each, with the fix', () => {
  process.env.OTEL_CONFIG_FILE = 'otel.yaml';
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '100';
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://localhost:4317';
  process.env.OTEL_EXPORTER_OTLP_LOGS_PROTOCOL = 'grpc';
  const messages: string[] = [];
  const events = new EventLogger({
    logLevel: 'none',
    onError: ({ code, message }) => messages.push(`${code} ${message}`),
  });
  events.log('a');
  events.log('b');
  delete process.env.OTEL_EXPORTER_OTLP_LOGS_PROTOCOL;
  delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT;
  assert.equal(messages.length, 3, messages.join('\n'));
  for (const [index, part] of [
    /OTEL_EXPORTER_OTLP_LOGS_PROTOCOL asks for grpc .*use port 4318/,
    /OTEL_EXPORTER_OTLP_ENDPOINT points at port 4317/,
    /OTEL_CONFIG_FILE is set/,
  ].entries()) {
    assert.match(messages[index] ?? '', part);
    assert.match(messages[index] ?? '', /^ENVIRONMENT_UNSUPPORTED/);
  }
  void events.close({ timeoutMs: 0 });
});

test('the logs global of SDK 2.x is found too', () => {
  const key = Symbol.for('io.opentelemetry.js.api.logs');
  const globals = globalThis as { [key: symbol]: unknown };
  const emitted: unknown[] = [];
  const provider = { getLogger: () => ({ emit: (record: unknown) => emitted.push(record) }) };
  globals[key] = (version: number) => (version === 1 ? provider : undefined);
  try {
    const { events } = quiet({ app: { name: 'shop' } });
    events.log('x');
    assert.equal(events.stats().total.handedOver, 1);
    const [record] = emitted as { attributes: Record<string, unknown>; context: unknown }[];
    assert.equal(
      record?.attributes['service.name'],
      'shop',
      'on the record, where the scope cannot carry it',
    );
    assert.ok(record?.context, 'the context is never undefined');
  } finally {
    delete globals[key];
  }
});

test('EventToSpanEventProcessor copies events of any logger to the active span, and none twice', () => {
  const appTrace = appTraces();
  const { provider } = appLogs(new EventToSpanEventProcessor());
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const { events } = quiet({ loggerProvider: provider, tracerProvider: appTrace.provider });
  const tracer = appTrace.provider.getTracer('app');
  tracer.startActiveSpan('outer', (span) => {
    provider.getLogger('other').emit({ eventName: 'foreign', attributes: { m: { a: 1 } } });
    provider.getLogger('other').emit({ body: 'a plain log line' });
    events.log('outside a scope');
    events.track('scope', () => events.log('inside'));
    span.end();
  });
  const spans = Object.fromEntries(appTrace.exporter.getFinishedSpans().map((each) => [each.name, each]));
  assert.deepEqual(
    spans.outer?.events.map(({ name }) => name),
    ['foreign', 'outside a scope'],
  );
  assert.deepEqual(spans.outer?.events[0]?.attributes, { m: '{"a":1}' });
  assert.deepEqual(
    spans.scope?.events.map(({ name }) => name),
    ['inside', 'scope'],
  );
});

test('the detectors give an app’s own resource what ours would have', () => {
  const { attributes: app } = appDetector({ name: 'shop', version: '1', orgName: 'Acme' }).detect();
  assert.deepEqual(app, { 'service.name': 'shop', 'service.version': '1', 'app.org.name': 'Acme' });
  const { attributes: device } = deviceDetector.detect();
  assert.equal(typeof device['host.name'], 'string');
  assert.equal('host.id' in device, false, 'identifying attributes are opt-in');
});
