import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OtlpObject } from '../../../src/otlp/wire/decode-protobuf.ts';
import { makeProcessor, problemsOf, recordsOf, texts } from '../make-processor.ts';

const CARD = '4111 1111 1111 1111';

async function redacted(settings: object, record: object): Promise<OtlpObject | undefined> {
  const { pass } = await makeProcessor('redaction', settings);
  return (await pass('logs', recordsOf(record)))?.decoded();
}

test('values that match are masked, in attributes and bodies, and the summary says where', async () => {
  const settings = { allow_all_keys: true, blocked_values: ['4[0-9]{3}( [0-9]{4}){3}'], summary: 'debug' };
  assert.deepEqual(
    await redacted(settings, {
      body: { stringValue: `pay ${CARD}` },
      attributes: texts({ a: `x ${CARD} y`, b: 'z' }),
    }),
    recordsOf({
      body: { stringValue: 'pay ****' },
      attributes: [
        ...texts({ a: 'x **** y', b: 'z', 'redaction.masked.keys': 'a' }),
        { key: 'redaction.masked.count', value: { intValue: '1' } },
        ...texts({ 'redaction.body.masked.keys': 'body' }),
        { key: 'redaction.body.masked.count', value: { intValue: '1' } },
      ],
    }),
  );
});

test('a body that is one value, and allowed, is left as it is without a word', async () => {
  const settings = {
    allow_all_keys: true,
    blocked_values: ['[0-9]'],
    allowed_values: ['^7$'],
    summary: 'debug',
  };
  const record = { body: { stringValue: '7' }, attributes: texts({ a: 'b' }) };
  assert.deepEqual(await redacted(settings, record), recordsOf(record));
});

test('what is not allowed goes, and by default everything does', async () => {
  const record = { body: {}, attributes: texts({ a: '1', b: '2' }) };
  assert.deepEqual(
    await redacted({ allowed_keys: ['a'] }, record),
    recordsOf({ body: {}, attributes: texts({ a: '1' }) }),
  );
  assert.deepEqual(await redacted({}, record), recordsOf({ body: {} }));
});

test('a record in which nothing is redacted stays the same object', async () => {
  const { processor, pass } = await makeProcessor('redaction', {
    allow_all_keys: true,
    blocked_values: ['x'],
  });
  const request = await pass(
    'logs',
    recordsOf({ body: { stringValue: 'y' }, attributes: texts({ a: 'b' }) }),
  );
  assert.ok(request);
  assert.equal(await processor.process(request), request);
});

test('a key for a hash has to be long enough, and is never in the message', async () => {
  const problems = await problemsOf('redaction', {
    hash_function: 'hmac-sha512',
    hmac_key: 'SECRET',
    blocked_values: ['('],
  });
  assert.deepEqual(problems, [
    'blocked_values[0]: not a regular expression of RE2: missing closing )',
    'hmac_key: hmac-sha512 needs a key of at least 64 bytes',
  ]);
});
