import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AnyValue,
  type Attributes,
  createTraceState,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { ProtobufLogsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { MAX_EVENT_BYTES } from '../../src/event.ts';
import { encodeEvent } from '../../src/otlp/event/encode-event.ts';
import { encodeEnvelope, toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { encodeRecord } from '../../src/otlp/sdk/encode-readable.ts';
import { encodeSpan } from '../../src/otlp/sdk/encode-span.ts';
import { decodeProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { PLAIN_EVENT } from '../harness/plain-event.ts';
import { decodeField, sdkRecord } from './oracle-record.ts';

const resource = resourceFromAttributes(
  { 'service.name': 'shop', 'process.pid': 7 },
  { schemaUrl: 'http://r.example' },
);
const SCOPE_OPTIONS = { schemaUrl: 'http://s.example' };

const anyValue = fc.letrec<{ value: AnyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.uint8Array({ maxLength: 9 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ) as fc.Arbitrary<AnyValue>,
})).value;
const attributes = fc.dictionary(fc.string({ minLength: 1, maxLength: 30 }), anyValue, {
  maxKeys: 5,
  noNullPrototype: true,
}) as fc.Arbitrary<Attributes>;
const time = fc.date({ min: new Date(0), max: new Date('2262-01-01'), noInvalidDate: true });
const spanContext = {
  traceId: '0123456789abcdef0123456789abcdef',
  spanId: '0123456789abcdef',
  traceFlags: 1,
};

test('a log record of the SDK decodes to what its serialiser gives', () => {
  const record = fc.record({
    eventName: fc.string(),
    severityNumber: fc.option(fc.integer({ min: 0, max: 24 }), { nil: undefined }),
    severityText: fc.string(),
    body: fc.option(anyValue, { nil: undefined }),
    attributes,
    timestamp: time,
    traced: fc.boolean(),
  });
  const property = fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), (records) => {
    const exporter = new InMemoryLogRecordExporter();
    const provider = new LoggerProvider({
      resource,
      processors: [new SimpleLogRecordProcessor({ exporter })],
    });
    const logger = provider.getLogger('scope', '1.0', SCOPE_OPTIONS);
    for (const { traced, ...data } of records) {
      const context = traced ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : ROOT_CONTEXT;
      logger.emit({ ...data, context } as Parameters<typeof logger.emit>[0]);
    }
    const finished = exporter.getFinishedLogRecords();
    const envelope = encodeEnvelope(resource, finished[0]?.instrumentationScope ?? { name: '' });
    const request = toRequest(
      envelope,
      finished.map((one) => Buffer.from(encodeRecord(one))),
    );
    const oracle = ProtobufLogsSerializer.serializeRequest(finished) as Uint8Array;
    assert.deepEqual(decodeProtobuf(REQUEST.logs, request), decodeProtobuf(REQUEST.logs, oracle));
    assert.equal(OtlpRequest.read('logs', 'protobuf', request).count, records.length);
  });
  fc.assert(property, { numRuns: 2000 });
});

test('a span of the SDK decodes to what its serialiser gives', () => {
  const span = fc.record({
    name: fc.string({ minLength: 1 }),
    kind: fc.integer({ min: 0, max: 4 }),
    attributes,
    start: time,
    event: fc.string({ minLength: 1 }),
    events: fc.nat({ max: 3 }),
    links: fc.nat({ max: 3 }),
    status: fc.constantFrom(undefined, SpanStatusCode.OK, SpanStatusCode.ERROR),
    message: fc.string(),
    parent: fc.constantFrom(undefined, { isRemote: true }, { isRemote: false }, {}),
    state: fc.constantFrom(undefined, createTraceState('a=1,b=2')),
  });
  const property = fc.property(fc.array(span, { minLength: 1, maxLength: 4 }), (spans) => {
    const exporter = new InMemorySpanExporter();
    const limits = { eventCountLimit: 2, linkCountLimit: 2, attributeCountLimit: 4 };
    const provider = new TracerProvider({
      resource,
      spanLimits: limits,
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    });
    const tracer = provider.getTracer('scope', '2.0', SCOPE_OPTIONS);
    for (const { name, kind, parent, state, start, ...given } of spans) {
      const stated = state === undefined ? spanContext : { ...spanContext, traceState: state };
      const context =
        parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...stated, ...parent });
      const links = Array.from({ length: given.links }, () => ({
        context: stated,
        attributes: given.attributes,
      }));
      const started = tracer.startSpan(
        name,
        { kind, attributes: given.attributes, startTime: start, links },
        context,
      );
      for (let index = 0; index < given.events; index++)
        started.addEvent(given.event, given.attributes, start);
      if (given.status !== undefined) started.setStatus({ code: given.status, message: given.message });
      started.end(start);
    }
    const finished = exporter.getFinishedSpans();
    const envelope = encodeEnvelope(resource, finished[0]?.instrumentationScope ?? { name: '' });
    const request = toRequest(
      envelope,
      finished.map((one) => Buffer.from(encodeSpan(one))),
    );
    const oracle = ProtobufTraceSerializer.serializeRequest(finished) as Uint8Array;
    assert.deepEqual(decodeProtobuf(REQUEST.traces, request), decodeProtobuf(REQUEST.traces, oracle));
    assert.equal(OtlpRequest.read('traces', 'protobuf', request).count, spans.length);
  });
  fc.assert(property, { numRuns: 2000 });
});

