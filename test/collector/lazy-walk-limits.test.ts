import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeProtobuf } from '../../src/otlp/wire/encode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { makeProcessor, recordsOf, texts } from './make-processor.ts';

/** What a transform processor leaves of records that come as protobuf. */
async function transformed(statement: string, records: readonly object[]) {
  const { processor } = await makeProcessor('transform', { log_statements: [statement] });
  const bytes = encodeProtobuf(REQUEST.logs, recordsOf(...records));
  const given = OtlpRequest.read('logs', 'protobuf', bytes);
  const left = await processor.process(given);
  assert.ok(left !== undefined);
  return { given, left };
}

test('what is set may take many times the memory of what came', async () => {
  const long = 'l'.repeat(60_000);
  const { given, left } = await transformed(
    `set(log.attributes["long"], "${long}")`,
    Array.from({ length: 200 }, (_, index) => ({ body: {}, eventName: `e${index}` })),
  );
  assert.ok(!given.isDecoded);
  const wanted = Array.from({ length: 200 }, (_, index) => ({
    body: {},
    eventName: `e${index}`,
    attributes: texts({ long }),
  }));
  assert.deepEqual(left.decoded(), recordsOf(...wanted));
});

test('what would take more memory than the module may have is decoded', async () => {
  const long = 'l'.repeat(65_000);
  const { given, left } = await transformed(
    `set(log.attributes["long"], "${long}")`,
    Array.from({ length: 1_100 }, () => ({ body: {} })),
  );
  assert.ok(given.isDecoded);
  assert.equal(left.count, 1_100);
  assert.ok(left.protobuf().length > 64 * 1024 * 1024);
});

test('a record of more fields than are noted is changed like others, and the others are as they were', async () => {
  const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`k${index}`, 'v']));
  const { given, left } = await transformed('delete_key(log.attributes, "k7")', [
    { body: {}, attributes: texts(many) },
    { body: {}, attributes: texts({ k7: 'v', k8: 'v' }) },
    { body: {}, attributes: texts({ k8: 'v' }) },
  ]);
  assert.ok(!given.isDecoded);
  const { k7: _gone, ...others } = many;
  assert.deepEqual(
    left.decoded(),
    recordsOf(
      { body: {}, attributes: texts(others) },
      { body: {}, attributes: texts({ k8: 'v' }) },
      { body: {}, attributes: texts({ k8: 'v' }) },
    ),
  );
});

test('a field that OTLP does not have stays in a record that is changed', async () => {
  const { processor } = await makeProcessor('transform', {
    log_statements: ['set(log.severity_text, "NOTICE")'],
  });
  // Field 100 of a record, a text; behind the name of the event.
  const unknown = Buffer.from([0xa2, 0x06, 3, 0x6e, 0x65, 0x77]);
  const record = Buffer.concat([Buffer.from([0x62, 1, 0x65]), unknown]);
  const within = (tag: number, inside: Uint8Array) =>
    Buffer.concat([Buffer.from([tag, inside.length]), inside]);
  const bytes = within(0x0a, within(0x12, within(0x12, record)));
  const left = await processor.process(OtlpRequest.read('logs', 'protobuf', bytes));
  assert.ok(Buffer.from(left?.protobuf() ?? []).includes(unknown));
  assert.deepEqual(left?.decoded(), recordsOf({ body: {}, eventName: 'e', severityText: 'NOTICE' }));
});
