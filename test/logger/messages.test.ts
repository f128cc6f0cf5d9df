// What somebody reads who has made a mistake: what, where, wanted, got, and how to mend it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { z } from 'zod';
import { OtelEventsError } from '../../src/errors.ts';
import { fileExporter } from '../../src/exporters/file.ts';
import { EventLogger, type EventLoggerOptions } from '../../src/index.ts';
import { defineEvent } from '../../src/schema/index.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';

async function said(log: (events: EventLogger) => void, options: EventLoggerOptions = {}): Promise<string[]> {
  const messages: string[] = [];
  const events = new EventLogger({
    delivery: 'none',
    exporters: [async () => {}],
    logLevel: 'none',
    onError: ({ message }) => messages.push(message),
    ...options,
  });
  log(events);
  await events.close({ timeoutMs: 100 });
  return messages;
}

test('an event that does not fit its schema: the field is named, and what was wanted', async () => {
  const schema = z.strictObject({
    total: z.number().min(1),
    code: z.string().max(3),
    kind: z.enum(['a', 'b']),
  });
  const Paid = defineEvent('order.paid', { version: 1, schema, onInvalid: 'quarantine' });
  const bad = { total: Number.NaN, code: 'abcd', kind: 'c', secret: 1 } as never;
  const [message = ''] = await said((events) => events.log(Paid, bad));
  assert.match(
    message,
    /^order\.paid \(version 1\) does not fit its schema: \/total: wanted number, got NaN; /,
  );
  assert.match(
    message,
    /\/code: wanted at most 3 characters, got a string; \/kind: wanted one of certain values/,
  );
  const Strict = defineEvent('strict', { version: 1, schema: z.strictObject({}), onInvalid: 'quarantine' });
  const [other = ''] = await said((events) => events.log(Strict, { more: 1 } as never));
  assert.match(other, /: the data: wanted no properties but those of the schema, got an object; /);
});

test('an exporter that does not exist: one line, which names each that does once', async () => {
  const messages = await said((events) => events.log('a', {}, { exporters: ['nope'] }), {
    delivery: 'auto',
    endpoint: 'http://127.0.0.1:9',
  });
  assert.equal(messages.length, 1, messages.join('\n'));
  assert.match(messages[0] ?? '', /'nope'.*\(there are otlp, function\)$/);
});

test('an endpoint with the path of a signal means its base', async () => {
  for (const delivery of ['durable', 'sdk'] as const) {
    for (const path of ['/v1/logs', '/v1/traces/', '/v1/logs/v1/logs', '/']) {
      await using sink = await OtlpSink.open();
      const events = new EventLogger({ endpoint: sink.url + path, delivery, logLevel: 'none' });
      events.log('a');
      assert.equal((await events.close()).acked, 1, `${delivery} ${path}`);
    }
  }
});

test('a URL without a protocol, and one that is an object: it is said how it is written', () => {
  const make = (endpoint: unknown): EventLogger => new EventLogger({ endpoint: endpoint as string });
  assert.throws(() => make('localhost:4318'), /got a string \(begin it with http:\/\/ or https:\/\/\)$/);
  assert.throws(() => make(new URL('http://localhost')), /got an object \(give its text: url\.href\)$/);
});

test('options of options that are no object say what they take', () => {
  for (const [rotation, got] of [
    [null, 'null'],
    ['daily', 'a string'],
    [[1], 'an array'],
  ]) {
    assert.throws(() => fileExporter({ path: 'x', rotation: rotation as never }), {
      code: 'OPTION_INVALID',
      message: `fileExporter, rotation: wanted an object, got ${got} (it takes maxBytes, maxAgeMs, maxDays, maxBackups, localTime)`,
    });
  }
});

test('an error that is printed whole shows what it has, and nothing of what it has not', () => {
  const shown = inspect(new OtelEventsError('OPTION_INVALID', 'no'));
  assert.equal(shown.includes('undefined'), false, shown);
  assert.match(inspect(new OtelEventsError('OPTION_INVALID', 'no', { fix: 'do' })), /fix: 'do'/);
});
