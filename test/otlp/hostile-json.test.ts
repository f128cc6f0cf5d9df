import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJson } from '../../src/otlp/wire/decode-json.ts';
import { MAX_MESSAGES, REQUEST } from '../../src/otlp/wire/messages.ts';
import { cpuClock } from '../harness/cpu-clock.ts';

const MEBIBYTE = 1024 * 1024;

/** Where a value is read: one text for each way in which a field is read. */
const PLACES: Readonly<Record<string, (value: string) => string>> = {
  double: (value) => `"body":{"doubleValue":${value}}`,
  int64: (value) => `"body":{"intValue":${value}}`,
  bytes: (value) => `"body":{"bytesValue":${value}}`,
  bool: (value) => `"body":{"boolValue":${value}}`,
  string: (value) => `"severityText":${value}`,
  fixed64: (value) => `"timeUnixNano":${value}`,
  fixed32: (value) => `"flags":${value}`,
  enum: (value) => `"severityNumber":${value}`,
  traceId: (value) => `"traceId":${value}`,
  'unknown field': (value) => `"later":${value}`,
  key: (value) => `${value}:1`,
};

const LENGTH = 100_000;

const VALUES: readonly string[] = [
  '9',
  '0',
  '.',
  '1e',
  'a',
  '=',
  '-',
  '\\u0000',
  '\\"',
  'é',
  ' ',
  ':',
].flatMap((part) => {
  const text = part.repeat(LENGTH);
  return [
    `"${text}"`,
    `"${text}x"`,
    `"-1.${text}*"`,
    text,
    `-1.${text}`,
    `1e${text}`,
    `[${text}`,
    `"${text}`,
  ];
});

for (const [name, at] of Object.entries(PLACES)) {
  test(`100,000 characters of any kind as ${name} are read in time that grows with their number`, () => {
    for (const value of VALUES) {
      const bytes = Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{${at(value)}}]}]}]}`);
      const clock = cpuClock();
      try {
        decodeJson(REQUEST.logs, bytes);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'OTLP_INVALID');
      }
      const tookMs = clock();
      assert.ok(tookMs < 250, `${value.slice(0, 8)}…${value.slice(-4)} took ${tookMs} ms`);
    }
  });
}

/** Decodes as the collector would, and tells how long it took and how much memory it needed at once. */
function measure(bytes: Buffer): { value: unknown; tookMs: number; grownBytes: number } {
  const before = process.memoryUsage().rss;
  const clock = cpuClock();
  const value = decodeJson(REQUEST.logs, bytes);
  const tookMs = clock();
  return { value, tookMs, grownBytes: process.memoryUsage().rss - before };
}

test('an integer beyond 2^53 beside millions of items in an unknown field costs no second pass', () => {
  const items = '1,'.repeat(9_900_000);
  const record = '{"timeUnixNano":1700000000000000001}';
  const { value, tookMs, grownBytes } = measure(
    Buffer.from(`{"later":[${items}1],"resourceLogs":[{"scopeLogs":[{"logRecords":[${record}]}]}]}`),
  );
  assert.match(JSON.stringify(value), /"timeUnixNano":"1700000000000000001"/);
  assert.ok(tookMs < 8_000, `took ${tookMs} ms`);
  assert.ok(grownBytes < 150 * MEBIBYTE, `took ${grownBytes} bytes`);
});

test('fields that nobody knows are passed over whatever is in them, without memory for it', () => {
  const bytes = Buffer.from(`{"later":[${'{"a":[{},"b"]},'.repeat(1_000_000)}{}]}`);
  const { value, grownBytes } = measure(bytes);
  assert.deepEqual(value, {});
  assert.ok(grownBytes < 100 * MEBIBYTE, `took ${grownBytes} bytes`);
});

test('two million empty messages take no object each', () => {
  const bytes = Buffer.from(`{"resourceLogs":[${'{},'.repeat(MAX_MESSAGES - 2)}{}]}`);
  const { value, grownBytes } = measure(bytes);
  assert.equal((value as { resourceLogs: unknown[] }).resourceLogs.length, MAX_MESSAGES - 1);
  assert.ok(grownBytes < 150 * MEBIBYTE, `took ${grownBytes} bytes`);
});

test('items of lists count as messages do', () => {
  const idKeys = '"",'.repeat(MAX_MESSAGES);
  const bytes = Buffer.from(`{"resourceLogs":[{"resource":{"entityRefs":[{"idKeys":[${idKeys}""]}]}}]}`);
  assert.throws(() => decodeJson(REQUEST.logs, bytes), {
    code: 'OTLP_INVALID',
    message: /entityRefs\[0\]\.idKeys\[\d+\]: more than 2097152 messages and items of lists$/,
  });
});
