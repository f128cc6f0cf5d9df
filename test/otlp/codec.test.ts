import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OtelEventsError } from '../../src/errors.ts';
import { decodeJson } from '../../src/otlp/wire/decode-json.ts';
import { decodeProtobuf, type OtlpObject, scanProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import type { Message } from '../../src/otlp/wire/message.ts';
import { REQUEST, RESPONSE, STATUS } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { arbitraryMessage } from './arbitrary-message.ts';

const MESSAGES: readonly Message[] = [...Object.values(REQUEST), ...Object.values(RESPONSE), STATUS];

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

for (const message of MESSAGES) {
  test(`${message.name}: what protobuf encodes, it decodes again`, () => {
    fc.assert(
      fc.property(arbitraryMessage(message), (value) => {
        assert.deepEqual(plain(decodeProtobuf(message, encodeProtobuf(message, value))), plain(value));
      }),
    );
  });

  test(`${message.name}: canonical JSON decodes to itself`, () => {
    fc.assert(
      fc.property(arbitraryMessage(message), (value) => {
        assert.deepEqual(plain(decodeJson(message, Buffer.from(JSON.stringify(value)))), plain(value));
      }),
    );
  });

  test(`${message.name}: the scan accepts exactly what the decoder accepts`, () => {
    const damaged = fc
      .tuple(arbitraryMessage(message), fc.nat(), fc.uint8Array({ maxLength: 6 }), fc.nat(3))
      .map(([value, place, insert, cut]) => {
        const bytes = Buffer.from(encodeProtobuf(message, value));
        const at = bytes.length === 0 ? 0 : place % bytes.length;
        return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + cut)]);
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 40 })), (bytes) => {
        assert.equal(
          errorOf(() => scanProtobuf(message, bytes)),
          errorOf(() => decodeProtobuf(message, bytes)),
        );
      }),
      { numRuns: 2_000 },
    );
  });
}

/** The message of the `OTLP_INVALID` that `run` throws; any other error fails the test. */
function errorOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof OtelEventsError && error.code === 'OTLP_INVALID') return error.message;
    throw error;
  }
}

test('the scan counts log records and spans, however they are spread', () => {
  const counts: readonly [Message, string, string, string][] = [
    [REQUEST.logs, 'resourceLogs', 'scopeLogs', 'logRecords'],
    [REQUEST.traces, 'resourceSpans', 'scopeSpans', 'spans'],
  ];
  for (const [message, resources, scopes, items] of counts) {
    fc.assert(
      fc.property(arbitraryMessage(message), (value) => {
        const count = listOf(value, resources)
          .flatMap((resource) => listOf(resource, scopes))
          .reduce((sum, scope) => sum + listOf(scope, items).length, 0);
        assert.equal(scanProtobuf(message, encodeProtobuf(message, value)), count);
      }),
    );
  }
});

test('data points are counted, not metrics', () => {
  const kinds = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'];
  fc.assert(
    fc.property(arbitraryMessage(REQUEST.metrics), (value) => {
      const count = listOf(value, 'resourceMetrics')
        .flatMap((resource) => listOf(resource, 'scopeMetrics'))
        .flatMap((scope) => listOf(scope, 'metrics'))
        .flatMap((metric) => kinds.map((kind) => metric[kind] as OtlpObject | undefined))
        .reduce((sum, data) => sum + listOf(data ?? {}, 'dataPoints').length, 0);
      const bytes = encodeProtobuf(REQUEST.metrics, value);
      assert.equal(scanProtobuf(REQUEST.metrics, bytes), count);
      assert.equal(OtlpRequest.from('metrics', value).count, count);
    }),
  );
});

/** A message inside others, each with its tag and its length; the innermost comes first. */
const wrapped = (tags: readonly number[], bytes: readonly number[]): Buffer =>
  tags.reduce((inner, tag) => Buffer.concat([Buffer.of(tag, inner.length), inner]), Buffer.from(bytes));

/** A request of metrics with one point of a histogram. */
const onePoint = (bytes: readonly number[]): Buffer => wrapped([0x0a, 0x4a, 0x12, 0x12, 0x0a], bytes);

