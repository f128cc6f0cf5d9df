import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeProtobuf, scanProtobuf } from '../../src/otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { scanQuickly } from '../../src/otlp/wire/transcoder.ts';
import { arbitraryMessage } from './arbitrary-message.ts';
import { mutated } from './mutated.ts';
import { reshaped } from './reshaped.ts';

for (const signal of ['logs', 'traces', 'metrics'] as const) {
  const message = REQUEST[signal];
  const encoded = arbitraryMessage(message).map((value) => encodeProtobuf(message, value));

  test(`${signal} are counted as the careful way counts them`, () => {
    fc.assert(
      fc.property(encoded, (bytes) => {
        assert.equal(scanQuickly(message, bytes), scanProtobuf(message, bytes));
      }),
      { numRuns: 200 },
    );
  });

  test(`${signal} in any order, and in pieces, are counted as they are decoded`, () => {
    fc.assert(
      fc.property(reshaped(message, encoded), (bytes) => {
        const decoded = OtlpRequest.from(signal, decodeProtobuf(message, bytes));
        assert.equal(OtlpRequest.read(signal, 'protobuf', bytes).count, decoded.count);
      }),
      { numRuns: 200 },
    );
  });

  test(`broken ${signal} are counted only where the careful way takes them, and alike`, () => {
    let taken = 0;
    fc.assert(
      fc.property(mutated(encoded), (bytes) => {
        const count = scanQuickly(message, bytes);
        if (count === undefined) return;
        taken++;
        assert.equal(count, scanProtobuf(message, bytes));
      }),
      { numRuns: 3_000 },
    );
    assert.ok(taken > 100, 'some are taken');
  });
}

test('what is too large for the module, and nested without an end, is left to the careful way', () => {
  assert.equal(scanQuickly(REQUEST.logs, new Uint8Array(9 * 1024 * 1024)), undefined);
  let value: Uint8Array = new Uint8Array();
  // An AnyValue with a list with an AnyValue.
  for (let depth = 0; depth < 300; depth++) value = within(0x2a, within(0x0a, value));
  const body = within(0x0a, within(0x12, within(0x12, within(0x2a, value))));
  assert.equal(scanQuickly(REQUEST.logs, body), undefined);
});

test('of a metric that comes as two kinds the points of the last one are counted, which alone is left', () => {
  const points = (count: number): Uint8Array =>
    Buffer.concat(Array(count).fill(within(0x0a, new Uint8Array())));
  const [gauge, sum] = [within(0x2a, points(2)), within(0x3a, points(5))];
  for (const [kinds, count] of [
    [[gauge, sum], 5],
    [[sum, gauge], 2],
    [[sum, gauge, gauge], 2],
    [[sum, within(0x2a, new Uint8Array())], 0],
  ] as const) {
    const metric = within(0x12, Buffer.concat(kinds));
    // A metric before and behind, so that only its own points are taken away.
    const other = within(0x12, within(0x2a, points(10)));
    const bytes = within(0x0a, within(0x12, Buffer.concat([other, metric, other])));
    assert.equal(OtlpRequest.read('metrics', 'protobuf', bytes).count, 20 + count);
    assert.equal(OtlpRequest.from('metrics', decodeProtobuf(REQUEST.metrics, bytes)).count, 20 + count);
    assert.equal(scanProtobuf(REQUEST.metrics, bytes), 20 + count);
  }
});

test('it counts on after it has given up, and after it has needed much memory', () => {
  const large = within(0x0a, within(0x12, within(0x12, within(0x1a, new Uint8Array(7 * 1024 * 1024)))));
  for (let round = 0; round < 3; round++) {
    assert.equal(scanQuickly(REQUEST.logs, Buffer.from([0x0a, 9])), undefined);
    assert.equal(scanQuickly(REQUEST.logs, large), 1);
  }
});

function within(tag: number, inside: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = inside.length; ; rest >>>= 7) {
    length.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) break;
  }
  return Buffer.concat([Buffer.from([tag, ...length]), inside]);
}
