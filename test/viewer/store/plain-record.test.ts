import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { plainMap, plainValue } from '../../../src/otlp/values/plain-value.ts';
import { decodeProtobuf } from '../../../src/otlp/wire/decode-protobuf.ts';
import { RECORD } from '../../../src/otlp/wire/messages.ts';
import { readPlainRecord } from '../../../src/viewer/store/record/plain-record.ts';

/** Fields as bytes, in any order and as often as it comes: what senders in no library's order may write. */
type Bytes = fc.Arbitrary<Buffer>;

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

function delimited(tag: number, content: Buffer): Buffer {
  return Buffer.concat([varint(BigInt(tag)), varint(BigInt(content.length)), content]);
}

function fields(...some: Bytes[]): Bytes {
  return fc.array(fc.oneof(...some), { maxLength: 5 }).map((all) => Buffer.concat(all));
}

/** Invalid UTF-8 among them. */
const text = fc.oneof(
  fc.constantFrom('a', 'b', '__proto__', '7', 'a.b', '', 'ü', 'x'.repeat(70)).map((one) => Buffer.from(one)),
  fc.uint8Array({ maxLength: 3 }).map((one) => Buffer.from(one)),
);
const id = (size: number): Bytes =>
  fc.oneof(
    fc.uint8Array({ minLength: size, maxLength: size }).map((one) => Buffer.from(one)),
    fc.constant(Buffer.alloc(size)),
    fc.constant(Buffer.alloc(0)),
  );
const fixed64 = fc.bigInt(0n, 2n ** 64n - 1n).map((value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
});
const tagged = (tag: number, bytes: Bytes): Bytes =>
  bytes.map((content) => Buffer.concat([varint(BigInt(tag)), content]));
const message = (tag: number, bytes: Bytes): Bytes => bytes.map((content) => delimited(tag, content));
const whole = fc
  .oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.constantFrom(0n, 1n, 2n ** 53n, -(2n ** 53n)))
  .map(varint);
const unknown = message(0x7fa, text);

const { value: anyValue } = fc.letrec<{ value: Buffer }>((tie) => ({
  value: fields(
    message(0x0a, text),
    tagged(0x10, fc.constantFrom(0n, 1n).map(varint)),
    tagged(0x18, whole),
    tagged(0x21, fixed64),
    message(0x2a, fields(message(0x0a, tie('value')), unknown)),
    message(0x32, fields(message(0x0a, keyValueOf(tie('value'))))),
    message(0x3a, text),
    tagged(0x40, whole),
    unknown,
  ),
}));

function keyValueOf(value: Bytes): Bytes {
  const pair = fc.tuple(message(0x0a, text), message(0x12, value)).map((both) => Buffer.concat(both));
  return fc.oneof(pair, fields(message(0x0a, text), message(0x12, value), unknown));
}

const attribute = keyValueOf(anyValue);
const severity = fc.bigInt(0n, 30n).map(varint);
const log = fields(
  tagged(0x09, fixed64),
  tagged(0x10, severity),
  message(0x2a, anyValue),
  message(0x32, attribute),
  message(0x4a, id(16)),
  message(0x52, id(8)),
  tagged(0x59, fixed64),
  message(0x62, text),
  unknown,
);
const span = fields(
  message(0x0a, id(16)),
  message(0x12, id(8)),
  message(0x22, id(8)),
  message(0x2a, text),
  tagged(0x39, fixed64),
  tagged(0x41, fixed64),
  message(0x4a, attribute),
  message(0x7a, fields(message(0x12, text), tagged(0x18, severity))),
);

test('a record that is read at once is what the general reader and plain values make of it', () => {
  const record = fc.oneof(
    log.map((bytes) => [false, bytes] as const),
    span.map((bytes) => [true, bytes] as const),
  );
  fc.assert(
    fc.property(record, ([isSpan, bytes]) => {
      const around = Buffer.concat([Buffer.from('x'), bytes, Buffer.from('y')]);
      const read = readPlainRecord(isSpan, around, 1, 1 + bytes.length);
      const decoded = decodeProtobuf(isSpan ? RECORD.traces : RECORD.logs, bytes) as never as Decoded;
      assert.deepEqual(read, {
        nanos: BigInt(decoded.startTimeUnixNano ?? decoded.timeUnixNano ?? 0),
        observedNanos: BigInt(decoded.observedTimeUnixNano ?? 0),
        endNanos: BigInt(decoded.endTimeUnixNano ?? 0),
        name: decoded.eventName ?? decoded.name ?? '',
        severity: decoded.severityNumber ?? 0,
        traceId: decoded.traceId ?? '',
        spanId: decoded.spanId ?? '',
        parentSpanId: decoded.parentSpanId ?? '',
        statusCode: decoded.status?.code ?? 0,
        body: plainValue(decoded.body),
        attributes: plainMap(decoded.attributes),
      });
      assert.equal(
        JSON.stringify(read.attributes),
        JSON.stringify(plainMap(decoded.attributes)),
        'the order of names',
      );
    }),
    { numRuns: 2000 },
  );
});

interface Decoded {
  readonly [time: `${string}UnixNano`]: string | undefined;
  readonly eventName?: string;
  readonly name?: string;
  readonly severityNumber?: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly status?: { readonly code?: number };
  readonly body?: Parameters<typeof plainValue>[0];
  readonly attributes?: Parameters<typeof plainMap>[0];
}
