import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { guardedServer } from '../../src/serve/guarded-server.ts';
import { listen } from '../../src/serve/listen.ts';
import { openSocket, rawRequest, statusOf } from '../harness/raw-http.ts';

const REQUEST = rawRequest(['GET / HTTP/1.1', 'host: a']);

async function start(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close().closeAllConnections());
  return (server.address() as AddressInfo).port;
}

const BUG = new TypeError('a bug');

const FAILING: readonly [string, Parameters<typeof guardedServer>[1], number][] = [
  [
    'at once',
    () => {
      throw BUG;
    },
    500,
  ],
  ['later', () => Promise.reject(BUG), 500],
  [
    'in the middle of the answer',
    async (_, response) => {
      response.writeHead(200, { 'content-length': 9 }).write('a');
      throw BUG;
    },
    200,
  ],
  [
    'after the answer',
    async (_, response) => {
      response.writeHead(204).end();
      throw BUG;
    },
    204,
  ],
];

for (const [when, handle, status] of FAILING) {
  test(`an error ends at most its connection, and is told: ${when}`, async (t) => {
    const told: unknown[] = [];
    const port = await start(
      t,
      guardedServer({}, handle, (error) => told.push(error)),
    );
    assert.deepEqual([await statusOf(port, REQUEST), await statusOf(port, REQUEST)], [status, status]);
    assert.deepEqual(told, [BUG, BUG]);
  });
}

test('what request, response and server say without having been asked ends nothing', async (t) => {
  const told: unknown[] = [];
  const server = guardedServer(
    {},
    (request, response) => {
      response.emit('error', BUG);
      response.end();
      response.write('after the end');
      request.emit('error', BUG);
      request.socket.emit('error', BUG);
    },
    (error) => told.push(error),
  );
  const port = await start(t, server);
  assert.ok([0, 200].includes(await statusOf(port, REQUEST)));
  const broken = new Error('accept EMFILE');
  server.emit('error', broken);
  server.emit('error', broken);
  assert.deepEqual(told, [broken, broken]);
});

test('a tunnel that nobody wanted does not keep the server', async (t) => {
  const server = guardedServer({}, () => {});
  const port = await start(t, server);
  const socket = await openSocket(port);
  socket.write('CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n');
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1.1 405 /);
  server.close();
  await once(server, 'close');
});

test('that it cannot listen is for whoever starts it, and told to nobody else', async (t) => {
  const port = await start(
    t,
    guardedServer({}, () => {}),
  );
  const told: unknown[] = [];
  const second = guardedServer(
    {},
    () => {},
    (error) => told.push(error),
  );
  await assert.rejects(listen(second, { host: 'localhost', port }), { code: 'COLLECTOR_START_FAILED' });
  assert.deepEqual(told, []);
});
