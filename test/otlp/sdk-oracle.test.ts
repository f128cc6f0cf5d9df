import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnyValue, type Attributes, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { decodeJson } from '../../src/otlp/wire/decode-json.ts';
import { decodeProtobuf, scanProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import type { Message } from '../../src/otlp/wire/message.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';

const resource = resourceFromAttributes({ 'service.name': 'shop', 'process.pid': 7 });

/** The SDK's JSON writes NaN as null, and integers beyond 2^53 with other digits than its protobuf. */
const simple = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double().filter((value) => Number.isFinite(value) && !Number.isInteger(value)),
);
const anyValue = fc.letrec<{ value: AnyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    simple,
    fc.uint8Array({ maxLength: 9 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ) as fc.Arbitrary<AnyValue>,
})).value;
const attributes = fc.dictionary(fc.string({ minLength: 1, maxLength: 9 }), anyValue, {
  maxKeys: 5,
  noNullPrototype: true,
}) as fc.Arbitrary<Attributes>;
const time = fc.date({ min: new Date(0), max: new Date('2262-01-01'), noInvalidDate: true });

const spanContext = {
  traceId: '0123456789abcdef0123456789abcdef',
  spanId: '0123456789abcdef',
  traceFlags: 1,
};

/** Both encodings of the same SDK objects must decode to the same, and encode to what decodes to it again. */
function agree(
  message: Message,
  protobuf: Uint8Array | undefined,
  json: Uint8Array | undefined,
  count: number,
) {
  assert.ok(protobuf !== undefined && json !== undefined);
  const decoded = decodeProtobuf(message, protobuf);
  assert.deepEqual(decoded, decodeJson(message, json));
  assert.deepEqual(decodeProtobuf(message, encodeProtobuf(message, decoded)), decoded);
  assert.equal(scanProtobuf(message, protobuf), count);
}

test('logs: the SDK’s protobuf decodes to what its JSON says', () => {
  const record = fc.record({
    eventName: fc.string({ minLength: 1 }),
    severityNumber: fc.integer({ min: 0, max: 24 }),
    severityText: fc.string(),
    body: anyValue,
    attributes,
    timestamp: time,
    traced: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), (records) => {
      const exporter = new InMemoryLogRecordExporter();
      const provider = new LoggerProvider({
        resource,
        processors: [new SimpleLogRecordProcessor({ exporter })],
      });
      for (const [index, { traced, ...data }] of records.entries()) {
        const logger = provider.getLogger(`scope-${index % 2}`, '1.0');
        logger.emit({
          ...data,
          context: traced ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : ROOT_CONTEXT,
        });
      }
      const finished = exporter.getFinishedLogRecords();
      agree(
        REQUEST.logs,
        ProtobufLogsSerializer.serializeRequest(finished),
        JsonLogsSerializer.serializeRequest(finished),
        records.length,
      );
    }),
  );
});

test('traces: the SDK’s protobuf decodes to what its JSON says', () => {
  const span = fc.record({
    name: fc.string({ minLength: 1 }),
    kind: fc.integer({ min: 0, max: 4 }),
    attributes,
    start: time,
    event: fc.string({ minLength: 1 }),
    failed: fc.boolean(),
    child: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 4 }), (spans) => {
      const exporter = new InMemorySpanExporter();
      const provider = new TracerProvider({
        resource,
        spanProcessors: [new SimpleSpanProcessor({ exporter })],
      });
      for (const { name, kind, attributes, start, event, failed, child } of spans) {
        const parent = child ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : ROOT_CONTEXT;
        const options = { kind, attributes, startTime: start, links: [{ context: spanContext, attributes }] };
        const started = provider.getTracer('scope', '2.0').startSpan(name, options, parent);
        started.addEvent(event, { n: 1 }, start);
        if (failed) started.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
        started.end(start);
      }
      const finished = exporter.getFinishedSpans();
      agree(
        REQUEST.traces,
        ProtobufTraceSerializer.serializeRequest(finished),
        JsonTraceSerializer.serializeRequest(finished),
        spans.length,
      );
    }),
  );
});