test('the SDK’s record of an event has the same bytes as the event', () => {
  const event = {
    ...PLAIN_EVENT,
    data: { text: 'grüße', list: [1, -2.5, Number.NaN, null], nested: { date: new Date(0), big: 2 ** 40 } },
    span: spanContext,
  };
  const direct = Buffer.from(encodeEvent(event));
  assert.deepEqual(Buffer.from(encodeRecord(sdkRecord(event))), direct);
});

const readable = {
  hrTime: [1, 2],
  hrTimeObserved: [3, 4],
  attributes: {},
  droppedAttributesCount: 0,
} as const;

test('a record that is too large, or throws, is cut and counted', () => {
  const bad = Object.defineProperty({ ok: 1 }, 'bad', {
    enumerable: true,
    get() {
      throw new Error('no');
    },
  });
  const record = {
    ...readable,
    attributes: { bad, huge: 'x'.repeat(MAX_EVENT_BYTES + 1) },
    body: { b: 'y'.repeat(100) },
  };
  const decoded = decodeField(encodeRecord(record)) as unknown as {
    attributes: { key: string; value: Record<string, unknown> }[];
  };
  const [first, huge, truncated] = decoded.attributes;
  assert.deepEqual(first?.value, {
    kvlistValue: {
      values: [
        { key: 'ok', value: { intValue: '1' } },
        { key: 'bad', value: { stringValue: '[Unreadable]' } },
      ],
    },
  });
  assert.ok(String(huge?.value.stringValue).length > MAX_EVENT_BYTES - 1000);
  assert.deepEqual(truncated, { key: 'event.truncated', value: { intValue: '1' } });
});

test('a span that is too large is cut and counted where it was cut', () => {
  const huge = 'x'.repeat(MAX_EVENT_BYTES + 64 * 1024);
  const span = {
    name: 's',
    kind: 0,
    spanContext: () => spanContext,
    startTime: [1, 2],
    endTime: [3, 4],
    status: { code: 0 },
    attributes: { a: 1 },
    links: [],
    events: [{ time: [1, 2], name: 'e', attributes: { huge } }],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  } as const;
  const envelope = encodeEnvelope({ attributes: {} }, { name: 's' });
  const json = JSON.stringify(decodeProtobuf(REQUEST.traces, toRequest(envelope, [encodeSpan(span)])));
  assert.equal(json.split('event.truncated').length, 2);
  assert.match(json, /"attributes":\[\{"key":"a","value":\{"intValue":"1"\}\}\]/);
});

test('the head of a request and its fields are one request, whatever their size', () => {
  const scope = { name: 's', version: '1', attributes: { a: 1 }, droppedAttributesCount: 2 };
  for (const size of [0, 50, 127, 128, 20_000, 3_000_000]) {
    const field = Buffer.from(encodeEvent({ ...PLAIN_EVENT, data: { text: 'x'.repeat(size) } }));
    const request = toRequest(encodeEnvelope(resource, scope), [field, field, field]);
    assert.equal(OtlpRequest.read('logs', 'protobuf', request).count, 3);
    assert.equal(OtlpRequest.read('logs', 'protobuf', Buffer.concat([request, request])).count, 6);
  }
  const empty = decodeProtobuf(REQUEST.logs, toRequest(encodeEnvelope(resource, scope), []));
  assert.deepEqual(empty, {
    resourceLogs: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: 'shop' } },
            { key: 'process.pid', value: { intValue: '7' } },
          ],
        },
        schemaUrl: 'http://r.example',
        scopeLogs: [
          {
            scope: {
              name: 's',
              version: '1',
              attributes: [{ key: 'a', value: { intValue: '1' } }],
              droppedAttributesCount: 2,
            },
          },
        ],
      },
    ],
  });
});

test('an envelope outlives the next encoding', () => {
  const envelope = encodeEnvelope(resource, { name: 'scope' });
  const before = Buffer.from(toRequest(envelope, []));
  encodeEvent({ ...PLAIN_EVENT, data: { text: 'x'.repeat(1000) } });
  assert.deepEqual(Buffer.from(toRequest(envelope, [])), before);
});
