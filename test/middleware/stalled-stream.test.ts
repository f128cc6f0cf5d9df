import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { EventStream } from '../../src/middleware/event-stream.ts';
import type { RecordedListener } from '../../src/middleware/events-api-options.ts';
import { eventsApi } from '../../src/middleware/node.ts';
import { testLogger } from '../../src/testing.ts';
import { openSocket } from '../harness/raw-http.ts';
import { FRAMEWORKS } from './start-app.ts';
import { startEventsApi } from './start-events-api.ts';

const SCHEMA = {
  $id: 'https://shop.example/schemas/cart',
  version: '1',
  type: 'object',
  properties: { text: { type: 'string', categories: ['unrestricted'] } },
} as const;

/** A client of the stream that reads the beginning and no more. */
async function stalledClient(port: number): Promise<Socket> {
  const socket = await openSocket(port);
  socket.write('GET /api/events/subscribe HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await once(socket, 'data');
  return socket.pause();
}

/** More than the buffers of the kernel take, a little in each turn. */
async function fill(tell: (text: string) => void): Promise<void> {
  const text = 'x'.repeat(100_000);
  for (let sent = 0; sent < 300; sent++) {
    tell(text);
    await setImmediate();
  }
}

for (const framework of FRAMEWORKS) {
  test(`${framework}: a client of the stream that does not read does not keep the server`, {
    timeout: 120_000,
  }, async () => {
    const events = testLogger();
    events.registerSchema(SCHEMA);
    await using api = await startEventsApi(framework, events);
    const client = await stalledClient(api.port);
    await fill((text) => events.record(SCHEMA.$id, 1, { text }));
    const closedMs = performance.now();
    await api.close();
    const tookMs = performance.now() - closedMs;
    assert.ok(tookMs < 20_000, `${tookMs} ms`);
    client.destroy();
  });
}

/** A logger of which only the listeners count. */
function bareLogger(): { tell: RecordedListener; logger: ConstructorParameters<typeof EventStream>[0] } {
  const listeners = new Set<RecordedListener>();
  return {
    tell: (...args) => listeners.forEach((listener) => void listener(...args)),
    logger: {
      record: () => '',
      addListener: (listener) => listeners.add(listener),
      removeListener: (listener) => listeners.delete(listener),
    },
  };
}

test('close ends the streams of clients that do not read, too', { timeout: 120_000 }, async () => {
  const { tell, logger } = bareLogger();
  const api = eventsApi({ events: logger });
  const server = createServer(api).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = await stalledClient((server.address() as AddressInfo).port);
  await fill((text) => tell(undefined, SCHEMA.$id, { text }));
  api.close();
  server.close();
  await once(server, 'close');
  client.destroy();
});

test('a client that takes nothing for long is let go, one for whom there is nothing is not', {
  timeout: 120_000,
}, async () => {
  const { tell, logger } = bareLogger();
  const stream = new EventStream(logger, 60_000, 100);
  const stalled = stream.open(() => false) ?? assert.fail();
  const idle = stream.open(() => false) ?? assert.fail();
  tell(undefined, SCHEMA.$id, {});
  await stalled.next();
  await idle.next();
  const waiting = idle.next();
  await stalled.closed;
  assert.equal(await stalled.next(), undefined);
  tell(undefined, SCHEMA.$id, { after: true });
  assert.match(Buffer.from((await waiting) ?? []).toString(), /after/);
  stream.close();
});

test('a server that cannot be asked any more counts as closing', { timeout: 120_000 }, async () => {
  const { logger } = bareLogger();
  const stream = new EventStream(logger);
  const client = stream.open(() => {
    throw new Error('no session');
  });
  await client?.closed;
});

test('what waits for a client is bounded with what is on its way, and long messages go in parts', async () => {
  const { tell, logger } = bareLogger();
  const stream = new EventStream(logger);
  const client = stream.open(() => false) ?? assert.fail();
  await client.next();
  const mib = 1024 * 1024;
  // The first one is on its way from here on, and counts until it is gone.
  tell(undefined, 'a', { text: 'a'.repeat(3 * mib) });
  const first = (await client.next()) ?? assert.fail();
  assert.equal(first.length, 64 * 1024);
  tell(undefined, 'b', { text: 'b'.repeat(2 * mib) });
  tell(undefined, 'c', { text: 'c'.repeat(mib / 2) });
  let text = '';
  while (!text.includes('ccc')) text += Buffer.from((await client.next()) ?? assert.fail()).toString();
  assert.match(text, /^a+"\}\n\nevent: dropped\ndata: \{"count":1\}\n\nevent: event\ndata: .*"c/);
  stream.close();
});
