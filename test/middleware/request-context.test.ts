import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Hono } from 'hono';
import type { OtelEventsError } from '../../src/index.ts';
import { requestContext as honoContext } from '../../src/middleware/hono.ts';
import { requestContext } from '../../src/middleware/node.ts';
import { testLogger } from '../../src/testing.ts';
import { emitted } from './emitted.ts';
import { FRAMEWORKS, startApp } from './start-app.ts';

const hashed = (id: string): string => createHash('sha256').update(id).digest('hex').slice(0, 32);

for (const framework of FRAMEWORKS) {
  test(`${framework}: the context has edX's fields, without queries, and no more`, async () => {
    const events = testLogger();
    await using app = await startApp(framework, events, {
      sessionCookie: 'sid',
      user: (who) => ({ userId: who, username: 'Ada' }),
    });
    const headers = {
      'x-who': 'u1',
      'user-agent': 'browser',
      referer: 'https://me:pw@shop.example/cart?token=secret#top',
      'accept-language': 'de-CH',
      cookie: 'a=b; sid=the-session; _ga=GA1.2.1033501218.1368477899',
      'x-forwarded-for': '203.0.113.9',
    };
    const response = await fetch(`${app.url}/items/7?password=secret`, { headers });
    await response.text();
    await events.flush();
    const [event] = events.emitted;
    assert.deepEqual(event?.context, {
      session_id: hashed('the-session'),
      client_id: '1033501218.1368477899',
      ip: '127.0.0.1',
      host: '127.0.0.1',
      agent: 'browser',
      path: '/items/7',
      referer: 'https://shop.example/cart',
      accept_language: 'de-CH',
      request_id: response.headers.get('x-request-id'),
      user_id: 'u1',
      username: 'Ada',
    });
    assert.match(String(event?.context.request_id), /^[\da-f-]{36}$/);
    assert.equal(event?.userId, 'u1');
    assert.equal(event?.sessionId, hashed('the-session'));
    assert.equal(events.records[0]?.attributes['client.address'], '127.0.0.1');
  });

  test(`${framework}: what is not known is left out, not empty`, async () => {
    const events = testLogger();
    await using app = await startApp(framework, events, { session: () => undefined });
    await new Promise((resolve) =>
      httpRequest(`${app.url}/items/7`, (response) => response.resume().on('end', resolve)).end(),
    );
    await events.flush();
    assert.deepEqual(Object.keys(events.emitted[0]?.context ?? {}), ['ip', 'host', 'path', 'request_id']);
  });
}

