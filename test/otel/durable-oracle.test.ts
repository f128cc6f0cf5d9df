// The SDK's own batch processors and exporters as the oracle: what they send, the durable processors send too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type AnyValue,
  type Attributes,
  createTraceState,
  ROOT_CONTEXT,
  type SpanContext,
  type SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { DurableLogRecordProcessor, DurableSpanProcessor } from '../../src/otel/index.ts';
import type { Signal } from '../../src/otlp/wire/batch.ts';
import { decodeProtobuf, type OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { type HttpSink, httpSink } from '../harness/http-sink.ts';

let stock: HttpSink;
let durable: HttpSink;

before(async () => {
  [stock, durable] = [await httpSink(), await httpSink()];
});
after(() => Promise.all([stock.close(), durable.close()]));

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  // Beyond what takes one byte of length, and beyond what the encoder writes in a loop.
  fc.string({ minLength: 30, maxLength: 300 }),
);
const value = fc.letrec<{ value: AnyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.constantFrom(null, 2 ** 63, -(2 ** 63), Number.MAX_VALUE, -0),
    fc.uint8Array({ maxLength: 9 }),
    // In a map the SDK sends undefined as null; here it is left out, as everywhere in this library.
    fc.array(fc.option(tie('value'), { nil: undefined }), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 5 }), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ) as fc.Arbitrary<AnyValue>,
})).value;
const attributes = fc.dictionary(fc.string({ minLength: 1, maxLength: 40 }), value, {
  maxKeys: 5,
  noNullPrototype: true,
}) as fc.Arbitrary<Attributes>;
const time = fc.tuple(fc.integer({ min: 0, max: 2 ** 33 }), fc.integer({ min: 0, max: 999_999_999 }));
const ids = { traceId: fc.stringMatching(/^[1-9a-f]{32}$/), spanId: fc.stringMatching(/^[1-9a-f]{16}$/) };
const context = fc.record({
  ...ids,
  traceFlags: fc.constantFrom(0, 1, 3),
  isRemote: fc.boolean(),
  traceState: fc.constantFrom(undefined, createTraceState('vendor=1,other=2')),
}) as fc.Arbitrary<SpanContext>;
const simple = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 9 }),
  fc.oneof(text, fc.integer(), fc.boolean()),
  {
    maxKeys: 3,
    noNullPrototype: true,
  },
);
const url = fc.constantFrom(undefined, 'https://example.test/schema');
const source = fc.record({
  resource: simple,
  resourceUrl: url,
  version: fc.constantFrom(undefined, '', '1.2'),
  scopeUrl: url,
});

/** The fields of a message that are in no order of their own, by name. */
function sortedAttributes<T>(found: T): T {
  if (Array.isArray(found)) return found.map(sortedAttributes) as T;
  if (typeof found !== 'object' || found === null) return found;
  const entries = Object.entries(found).map(([name, each]) => [name, sortedAttributes(each)] as const);
  const object = Object.fromEntries(entries);
  if (Array.isArray(object.attributes)) {
    object.attributes.sort((a, b) => (String(a.key) < String(b.key) ? -1 : 1));
  }
  return object as T;
}

/** The records that came since `from`, each with its resource and scope; in order, but for that of scopes. */
function itemsOf(signal: Signal, { requests }: HttpSink, from: number): object[] {
  const [outer, middle, inner] =
    signal === 'logs'
      ? ['resourceLogs', 'scopeLogs', 'logRecords']
      : ['resourceSpans', 'scopeSpans', 'spans'];
  const list = (object: OtlpObject, name: string): OtlpObject[] => (object[name] ?? []) as OtlpObject[];
  const items = requests.slice(from).flatMap(({ body }) =>
    list(decodeProtobuf(REQUEST[signal], body), outer).flatMap((around) =>
      list(around, middle).flatMap(({ scope, schemaUrl: scopeUrl, ...rest }) =>
        list(rest, inner).map((item) => {
          const { resource, schemaUrl } = around;
          return sortedAttributes({ item, scope, scopeUrl, resource, schemaUrl });
        }),
      ),
    ),
  );
  // The exporter groups by scope, the spool keeps the order.
  const scopeOf = ({ scope }: { scope: unknown }): string => JSON.stringify(scope);
  return items.toSorted((a, b) => (scopeOf(a) === scopeOf(b) ? 0 : scopeOf(a) < scopeOf(b) ? -1 : 1));
}

/** Absent, where the SDK's types allow no `undefined`. */
function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, each]) => each !== undefined)) as never;
}