function pointIn(bytes: Uint8Array): OtlpObject {
  const { resourceMetrics } = decodeProtobuf(REQUEST.metrics, bytes);
  const [resource] = resourceMetrics as [{ scopeMetrics: [{ metrics: [{ histogram: OtlpObject }] }] }];
  return listOf(resource.scopeMetrics[0].metrics[0].histogram, 'dataPoints')[0] as OtlpObject;
}

test('numbers of a list may come packed, one by one, and in several parts', () => {
  const one = [1, 0, 0, 0, 0, 0, 0, 0];
  const two = [2, 0, 0, 0, 0, 0, 0, 0];
  for (const bytes of [
    [0x32, 16, ...one, ...two],
    [0x31, ...one, 0x31, ...two],
    [0x32, 8, ...one, 0x32, 0, 0x31, ...two],
  ]) {
    const request = onePoint(bytes);
    assert.equal(scanProtobuf(REQUEST.metrics, request), 1);
    assert.deepEqual(pointIn(request), { bucketCounts: ['1', '2'] });
  }
  const cut = onePoint([0x32, 9, ...one, 1]);
  for (const read of [scanProtobuf, decodeProtobuf]) {
    assert.throws(() => read(REQUEST.metrics, cut), { code: 'OTLP_INVALID', message: /value cut off/ });
  }
});

test('an optional number that is 0 is told from none', () => {
  const zero = [0, 0, 0, 0, 0, 0, 0, 0];
  // Sum, min and max are optional; count is not.
  const request = onePoint([0x21, ...zero, 0x29, ...zero, 0x59, ...zero, 0x61, ...zero]);
  assert.deepEqual(pointIn(request), { sum: 0, min: 0, max: 0 });
  assert.deepEqual(pointIn(onePoint([0x21, ...zero])), {});
  const again = encodeProtobuf(REQUEST.metrics, decodeProtobuf(REQUEST.metrics, request));
  assert.deepEqual(pointIn(again), { sum: 0, min: 0, max: 0 });
});

test('of the members of a oneof the last one counts, and the fields beside it stay', () => {
  const gauge = [0x2a, 0];
  const sum = [0x3a, 0];
  const named = [0x0a, 1, 0x61];
  const request = wrapped([0x12, 0x12, 0x0a], [...gauge, ...named, ...sum]);
  const metrics = [{ name: 'a', sum: {} }];
  assert.deepEqual(decodeProtobuf(REQUEST.metrics, request), {
    resourceMetrics: [{ resource: {}, scopeMetrics: [{ scope: {}, metrics }] }],
  });
  const both = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'a', gauge: {}, sum: {} }] }] }] };
  assert.deepEqual(decodeJson(REQUEST.metrics, Buffer.from(JSON.stringify(both))), {
    resourceMetrics: [{ resource: {}, scopeMetrics: [{ scope: {}, metrics }] }],
  });
});

const listOf = (value: OtlpObject, name: string): OtlpObject[] => (value[name] ?? []) as OtlpObject[];

test('a request cut at any byte is either refused or ends at a field', () => {
  const value = {
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeLogs: [{ scope: {}, logRecords: [{ timeUnixNano: '17', body: { intValue: '-1' }, flags: 1 }] }],
      },
    ],
  };
  const bytes = encodeProtobuf(REQUEST.logs, value);
  for (let length = 1; length < bytes.length; length++) {
    const cut = bytes.subarray(0, length);
    assert.throws(() => scanProtobuf(REQUEST.logs, cut), { code: 'OTLP_INVALID' }, `${length} bytes`);
    assert.throws(() => decodeProtobuf(REQUEST.logs, cut), { code: 'OTLP_INVALID' }, `${length} bytes`);
  }
});

test('concatenated requests decode as one', () => {
  const one = encodeProtobuf(REQUEST.logs, { resourceLogs: [{ resource: {}, schemaUrl: 'a' }] });
  const two = encodeProtobuf(REQUEST.logs, { resourceLogs: [{ resource: {}, schemaUrl: 'b' }] });
  assert.deepEqual(decodeProtobuf(REQUEST.logs, Buffer.concat([one, two])), {
    resourceLogs: [
      { schemaUrl: 'a', resource: {} },
      { schemaUrl: 'b', resource: {} },
    ],
  });
});
