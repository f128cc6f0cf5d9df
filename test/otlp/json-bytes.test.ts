import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeProtobuf, type OtlpObject, type OtlpValue } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { jsonBytes } from '../../src/otlp/wire/json-bytes.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { arbitraryMessage } from './arbitrary-message.ts';

const MEBIBYTE = 1024 * 1024;

/** Bytes of a message that is written in pieces. */
const FULL_OF_CONTROLS = Buffer.alloc(MEBIBYTE);

const withBodies = (...texts: readonly string[]): OtlpObject => ({
  resourceLogs: [
    {
      resource: {},
      scopeLogs: [{ scope: {}, logRecords: texts.map((text) => ({ body: { stringValue: text } })) }],
    },
  ],
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test('19 MiB of control characters take six times as much as JSON, and nothing beside it', () => {
  const bytes = encodeProtobuf(REQUEST.logs, withBodies('\0'.repeat(19 * MEBIBYTE)));
  const decoded = decodeProtobuf(REQUEST.logs, bytes);
  const before = process.resourceUsage().maxRSS;
  const json = jsonBytes(decoded, bytes);
  const grownBytes = (process.resourceUsage().maxRSS - before) * 1024;
  assert.ok(json.byteLength > 6 * 19 * MEBIBYTE && json.byteLength < 6 * 19 * MEBIBYTE + 200);
  assert.ok(grownBytes < json.byteLength + 64 * MEBIBYTE, `took ${grownBytes} bytes`);
});

test('in pieces or at once, the bytes are the same', () => {
  const long = fc.tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }), fc.nat(70_000));
  const values = fc.array(
    long.map(([part, times]): OtlpValue => ({ body: { stringValue: part.repeat(times) }, flags: 1 })),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(arbitraryMessage(REQUEST.logs), values, (message, records) => {
      const value = { ...message, more: [...records, {}, [], 1, 'a', false], last: '' };
      assert.equal(text(jsonBytes(value, FULL_OF_CONTROLS)), JSON.stringify(value));
    }),
    { numRuns: 20 },
  );
});

test('no character is cut in two, and halves stay what they are', () => {
  for (const shift of ['', 'a', 'ab']) {
    const value = withBodies(`${shift}${'😀'.repeat(100_000)}`, `${shift}${'\ud83d'.repeat(100_000)}`, shift);
    assert.equal(text(jsonBytes(value, FULL_OF_CONTROLS)), JSON.stringify(value));
  }
});

test('a list of a million short items is written, and ten thousand of middle length', () => {
  for (const value of [
    { logRecords: Array<OtlpValue>(1_000_000).fill({ flags: 1 }) },
    { logRecords: Array<OtlpValue>(10_000).fill({ body: { stringValue: 'a'.repeat(1_000) } }) },
  ]) {
    assert.equal(text(jsonBytes(value, FULL_OF_CONTROLS)), JSON.stringify(value));
  }
});
