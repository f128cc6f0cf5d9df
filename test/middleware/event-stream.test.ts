import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { EventStream } from '../../src/middleware/event-stream.ts';
import { defineEvent } from '../../src/schema/index.ts';
import type { StreamClient } from '../../src/serve/stream-client.ts';
import { testLogger } from '../../src/testing.ts';

const open = (): boolean => false;

const textOf = async (client: StreamClient): Promise<string> =>
  Buffer.from((await client.next()) ?? []).toString();

test('where nothing is recorded a heartbeat shows that the connection is there', {
  timeout: 120_000,
}, async () => {
  const stream = new EventStream(testLogger(), 100);
  const client = stream.open(open) ?? assert.fail();
  assert.deepEqual([await textOf(client), await textOf(client)], [': connected\n\n', ': heartbeat\n\n']);
  client.close();
  assert.equal(await client.next(), undefined);
});

test('what JSON does not have is written as formats write it, on one line', async () => {
  const events = testLogger();
  // JSON Schema has it written as JSON already, a library may not.
  const Odd = defineEvent('odd', { version: 1, schema: z.looseObject({ bytes: z.instanceof(Buffer) }) });
  const stream = new EventStream(events);
  const client = stream.open(open) ?? assert.fail();
  await client.next();
  events.record(Odd, {
    text: 'a\nb\r\n\ndata: c',
    bytes: Buffer.of(1, 2, 255),
    nan: Number.NaN,
    big: 2n ** 64n,
  });
  const message = await textOf(client);
  const [event, data = '', ...rest] = message.split('\n');
  assert.deepEqual([event, rest], ['event: event', ['', '']]);
  const { text, bytes, nan, big } = JSON.parse(data.slice('data: '.length));
  assert.deepEqual(
    { text, bytes, nan, big },
    { text: 'a\nb\r\n\ndata: c', bytes: 'AQL/', nan: 'NaN', big: '18446744073709551616' },
  );
  stream.close();
});

test('the version of the schema has its type, as in the format jupyter', async () => {
  const events = testLogger();
  const stream = new EventStream(events);
  const client = stream.open(open) ?? assert.fail();
  await client.next();
  for (const version of [2, '3']) {
    events.registerSchema({ $id: 'x', version, type: 'object' });
    events.record('x', version, {});
    const [, data = ''] = (await textOf(client)).split('\n');
    assert.equal(JSON.parse(data.slice('data: '.length)).__schema_version__, version);
  }
  stream.close();
});

test('the logger is listened to only while there are clients', () => {
  let listeners = 0;
  const stream = new EventStream({
    record: () => '',
    addListener: () => void listeners++,
    removeListener: () => void listeners--,
  });
  const clients = [stream.open(open), stream.open(open)];
  assert.equal(listeners, 1);
  clients[0]?.close();
  assert.equal(listeners, 1);
  clients[1]?.close();
  clients[1]?.close();
  assert.equal(listeners, 0);
  stream.open(open);
  stream.close();
  assert.equal(listeners, 0);
});
