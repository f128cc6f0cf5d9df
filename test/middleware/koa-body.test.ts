// Koa reads an answer's body after all middleware have run.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import Koa from 'koa';
import { requestContext } from '../../src/middleware/koa.ts';
import { type TestLogger, testLogger } from '../../src/testing.ts';

const BODIES: Readonly<Record<string, (events: TestLogger) => unknown>> = {
  generator: (events) =>
    Readable.from(
      (async function* () {
        events.log('first');
        yield 'a';
        await turn();
        events.log('second');
        yield 'b';
      })(),
    ),
  stream: (events) =>
    new Readable({
      read() {
        events.log('first');
        setTimeout(() => {
          events.log('second');
          this.push('a');
          this.push(null);
        }, 1);
      },
    }),
  json: (events) => ({
    toJSON() {
      events.log('first');
      events.log('second');
      return {};
    },
  }),
  web: (events) =>
    new Response(
      ReadableStream.from(
        (async function* () {
          events.log('first');
          yield Buffer.from('a');
          events.log('second');
        })(),
      ),
    ),
};

for (const [kind, bodyOf] of Object.entries(BODIES)) {
  for (const before of [false, true]) {
    // A body that is no stream is then read by Koa alone, after that middleware.
    if (before && (kind === 'json' || kind === 'web')) continue;
    test(`koa: what is logged while a body is read has the context: ${kind}${before ? ', behind another middleware' : ''}`, async () => {
      const events = testLogger();
      const app = new Koa();
      if (before) {
        app.use(async (_context, next) => {
          await next();
        });
      }
      app.use(requestContext<Koa.Context>({ events }));
      app.use(async (context) => {
        await turn();
        context.body = bodyOf(events);
      });
      const server = createServer(app.callback()).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await Promise.all(
        ['one', 'two'].map(async (id) => (await fetch(url, { headers: { 'x-request-id': id } })).text()),
      );
      server.close();
      await events.flush();
      const ids = events.emitted.map(({ name, context }) => `${name} ${context.request_id}`);
      assert.deepEqual([...new Set(ids)].sort(), ['first one', 'first two', 'second one', 'second two']);
      assert.deepEqual(events.currentContext(), {});
    });
  }
}

test('koa: what a listener for errors logs has the context, and a failure keeps its id', async () => {
  const events = testLogger();
  const app = new Koa();
  app.on('error', () => events.log('failed'));
  app.use(requestContext<Koa.Context>({ events }));
  app.use(() => {
    throw new Error('no');
  });
  const server = createServer(app.callback()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}`, { headers: { 'x-request-id': 'failing' } });
  server.close();
  await events.flush();
  assert.deepEqual([response.status, response.headers.get('x-request-id')], [500, 'failing']);
  assert.deepEqual(
    events.emitted.map(({ name, context }) => [name, context.request_id]),
    [['failed', 'failing']],
  );
});
