// What the durable processors send, of real providers of the SDK.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { createTraceState, diag, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { SamplingDecision, TracerProvider } from '@opentelemetry/sdk-trace';
import { type DurableLogRecordProcessor, DurableSpanProcessor } from '../../src/otel/index.ts';
import { decodeProtobuf, type OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { httpSink } from '../harness/http-sink.ts';
import { assertBalanced } from '../harness/ledger.ts';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { loggingApp, tracingTo } from './durable-app.ts';

process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
const CLEAN = { ...process.env };

afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in CLEAN)) delete process.env[name];
  Object.assign(process.env, CLEAN);
  diag.disable();
});

const PARENT = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true };
const IN_TRACE = trace.setSpanContext(ROOT_CONTEXT, PARENT);

test('a log record has its resource, scope, times, ids, severity, body, attributes and name', async () => {
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/protobuf';
  await using app = await loggingApp();
  const options = { schemaUrl: 'https://example.test/scope', attributes: { room: 'kitchen' } };
  app.provider.getLogger('cook', '1.2.3', options).emit({
    eventName: 'dish.served',
    timestamp: [1_700_000_000, 123_456_789],
    observedTimestamp: [1_700_000_001, 1],
    severityNumber: 13,
    severityText: 'WARN',
    body: { dish: 'soup', parts: [1, 2.5, true, null] },
    attributes: { table: 4, hot: true, bytes: new Uint8Array([1, 2]) },
    context: IN_TRACE,
  });
  await app.provider.forceFlush();
  const request = app.sink.requests[0];
  assert.equal(request?.path, '/v1/logs');
  assert.equal(request.headers['content-type'], 'application/x-protobuf');
  assert.deepEqual(decodeProtobuf(REQUEST.logs, request.body), {
    resourceLogs: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'shop' } },
            { key: 'process.pid', value: { intValue: '7' } },
          ],
        },
        schemaUrl: 'https://example.test/resource',
        scopeLogs: [
          {
            scope: {
              name: 'cook',
              version: '1.2.3',
              attributes: [{ key: 'room', value: { stringValue: 'kitchen' } }],
            },
            schemaUrl: 'https://example.test/scope',
            logRecords: [
              {
                timeUnixNano: '1700000000123456789',
                observedTimeUnixNano: '1700000001000000001',
                severityNumber: 13,
                severityText: 'WARN',
                body: {
                  kvlistValue: {
                    values: [
                      { key: 'dish', value: { stringValue: 'soup' } },
                      {
                        key: 'parts',
                        value: {
                          arrayValue: {
                            values: [{ intValue: '1' }, { doubleValue: 2.5 }, { boolValue: true }, {}],
                          },
                        },
                      },
                    ],
                  },
                },
                attributes: [
                  { key: 'table', value: { intValue: '4' } },
                  { key: 'hot', value: { boolValue: true } },
                  { key: 'bytes', value: { bytesValue: 'AQI=' } },
                ],
                flags: 1,
                traceId: PARENT.traceId,
                spanId: PARENT.spanId,
                eventName: 'dish.served',
              },
            ],
          },
        ],
      },
    ],
  } as unknown as OtlpObject);
});

test('a span has its ids, parent, state, kind, times, attributes, events, links and status', async () => {
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/protobuf';
  await using sink = await httpSink();
  const { provider } = tracingTo(sink);
  const parent = trace.setSpanContext(ROOT_CONTEXT, { ...PARENT, traceState: createTraceState('v=1') });
  const link = { context: { ...PARENT, traceId: 'c'.repeat(32) }, attributes: { why: 'retry' } };
  const span = provider
    .getTracer('cook', '1.2.3', { schemaUrl: 'https://example.test/scope' })
    .startSpan(
      'serve',
      { kind: SpanKind.SERVER, attributes: { table: 4 }, links: [link], startTime: [1_700_000_000, 5] },
      parent,
    );
  span.addEvent('tasted', { by: 'cook' }, [1_700_000_000, 6]);
  span.setStatus({ code: SpanStatusCode.ERROR, message: 'too hot' });
  span.end([1_700_000_000, 7]);
  await provider.shutdown();
  assert.equal(sink.requests[0]?.path, '/v1/traces');
  const { resourceSpans } = decodeProtobuf(REQUEST.traces, sink.requests[0].body) as unknown as Decoded;
  assert.equal(resourceSpans[0]?.schemaUrl, 'https://example.test/resource');
  assert.deepEqual(resourceSpans[0].scopeSpans, [
    {
      scope: { name: 'cook', version: '1.2.3' },
      schemaUrl: 'https://example.test/scope',
      spans: [
        {
          traceId: PARENT.traceId,
          spanId: span.spanContext().spanId,
          traceState: 'v=1',
          parentSpanId: PARENT.spanId,
          name: 'serve',
          kind: 2,
          startTimeUnixNano: '1700000000000000005',
          endTimeUnixNano: '1700000000000000007',
          attributes: [{ key: 'table', value: { intValue: '4' } }],
          events: [
            {
              timeUnixNano: '1700000000000000006',
              name: 'tasted',
              attributes: [{ key: 'by', value: { stringValue: 'cook' } }],
            },
          ],
          links: [
            {
              traceId: 'c'.repeat(32),
              spanId: PARENT.spanId,
              attributes: [{ key: 'why', value: { stringValue: 'retry' } }],
              flags: 0x301,
            },
          ],
          status: { message: 'too hot', code: 2 },
          flags: 0x301,
        },
      ],
    },
  ]);
});