test('hostile headers are cut and cleaned, and a request id that is not sane is made anew', async () => {
  const events = testLogger();
  await using app = await startApp('express', events);
  const headers = {
    'user-agent': `a\tb\u0085c${'x'.repeat(1024 * 1024)}`,
    referer: '?',
    'x-request-id': 'a b',
    cookie: `${'; '.repeat(2000)}=;_ga;_ga=;sid`,
  };
  const status = await new Promise((resolve) => {
    httpRequest(`${app.url}/items/%00%0d%0aX`, { headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).end();
  });
  await events.flush();
  assert.equal(status, 200);
  const { context } = events.emitted[0] ?? assert.fail();
  assert.equal(context.agent, `a b c${'x'.repeat(1019)}`);
  assert.equal(context.path, '/items/%00%0d%0aX');
  assert.match(String(context.request_id), /^[\da-f-]{36}$/);
  assert.deepEqual(Object.keys(context), ['ip', 'host', 'agent', 'path', 'request_id']);
});

test('what a handler enters is in the events of its request, its own event included, and nowhere else', async () => {
  const events = testLogger();
  const inContext = requestContext({ events, requestEvents: true });
  const server = createServer((request, response) =>
    inContext(request, response, async () => {
      await sleep(1);
      if (request.url === '/login') events.enterContext('user', { user_id: 'u9' });
      response.end();
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as { port: number };
  await fetch(`http://127.0.0.1:${port}/login`);
  await fetch(`http://127.0.0.1:${port}/other`);
  await emitted(events, 2);
  server.closeAllConnections();
  server.close();
  assert.deepEqual(
    events.emitted.map(({ context, userId }) => [context.path, userId]),
    [
      ['/login', 'u9'],
      ['/other', undefined],
    ],
  );
});

test('a callback that throws or rejects is told once each, and requests go on without', async () => {
  const events = testLogger();
  const errors: OtelEventsError[] = [];
  await using app = await startApp('koa', events, {
    user: () => {
      throw new TypeError('contents');
    },
    session: () => Promise.reject(new RangeError('contents')),
    onError: (error) => {
      errors.push(error);
      throw new Error('even that');
    },
  });
  for (let n = 0; n < 3; n++) assert.equal((await fetch(`${app.url}/items/7`)).status, 200);
  await events.flush();
  assert.equal(events.emitted.length, 6);
  assert.deepEqual(
    errors.map(({ code, message }) => [code, message]),
    [
      [
        'OPTION_INVALID',
        'requestContext: option user: what it asks for could not be found out: TypeError; requests go on without, this is said once',
      ],
      [
        'OPTION_INVALID',
        'requestContext: option session: what it asks for could not be found out: RangeError; requests go on without, this is said once',
      ],
    ],
  );
});

test('an answer about the user that cannot be looked at is told once, and requests go on without', async () => {
  const hostile = {
    get userId(): string {
      throw new TypeError('contents');
    },
  };
  for (const user of [() => hostile, async () => hostile]) {
    const messages: string[] = [];
    const onError = ({ message }: OtelEventsError): void => void messages.push(message);
    await using app = await startApp('node', testLogger(), { user, onError });
    for (let n = 0; n < 2; n++) assert.equal((await fetch(`${app.url}/items/7`)).status, 200);
    assert.deepEqual(messages, [
      'requestContext: option user: what it says could not be found out: TypeError; requests go on without, this is said once',
    ]);
  }
});

test('the session of a user is loaded before the handler runs; a store that hangs holds it up for a second', async () => {
  const stored = { id: 'stored-session', previousId: undefined, lastMs: Date.now() };
  const loads: string[] = [];
  const events = testLogger({
    sessions: {
      store: {
        get: () => undefined,
        set: () => {},
        load: async (userId) => {
          loads.push(userId);
          await sleep(5);
          return userId === 'hangs' ? new Promise(() => {}) : stored;
        },
      },
    },
  });
  const errors: OtelEventsError[] = [];
  await using app = await startApp('fastify', events, {
    user: (who) => ({ userId: who }),
    onError: (error) => errors.push(error),
  });
  await fetch(`${app.url}/items/7`, { headers: { 'x-who': 'u1' } });
  await events.flush();
  assert.deepEqual(loads, ['u1']);
  assert.equal(events.emitted.find(({ name }) => name === 'before')?.sessionId, 'stored-session');
  const start = performance.now();
  assert.equal((await fetch(`${app.url}/items/7`, { headers: { 'x-who': 'hangs' } })).status, 200);
  const ms = performance.now() - start;
  assert.ok(ms >= 800 && ms < 30_000, `${ms} ms`);
  assert.deepEqual(
    errors.map(({ cause }) => (cause as Error).name),
    ['TimeoutError'],
  );
});

test('a session id from the callback is hashed as well', async () => {
  const events = testLogger();
  await using app = await startApp('hono', events, { session: () => 'raw-session' });
  await fetch(`${app.url}/items/7`);
  await events.flush();
  assert.equal(events.emitted[0]?.sessionId, hashed('raw-session'));
  assert.doesNotMatch(JSON.stringify(events.emitted), /raw-session/);
});

test('Hono without a Node server: the context without an address, and the event of the request', async () => {
  const events = testLogger();
  const app = new Hono();
  app.use(honoContext({ events, requestEvents: true }));
  app.get('/items/:id', async (context) => {
    await sleep(1);
    events.log('item');
    return context.text('ok');
  });
  const response = await app.request('/items/7?a=b', { headers: { 'user-agent': 'x' } });
  await events.flush();
  const [item, request] = events.emitted;
  const context = { agent: 'x', path: '/items/7', request_id: response.headers.get('x-request-id') };
  assert.deepEqual(item?.context, context);
  assert.deepEqual(request?.context, context);
  assert.equal(request?.data['http.route'], '/items/:id');
  assert.equal(request?.data['http.response.status_code'], 200);
});

test('options that do not exist or do not fit are errors', () => {
  const events = testLogger();
  const wrong: [options: object, code: string, message: RegExp][] = [
    [{ events, trustProxies: 1 }, 'OPTION_UNKNOWN', /did you mean trustProxy\?/],
    [{}, 'OPTION_INVALID', /option events: wanted an EventLogger/],
    [{ events, user: 'u1' }, 'OPTION_INVALID', /option user: wanted a function, got a string/],
    [{ events, trustProxy: true }, 'OPTION_INVALID', /option trustProxy/],
    [{ events, trustProxy: ['10.0.0.0/33'] }, 'OPTION_INVALID', /option trustProxy/],
    [{ events, proxyHeader: 'x-real-ip' }, 'OPTION_INVALID', /option proxyHeader/],
    [{ events, ignore: '/health' }, 'OPTION_INVALID', /option ignore/],
    [{ events, requestEvents: { maxBodyBytes: -1 } }, 'OPTION_INVALID', /option requestEvents\.maxBodyBytes/],
    [
      { events, requestEvents: { mask: [] } },
      'OPTION_UNKNOWN',
      /did you mean requestEvents\.maskKeys\?|known are/,
    ],
  ];
  for (const [options, code, message] of wrong) {
    assert.throws(() => requestContext(options as never), { code, message });
  }
});
