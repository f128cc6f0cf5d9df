import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { LentLine, memoryForLine } from '../../src/otlp/wire/lent-line.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';

const logRecords = [
  { body: {}, eventName: 'a' },
  { body: {}, eventName: 'b' },
];
const LOGS = { resourceLogs: [{ resource: {}, scopeLogs: [{ scope: {}, logRecords }] }] };
const JSON_BYTES = Buffer.from(JSON.stringify(LOGS));
const PROTOBUF = encodeProtobuf(REQUEST.logs, LOGS);

test('a request is the same from protobuf, from JSON, from a batch and from a message', () => {
  const requests = [
    OtlpRequest.read('logs', 'protobuf', PROTOBUF),
    OtlpRequest.read('logs', 'json', JSON_BYTES),
    OtlpRequest.of({ signal: 'logs', encoding: 'protobuf', bytes: PROTOBUF, count: 2 }),
    OtlpRequest.from('logs', LOGS),
  ];
  for (const request of requests) {
    assert.deepEqual([request.signal, request.count], ['logs', 2]);
    assert.deepEqual(request.decoded(), LOGS);
    assert.deepEqual(Buffer.from(request.protobuf()), Buffer.from(PROTOBUF));
    assert.deepEqual(JSON.parse(Buffer.from(request.json()).toString()), LOGS);
    const { bytes, encoding } = { ...request };
    assert.deepEqual(OtlpRequest.read('logs', encoding, bytes).decoded(), LOGS);
  }
});

test('each form is made once; bytes that came are never made again', () => {
  const request = OtlpRequest.read('logs', 'protobuf', PROTOBUF);
  assert.equal(request.protobuf(), PROTOBUF);
  assert.equal(request.decoded(), request.decoded());
  assert.equal(request.jsonLine(), request.jsonLine());
  assert.equal(OtlpRequest.of(request), request);
});

test('what is forgotten is made again; a message that was made here is kept as bytes', () => {
  const made = OtlpRequest.from('logs', LOGS);
  made.forget();
  for (const request of [
    OtlpRequest.read('logs', 'json', JSON_BYTES),
    OtlpRequest.from('logs', LOGS),
    made,
  ]) {
    const [decoded, line] = [request.decoded(), request.jsonLine()];
    request.forget();
    assert.notEqual(request.decoded(), decoded);
    assert.deepEqual(request.decoded(), LOGS);
    assert.deepEqual(OtlpRequest.read('logs', request.encoding, request.bytes).decoded(), LOGS);
    assert.ok(request.jsonLine() !== line);
    assert.deepEqual(request.jsonLine().bytes, line.bytes);
  }
});

/** A request whose line is long enough for memory that is used again. */
function longRequest(eventName: string): OtlpRequest {
  const logRecords = Array.from({ length: 2_000 }, () => ({ body: {}, eventName }));
  return OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}

test('the memory of a line is used again when all have given it back to whom it was lent', () => {
  const [first, second, third] = ['first', 'other', 'third'].map(longRequest) as [
    OtlpRequest,
    OtlpRequest,
    OtlpRequest,
  ];
  const line = first.jsonLine();
  const text = Buffer.from(line.bytes).toString();
  const whoReadsOn = first.jsonLine();
  assert.equal(whoReadsOn, line);
  line.giveBack();
  assert.notEqual(second.jsonLine().bytes.buffer, line.bytes.buffer);
  assert.equal(Buffer.from(whoReadsOn.bytes).toString(), text);
  whoReadsOn.giveBack();
  assert.equal(third.jsonLine().bytes.buffer, line.bytes.buffer);
  assert.notEqual(Buffer.from(line.bytes).toString(), text);
  // The line that is gone is made again, elsewhere.
  assert.equal(Buffer.from(first.jsonLine().bytes).toString(), text);
  assert.match(Buffer.from(third.jsonLine().bytes).toString(), /third.*third/);
});

test('memory that is not the line’s alone is not used again', () => {
  const shared = Buffer.alloc(200_000);
  const line = new LentLine(shared.subarray(0, 100_000)).lend();
  line.giveBack();
  assert.notEqual(memoryForLine(100_000).buffer, shared.buffer);
});