test('records of several loggers keep their scopes; the first of each is as good as the others', async () => {
  await using app = await loggingApp();
  for (let n = 0; n < 6; n++) app.provider.getLogger(`scope-${n % 3}`).emit({ body: n });
  await app.provider.forceFlush();
  const seen = logRecordsOf(app.sink.requests).map(({ scope, body }) => [scope.name, body]);
  assert.deepEqual(
    seen.toSorted(([, a], [, b]) => Number(a) - Number(b)),
    [0, 1, 2, 3, 4, 5].map((n) => [`scope-${n % 3}`, n]),
  );
});

test('a burst of 100,000 records arrives whole and in order', async () => {
  await using app = await loggingApp();
  for (let n = 0; n < 100_000; n++) app.logger.emit({ eventName: 'burst', body: n });
  await app.provider.forceFlush();
  const bodies = app.bodies();
  assert.equal(bodies.length, 100_000);
  assert.equal(
    bodies.findIndex((body, index) => body !== index),
    -1,
  );
  const { total, sinks } = app.processor.stats();
  assert.deepEqual([total.emitted, total.acked, sinks.otlp?.acked], [100_000, 100_000, 100_000]);
});

test('what is changed in a record after onEmit changes nothing', async () => {
  await using app = await loggingApp();
  const body = { list: [1] };
  const attributes = { state: 'before' };
  const late = {
    onEmit(record: Parameters<DurableLogRecordProcessor['onEmit']>[0]) {
      (record as unknown as { setAttribute(key: string, value: unknown): void }).setAttribute(
        'state',
        'after',
      );
      body.list.push(2);
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const provider = new LoggerProvider({ processors: [app.processor, late] });
  provider.getLogger('app').emit({ body, attributes });
  body.list.push(3);
  await app.processor.forceFlush();
  const [record] = logRecordsOf(app.sink.requests);
  assert.deepEqual([record?.body, record?.attributes], [{ list: [1] }, { state: 'before' }]);
});

test('spans that are not sampled are left out, recorded or not', async () => {
  await using sink = await httpSink();
  const processor = new DurableSpanProcessor({ endpoint: sink.url });
  const decisions = [
    SamplingDecision.NOT_RECORD,
    SamplingDecision.RECORD,
    SamplingDecision.RECORD_AND_SAMPLED,
  ];
  const provider = new TracerProvider({
    spanProcessors: [processor],
    sampler: { shouldSample: (_, __, name) => ({ decision: decisions[Number(name)] ?? 0 }) },
  });
  for (const name of ['0', '1', '2']) provider.getTracer('t').startSpan(name).end();
  await provider.shutdown();
  assert.deepEqual(
    spansOf(sink.requests).map(({ name }) => name),
    ['2'],
  );
  assert.equal(processor.stats().spans.emitted, 1);
});

test('span names without end share one row and one name in the spool; every span arrives', async () => {
  await using sink = await httpSink();
  const { provider, processor } = tracingTo(sink);
  const tracer = provider.getTracer('t');
  for (let n = 0; n < 10_100; n++) tracer.startSpan(`GET /users/${n}`).end();
  await provider.shutdown();
  assert.equal(new Set(spansOf(sink.requests).map(({ name }) => name)).size, 10_100);
  assert.equal(processor.stats().spans.acked, 10_100);
});

test('so do event names, and the ledger still adds up', async () => {
  await using app = await loggingApp();
  for (let n = 0; n < 10_100; n++) app.logger.emit({ eventName: `clicked.${n}` });
  await app.provider.forceFlush();
  const ledger = app.processor.stats();
  assertBalanced(ledger);
  assert.deepEqual([ledger.total.acked, ledger.events['(other)']?.acked], [10_100, 100]);
});

interface Decoded {
  readonly resourceSpans: readonly {
    readonly schemaUrl?: string;
    readonly scopeSpans: readonly OtlpObject[];
  }[];
}
