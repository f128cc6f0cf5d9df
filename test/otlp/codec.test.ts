import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OtelEventsError } from '../../src/errors.ts';
import { decodeJson } from '../../src/otlp/wire/decode-json.ts';
import { decodeProtobuf, type OtlpObject, scanProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import type { Message } from '../../src/otlp/wire/message.ts';
import { REQUEST, RESPONSE, STATUS } from '../../src/otlp/wire/messages.ts';
import { arbitraryMessage } from './arbitrary-message.ts';

const MESSAGES: readonly Message[] = [REQUEST.logs, REQUEST.traces, RESPONSE.logs, RESPONSE.traces, STATUS];

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
