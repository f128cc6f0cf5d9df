// Providers of the app's that take nothing: what would vanish in them is counted, and said once.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createNoopLogger, logs, ProxyTracerProvider, trace } from '@opentelemetry/api';
import {
  createLoggerConfigurator,
  InMemoryLogRecordExporter,
  LoggerProvider,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs';
import { EventLogger, type EventLoggerOptions, type OtelEventsError } from '../../src/index.ts';

afterEach(() => {
  logs.disable();
  trace.disable();
});

function quiet(options: EventLoggerOptions = {}): { events: EventLogger; said: OtelEventsError[] } {
  const said: OtelEventsError[] = [];
  return {
    events: new EventLogger({ logLevel: 'none', onError: (error) => said.push(error), ...options }),
    said,
  };
}

const PROVIDERS = {
  'a no-op': () => ({ getLogger: () => createNoopLogger() }),
  'a no-op of an api that has no enabled()': () => ({ getLogger: () => new NoopLogger() }),
  'a provider without processors': () => new LoggerProvider(),
  'a provider that was shut down': () => {
    const provider = new LoggerProvider({
      processors: [new SimpleLogRecordProcessor({ exporter: new InMemoryLogRecordExporter() })],
    });
    void provider.shutdown();
    return provider;
  },
  'a provider that was shut down and says that it takes all': () => ({
    _shutdownOnce: { isCalled: true },
    getLogger: () => ({ emit() {}, enabled: () => true }),
  }),
  'a provider that disables our scope': () =>
    new LoggerProvider({
      processors: [new SimpleLogRecordProcessor({ exporter: new InMemoryLogRecordExporter() })],
      loggerConfigurator: createLoggerConfigurator([{ pattern: 'otel-events', config: { enabled: false } }]),
    }),
};

/** As api-logs has it before 0.215. */
class NoopLogger {
  emit(): void {}
}

for (const [what, make] of Object.entries(PROVIDERS)) {
  test(`${what}: events count as dropped, and one warning tells the fix`, () => {
    const { events, said } = quiet({ loggerProvider: make() });
    events.log('a');
    events.track('b', () => events.log('c'));
    assert.deepEqual(events.stats().total.dropped, { disabled: 3 });
    assert.equal(events.stats().total.handedOver, 0);
    assert.deepEqual(
      said.map(({ code, fix }) => [code, fix?.includes("delivery 'durable'")]),
      [['PROVIDER_MISSING', true]],
    );
  });
}

test('a provider that leaves out low severities is asked to: they are counted, nothing is said', () => {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({
    processors: [new SimpleLogRecordProcessor({ exporter })],
    loggerConfigurator: createLoggerConfigurator([{ pattern: '*', config: { minimumSeverity: 13 } }]),
  });
  const { events, said } = quiet({ loggerProvider: provider });
  events.log('low');
  events.log('high', {}, { severity: 'warn' });
  const { dropped, handedOver } = events.stats().total;
  assert.deepEqual([dropped, handedOver, said], [{ disabled: 1 }, 1, []]);
});

test('a provider that is shut down later: what came before is handed over, what comes after is dropped', async () => {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
  logs.setGlobalLoggerProvider(provider);
  const { events, said } = quiet();
  events.log('before');
  await provider.shutdown();
  events.log('after');
  const { dropped, handedOver } = events.stats().total;
  assert.deepEqual([handedOver, dropped], [1, { disabled: 1 }]);
  assert.deepEqual(
    said.map(({ code }) => code),
    ['PROVIDER_MISSING'],
  );
});

test('under a no-op tracer the events of a scope have one trace all the same', () => {
  trace.setGlobalTracerProvider(new ProxyTracerProvider());
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
  const { events } = quiet({ loggerProvider: provider });
  events.track('scope', () => events.log('inside'));
  const traces = exporter.getFinishedLogRecords().map(({ spanContext }) => spanContext?.traceId);
  assert.match(traces[0] ?? '', /^(?!0{32})[0-9a-f]{32}$/);
  assert.equal(traces[0], traces[1]);
});
