import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeMessageText } from '../../src/otlp/grpc/message-text.ts';
import { retryAfterIn, retryDetails } from '../../src/otlp/grpc/status-details.ts';
import { parseTarget } from '../../src/otlp/grpc/target.ts';
import { parseTimeout, timeoutHeader } from '../../src/otlp/grpc/timeout.ts';

const TARGETS: readonly [string, object][] = [
  ['collector:4317', { name: 'collector:4317', host: 'collector', port: 4317 }],
  ['http://127.0.0.1:4317', { name: '127.0.0.1:4317', host: '127.0.0.1', port: 4317, secure: false }],
  ['https://a.example:443/', { name: 'a.example:443', host: 'a.example', port: 443, secure: true }],
  ['dns:///a.example:4317', { name: 'a.example:4317', host: 'a.example', port: 4317 }],
  ['dns://8.8.8.8/a.example:4317', { name: 'a.example:4317', host: 'a.example', port: 4317 }],
  ['dns:a.example:4317', { name: 'a.example:4317', host: 'a.example', port: 4317 }],
  ['passthrough:///a:1', { name: 'a:1', host: 'a', port: 1 }],
  ['[::1]:4317', { name: '[::1]:4317', host: '::1', port: 4317 }],
  ['unix:a/b.sock', { name: 'unix:a/b.sock', host: 'localhost', port: 0, socketPath: 'a/b.sock' }],
  ['unix:///a/b.sock', { name: 'unix:///a/b.sock', host: 'localhost', port: 0, socketPath: '/a/b.sock' }],
];

for (const [endpoint, target] of TARGETS) {
  test(`${endpoint} is an endpoint of gRPC`, () => assert.deepEqual(parseTarget(endpoint), target));
}

for (const endpoint of [
  '',
  'a',
  'a:0',
  'a:65536',
  'http://a',
  'ftp://a:1',
  'http://u:p@a:1',
  'http://a:1/b',
  'a b:1',
  '::1:4317',
  'unix:',
]) {
  test(`${JSON.stringify(endpoint)} is no endpoint of gRPC`, () =>
    assert.equal(parseTarget(endpoint), undefined));
}

test('a message of any text is what a header may hold, and says the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const header = encodeMessageText(text.toWellFormed());
      assert.match(header, /^[\x20-\x7e]*$/);
      assert.equal(decodeURIComponent(header), text.toWellFormed());
    }),
  );
});

test('the time to wait is the same on both sides, whatever else the status says', () => {
  fc.assert(
    fc.property(fc.nat(3_600_000), fc.string(), (afterMs, message) => {
      assert.equal(
        retryAfterIn(retryDetails({ code: 14, message: message.toWellFormed(), afterMs })),
        afterMs,
      );
    }),
  );
  for (const header of ['', '!', 'AAAA', 'A'.repeat(20_000)]) assert.equal(retryAfterIn(header), undefined);
});

test('time-outs are written and read in the units of gRPC', () => {
  const read = ['1H', '2M', '3S', '4m', '5000u', '6000000n', '99999999m'].map(parseTimeout);
  assert.deepEqual(read, [3_600_000, 120_000, 3_000, 4, 5, 6, 99_999_999]);
  for (const header of ['', '1', 'S', '1s', '123456789m', '-1S', '1.5S', ' 1S'])
    assert.equal(parseTimeout(header), undefined);
  assert.deepEqual([5_000, 0.4, 99_999_999, 2 ** 31].map(timeoutHeader), [
    '5000m',
    '1m',
    '99999999m',
    '2147484S',
  ]);
});
