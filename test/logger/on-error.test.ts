import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { EventLogger, type EventLoggerOptions, type OtelEventsError } from '../../src/index.ts';
import { memoryExporter } from '../../src/testing.ts';

const GLOBAL = Symbol.for('opentelemetry.js.api.1');
const globals = globalThis as { [key: symbol]: unknown };
const TIMES = 1_000;

const throws = (): never => {
  throw new Error('on purpose');
};

afterEach(() => {
  delete globals[GLOBAL];
});

const loggerProvider = (logger: object): { getLogger: () => object } => ({ getLogger: () => logger });

/** What fails with each event, and where the ledger counts the events or the failures. */
const FAILURES: Readonly<
  Record<string, { options: EventLoggerOptions; dropped?: string; failures?: string; errors?: number }>
> = {
  'a provider that throws': {
    options: { delivery: 'app', loggerProvider: { getLogger: throws } },
    dropped: 'sink_threw',
  },
  'a logger that throws': {
    options: { delivery: 'app', loggerProvider: loggerProvider({ emit: throws }) },
    dropped: 'sink_threw',
  },
  'a logger that cannot be asked': {
    options: { delivery: 'app', loggerProvider: loggerProvider({ enabled: throws, emit: throws }) },
    dropped: 'sink_threw',
  },
  'a processor that throws': { options: { processors: [function broken() { throw new Error(); }] }, failures: 'broken' }, // biome-ignore format: short
  'a rule of redact that throws': {
    options: { redact: { patterns: [{ pattern: /e/, accepts: throws }] } },
    failures: 'redact',
  },
};

for (const [name, { options, dropped, failures }] of Object.entries(FAILURES)) {
  test(`${name} is said once, and counted each time`, async () => {
    const errors: OtelEventsError[] = [];
    const onError = (error: OtelEventsError): void => void errors.push(error);
    const base: EventLoggerOptions = { delivery: 'none', exporters: [memoryExporter()], logLevel: 'none' };
    const events = new EventLogger({ ...base, onError, ...options });
    for (let index = 0; index < TIMES; index++) events.log('e', { text: 'e' });
    await events.close();
    const { total, failures: counts } = events.stats();
    assert.equal(errors.length, 1, errors.map(String).join('\n'));
    assert.deepEqual([total.emitted, total.pending], [TIMES, 0]);
    if (dropped !== undefined) assert.deepEqual(total.dropped, { [dropped]: TIMES });
    if (failures !== undefined) assert.equal(counts[failures], TIMES);
  });
}

test('a tracer whose spans throw is said once when scopes begin, end and hold events', async () => {
  const errors: string[] = [];
  const onError = ({ message }: OtelEventsError): void => void errors.push(message);
  const base: EventLoggerOptions = { delivery: 'none', exporters: [memoryExporter()], logLevel: 'none' };
  const spanContext = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };
  const spans = [
    { startSpan: throws },
    { startSpan: () => ({ spanContext: () => spanContext, isRecording: () => true, setAttributes: () => {}, end: throws, addEvent: throws }) }, // biome-ignore format: short
    { startSpan: () => ({ spanContext: () => spanContext, isRecording: throws, end: throws }) },
  ];
  for (const tracer of spans) {
    errors.length = 0;
    const events = new EventLogger({ ...base, onError, tracerProvider: { getTracer: () => tracer } });
    for (let index = 0; index < TIMES; index++) events.track('t', (scope) => void scope.log('e'));
    await events.close();
    assert.ok(errors.length <= 2, errors.join('\n'));
    assert.equal(events.stats().total.acked, 2 * TIMES);
  }
});

test('a logger that says no, and throws when it is asked again, books an event once', async () => {
  let asked = 0;
  const logger = { enabled: () => (asked++ === 0 ? false : throws()), emit: throws };
  const options = { delivery: 'app', loggerProvider: loggerProvider(logger), logLevel: 'none' } as const;
  const events = new EventLogger(options);
  events.log('e');
  await events.close();
  const { emitted, pending, dropped } = events.stats().total;
  assert.deepEqual([emitted, pending, Object.values(dropped)], [1, 0, [1]]);
});

test('onError may log, close, throw, reject or give back a promise that never settles', async () => {
  for (const react of [
    (events: EventLogger) => void events.log('again'),
    (events: EventLogger) => void events.close(),
    throws,
    () => Promise.reject(Object.create(null)),
    () => new Promise(() => {}),
    () => {
      throw Object.create(null);
    },
  ]) {
    const codes: string[] = [];
    const events: EventLogger = new EventLogger({
      delivery: 'app',
      loggerProvider: { getLogger: throws },
      diagnosticLogger: { warn: () => events.log('warned'), error: () => Promise.reject(new Error()) },
      onError: ({ code }) => {
        codes.push(code);
        return react(events) as never;
      },
    });
    for (let index = 0; index < TIMES; index++) events.log('e');
    await events.close();
    assert.ok(codes.length < 5, codes.join());
    const { emitted, pending } = events.stats().total;
    assert.ok(emitted >= TIMES && pending === 0);
  }
});

test('an error that comes up while another is told is told after it', () => {
  const told: string[] = [];
  const events: EventLogger = new EventLogger({
    delivery: 'app',
    loggerProvider: { getLogger: throws },
    logLevel: 'none',
    onError({ code }) {
      told.push(`${code} begins`);
      events.log('');
      told.push(`${code} ends`);
    },
  });
  events.log('e');
  assert.deepEqual(told, [
    'EXPORT_FAILED begins',
    'EXPORT_FAILED ends',
    'EVENT_NAME_INVALID begins',
    'EVENT_NAME_INVALID ends',
  ]);
});

test('what a message quotes cannot start a line or move the cursor', () => {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const events = new EventLogger({ delivery: 'none', diagnosticLogger: { warn: write, error: write } });
  events.log('e', {}, { 'a\n\u001b[2J\u009b\u202eb': 1 } as never);
  assert.match(String(lines[0]), /a\\u000a\\u001b\[2J\\u009b\\u202eb/);
});