test('log records: the same resource, scope and record as BatchLogRecordProcessor and OTLPLogExporter send', async () => {
  const record = fc.record(
    {
      scope: fc.constantFrom('a', 'b', ''),
      eventName: text,
      severityNumber: fc.integer({ min: 0, max: 24 }),
      severityText: text,
      body: value,
      attributes,
      timestamp: time,
      observedTimestamp: time,
      context,
      exception: fc.constantFrom(new Error('lost'), 'text'),
    },
    { requiredKeys: ['scope', 'timestamp', 'observedTimestamp'] },
  );
  const limits = fc.constantFrom(undefined, { attributeCountLimit: 2, attributeValueLengthLimit: 3 });
  await fc.assert(
    fc.asyncProperty(
      source,
      limits,
      fc.array(record, { minLength: 1, maxLength: 5 }),
      async (from, limit, records) => {
        const [stockAt, durableAt] = [stock.requests.length, durable.requests.length];
        const ours = new DurableLogRecordProcessor({ endpoint: durable.url });
        const exporter = new OTLPLogExporter({ url: `${stock.url}/v1/logs` });
        const provider = new LoggerProvider({
          resource: resourceFromAttributes(from.resource, defined({ schemaUrl: from.resourceUrl })),
          processors: [ours, new BatchLogRecordProcessor({ exporter })],
          ...(limit === undefined ? {} : { logRecordLimits: limit }),
        });
        for (const { scope, context, exception, ...data } of records) {
          const options = defined({
            schemaUrl: from.scopeUrl,
            attributes: { scope: true, list: ['x', 'y'] },
          });
          provider.getLogger(scope, from.version, options).emit({
            ...data,
            ...(exception === undefined ? {} : { exception }),
            context: context === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, context),
          } as Parameters<ReturnType<typeof provider.getLogger>['emit']>[0]);
        }
        await provider.shutdown();
        const wanted = itemsOf('logs', stock, stockAt);
        const seen = itemsOf('logs', durable, durableAt);
        assert.deepEqual(seen, wanted);
        assert.equal(seen.length, records.length);
        assert.equal(ours.stats().total.acked, records.length);
      },
    ),
    { numRuns: 150 },
  );
});

test('spans: the same resource, scope and span as BatchSpanProcessor and OTLPTraceExporter send', async () => {
  const span = fc.record({
    scope: fc.constantFrom('a', 'b', ''),
    name: text,
    kind: fc.integer({ min: 0, max: 4 }),
    attributes,
    start: time,
    end: time,
    parent: fc.option(context, { nil: undefined }),
    links: fc.array(fc.record({ context, attributes: simple }), { maxLength: 3 }),
    events: fc.array(fc.record({ name: text, attributes: simple, time }), { maxLength: 3 }),
    status: fc.option(
      fc.record({
        code: fc.constantFrom(...([0, 1, 2] as SpanStatusCode[])),
        message: fc.option(text, { nil: undefined }),
      }),
      { nil: undefined },
    ),
    failure: fc.boolean(),
  });
  const limits = fc.constantFrom(undefined, {
    attributeCountLimit: 2,
    eventCountLimit: 1,
    linkCountLimit: 1,
  });
  await fc.assert(
    fc.asyncProperty(
      source,
      limits,
      fc.array(span, { minLength: 1, maxLength: 4 }),
      async (from, limit, spans) => {
        const [stockAt, durableAt] = [stock.requests.length, durable.requests.length];
        const ours = new DurableSpanProcessor({ endpoint: durable.url });
        const exporter = new OTLPTraceExporter({ url: `${stock.url}/v1/traces` });
        const provider = new TracerProvider({
          resource: resourceFromAttributes(from.resource, defined({ schemaUrl: from.resourceUrl })),
          spanProcessors: [ours, new BatchSpanProcessor({ exporter })],
          ...(limit === undefined ? {} : { spanLimits: limit }),
        });
        for (const each of spans) {
          const tracer = provider.getTracer(each.scope, from.version, defined({ schemaUrl: from.scopeUrl }));
          const { kind, attributes, links, start } = each;
          const parent =
            each.parent === undefined
              ? ROOT_CONTEXT
              : trace.setSpanContext(ROOT_CONTEXT, { ...each.parent, traceFlags: 1 });
          const started = tracer.startSpan(each.name, { kind, attributes, links, startTime: start }, parent);
          for (const { name, attributes, time } of each.events) started.addEvent(name, attributes, time);
          if (each.status !== undefined) started.setStatus(each.status as { code: SpanStatusCode });
          if (each.failure) started.recordException(new Error('lost'), start);
          started.end(each.end);
        }
        await provider.shutdown();
        const wanted = itemsOf('traces', stock, stockAt);
        const seen = itemsOf('traces', durable, durableAt);
        assert.deepEqual(seen, wanted);
        assert.equal(ours.stats().spans.acked, spans.length);
      },
    ),
    { numRuns: 150 },
  );
});
