import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import express from 'express';
import { Hono } from 'hono';
import { eventsApi as expressApi } from '../../src/middleware/express.ts';
import { eventsApi as honoApi } from '../../src/middleware/hono.ts';
import { eventsApi } from '../../src/middleware/node.ts';
import { type TestLogger, testLogger } from '../../src/testing.ts';
import { openStream } from './read-sse.ts';
import { FRAMEWORKS } from './start-app.ts';
import { startEventsApi } from './start-events-api.ts';

const CART = 'https://shop.example/cart';
const SHOP = 'https://shop.example';

const SCHEMA = {
  $id: CART,
  version: 1,
  type: 'object',
  properties: {
    sku: { type: 'string', categories: ['unrestricted'] },
    qty: { type: 'integer', categories: ['unrestricted'] },
    email: { type: 'string', categories: ['contact'] },
  },
  required: ['sku'],
};

function shopLogger(options: Parameters<typeof testLogger>[0] = {}): TestLogger {
  const events = testLogger(options);
  events.registerSchema(SCHEMA);
  return events;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** A body that is fine, with changes. */
function bodyOf(changes: object = {}): string {
  return JSON.stringify({ schema_id: CART, version: 1, data: { sku: 'A1' }, ...changes });
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Answer> {
  const init = { method: 'POST', body, headers: { ...JSON_TYPE, ...headers } };
  return answerOf(await fetch(`${url}/api/events`, init));
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** As `fetch`, with whatever headers. */
async function ask(url: string, method: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const request = httpRequest(url, { method, headers }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response;
}

for (const framework of FRAMEWORKS) {
  test(`${framework}: an event that fits its schema is recorded, in the context of the request: 204`, async () => {
    const events = shopLogger();
    await using api = await startEventsApi(framework, events);
    const timestamp = '2019-05-09T12:30:00.123Z';
    const answer = await post(api.url, bodyOf({ timestamp }), { 'x-request-id': 'r1' });
    assert.deepEqual([answer.status, answer.body], [204, undefined]);
    assert.equal(answer.headers.get('x-request-id'), 'r1');
    await events.flush();
    const [event] = events.emitted;
    assert.deepEqual(
      [event?.name, event?.schemaId, event?.schemaVersion, event?.data],
      // As the original, what may not leave is null even where there is none.
      [CART, CART, '1', { sku: 'A1', email: null }],
    );
    assert.deepEqual([event?.context.path, event?.context.request_id], ['/api/events', 'r1']);
    assert.equal(events.records[0]?.timeUnixNano, BigInt(Date.parse(timestamp)) * 1_000_000n);
    assert.equal(await (await fetch(`${api.url}/other`)).text(), 'other');
  });

  test(`${framework}: what is wrong is told with its path and without its value; nothing is recorded`, async () => {
    const events = shopLogger();
    await using api = await startEventsApi(framework, events);
    const invalid = await post(api.url, bodyOf({ data: { qty: 'planted' } }));
    assert.equal(invalid.status, 400);
    const { code, issues } = invalid.body as { code: string; issues: { path: string; got: string }[] };
    assert.equal(code, 'EVENT_INVALID');
    assert.deepEqual(issues.map(({ path }) => path).sort(), ['/qty', '/sku']);
    assert.doesNotMatch(JSON.stringify(invalid.body), /planted/);

    assert.deepEqual((await post(api.url, '{"planted')).body, {
      code: 'BODY_INVALID',
      message: 'the body is not JSON',
      issues: [{ path: '', expected: 'JSON', got: 'something else' }],
    });
    const unknown = await post(api.url, bodyOf({ schema_id: 'planted' }));
    assert.deepEqual(unknown.body, {
      code: 'SCHEMA_UNKNOWN',
      message: 'there is no such schema and version',
      issues: [],
    });
    assert.equal(unknown.status, 400);
    assert.equal(
      ((await post(api.url, bodyOf({ version: 2 }))).body as { code: string }).code,
      'SCHEMA_UNKNOWN',
    );
    await events.flush();
    assert.deepEqual(events.emitted, []);
  });

  test(`${framework}: a body that is too large is 413, told or not, and one of another type 415`, async () => {
    const events = shopLogger();
    await using api = await startEventsApi(framework, events, { maxBodyBytes: 1000 });
    const large = bodyOf({ data: { sku: 'x'.repeat(200_000) } });
    assert.equal((await post(api.url, large)).status, 413);
    const chunked = await fetch(`${api.url}/api/events`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: new Blob([large]).stream(),
      duplex: 'half',
    } as RequestInit);
    assert.equal(chunked.status, 413);
    for (const type of ['text/html', 'application/x-www-form-urlencoded', 'text/plain']) {
      assert.equal((await post(api.url, bodyOf(), { 'content-type': type })).status, 415, type);
    }
    assert.equal((await post(api.url, bodyOf(), { 'content-encoding': 'gzip' })).status, 415);
    await events.flush();
    assert.deepEqual(events.emitted, []);
    assert.equal((await post(api.url, bodyOf())).status, 204, 'and goes on');
  });

  test(`${framework}: authorize decides: 401, 403, or 500 if it throws; it may be asynchronous`, async (t) => {
    const warned = t.mock.method(process, 'emitWarning', () => {});
    const events = shopLogger();
    const asked: string[] = [];
    await using api = await startEventsApi(framework, events, {
      async authorize(who, action) {
        asked.push(`${who} ${action}`);
        if (who === 'broken') throw new Error('planted');
        return who === 'stranger' ? 401 : who === 'ada';
      },
    });
    for (const [who, status] of [
      ['stranger', 401],
      ['bob', 403],
      ['broken', 500],
      ['ada', 204],
    ] as const) {
      const answer = await post(api.url, bodyOf(), { 'x-who': who });
      assert.equal(answer.status, status, who);
      assert.doesNotMatch(JSON.stringify(answer.body) ?? '', /planted/);
      if (who === 'ada') continue;
      const stream = await fetch(`${api.url}/api/events/subscribe`, { headers: { 'x-who': who } });
      assert.equal(stream.status, status, who);
      await stream.text();
    }
    assert.equal(asked.length, 7);
    assert.deepEqual(
      warned.mock.calls.map(({ arguments: [text] }) => text),
      ['eventsApi: a request failed: Error; this is said once'],
    );
    await events.flush();
    assert.equal(events.emitted.length, 1);
  });

  test(`${framework}: pages of other origins may only if they are listed`, async () => {
    const events = shopLogger();
    await using api = await startEventsApi(framework, events, { cors: [SHOP] });
    const listed = await post(api.url, bodyOf(), { origin: SHOP });
    assert.equal(listed.status, 204);
    assert.equal(listed.headers.get('access-control-allow-origin'), SHOP);
    assert.equal(listed.headers.get('access-control-allow-credentials'), 'true');
    assert.match(listed.headers.get('vary') ?? '', /Origin/);
    const wrong = await post(api.url, '{}', { origin: SHOP });
    assert.deepEqual([wrong.status, wrong.headers.get('access-control-allow-origin')], [400, SHOP]);

    const own = await post(api.url, bodyOf(), { origin: api.url });
    assert.deepEqual([own.status, own.headers.get('access-control-allow-origin')], [204, null]);

    for (const origin of ['https://evil.example', 'null', 'http://shop.example', `${SHOP}.evil.example`]) {
      for (const type of ['application/json', 'text/plain']) {
        const refused = await post(api.url, bodyOf(), { origin, 'content-type': type });
        assert.deepEqual(
          [refused.status, refused.headers.get('access-control-allow-origin')],
          [403, null],
          origin,
        );
      }
      const preflight = await ask(`${api.url}/api/events`, 'OPTIONS', { origin });
      assert.deepEqual(
        [preflight.statusCode, preflight.headers['access-control-allow-origin']],
        [403, undefined],
      );
    }
    const silent = await ask(`${api.url}/api/events`, 'POST', { 'sec-fetch-site': 'cross-site' });
    assert.equal(silent.statusCode, 403);

    const preflight = await ask(`${api.url}/api/events`, 'OPTIONS', {
      origin: SHOP,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    });
    assert.equal(preflight.statusCode, 204);
    assert.equal(preflight.headers['access-control-allow-methods'], 'POST');
    assert.equal(preflight.headers['access-control-allow-headers'], 'Content-Type, Authorization');
    await events.flush();
    assert.equal(events.emitted.length, 2);
  });

  test(`${framework}: what sendBeacon sends, text without a preflight, is taken from known pages`, async () => {
    const events = shopLogger();
    await using api = await startEventsApi(framework, events, { cors: [SHOP] });
    // navigator.sendBeacon(url, text): a POST with cookies and this type, whose answer nobody reads.
    const type = { 'content-type': 'text/plain;charset=UTF-8' };
    for (const origin of [SHOP, api.url]) {
      assert.equal((await post(api.url, bodyOf(), { ...type, origin })).status, 204, origin);
    }
    assert.equal((await post(api.url, bodyOf(), type)).status, 415, 'not from a page');
    await events.flush();
    assert.equal(events.emitted.length, 2);
  });

  test(`${framework}: a client that sends too much is told how long to wait`, async () => {
    const events = shopLogger();
    await using api = await startEventsApi(framework, events, { rate: 2 });
    const answers = [await post(api.url, bodyOf()), await post(api.url, '{'), await post(api.url, bodyOf())];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [204, 400, 429],
    );
    assert.equal(answers[2]?.headers.get('retry-after'), '30');
  });

  test(`${framework}: the stream has recorded events, redacted, as Jupyter's payload, and ends with the server`, async () => {
    const events = shopLogger();
    await using api = await startEventsApi(framework, events);
    const stream = await openStream(`${api.url}/api/events/subscribe`);
    assert.equal(stream.response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    assert.match(stream.response.headers.get('cache-control') ?? '', /no-transform/);
    assert.deepEqual(await stream.next(), { event: 'comment', data: 'connected' });
    events.log('without.schema');
    events.record(CART, 1, { sku: 'A1', email: 'planted@secret.example' });
    await post(api.url, bodyOf({ data: { sku: 'A2', __schema__: 'forged' } }));
    const messages = [await stream.next(), await stream.next()];
    const payloads = messages.map((message) => message?.data as Record<string, unknown>);
    assert.deepEqual(
      messages.map((message) => message?.event),
      ['event', 'event'],
    );
    for (const payload of payloads) {
      assert.match(String(payload.__timestamp__), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      assert.deepEqual([payload.__schema__, payload.__metadata_version__], [CART, 1]);
      assert.equal(payload.email, null);
    }
    assert.deepEqual(
      payloads.map(({ sku }) => sku),
      ['A1', 'A2'],
    );

    const closing = performance.now();
    const closed = api.close();
    assert.equal(await stream.next(), undefined, 'ended, not cut');
    await closed;
    assert.ok(performance.now() - closing < 4_500);
  });

  test(`${framework}: without authorize the stream is for this machine`, async () => {
    const events = shopLogger();
    await using api = await startEventsApi(framework, events);
    const url = `${api.url}/api/events/subscribe`;
    for (const headers of [
      // A name that was made to lead to this machine.
      { host: 'evil.example' },
      // Proxies, which ask for others.
      { 'x-forwarded-for': '203.0.113.9' },
      { forwarded: 'for=203.0.113.9' },
      { via: '1.1 proxy' },
      { origin: 'https://evil.example' },
    ] as Record<string, string>[]) {
      assert.equal((await ask(url, 'GET', headers)).statusCode, 403, JSON.stringify(headers));
    }
  });

  test(`${framework}: other methods are 405, and without the stream its path is not found`, async () => {
    const events = shopLogger();
    await using api = await startEventsApi(framework, events, { stream: false, path: '/e' });
    const wrong = await ask(`${api.url}/e`, 'GET', {});
    assert.deepEqual([wrong.statusCode, wrong.headers.allow], [405, 'POST, OPTIONS']);
    assert.equal((await ask(`${api.url}/e`, 'PUT', {})).statusCode, 405);
    assert.equal((await ask(`${api.url}/e/subscribe`, 'GET', {})).statusCode, 404);
    assert.equal((await ask(`${api.url}/api/events`, 'POST', {})).statusCode, 404);
  });

  test(`${framework}: clients that go while somebody is asked take no place in the stream`, async () => {
    const events = shopLogger();
    let asked = 0;
    const answer = Promise.withResolvers<boolean>();
    await using api = await startEventsApi(framework, events, {
      authorize() {
        asked++;
        return answer.promise;
      },
    });
    const sockets = Array.from({ length: 100 }, () => connect(api.port, '127.0.0.1').on('error', () => {}));
    for (const socket of sockets)
      socket.write('GET /api/events/subscribe HTTP/1.1\r\nhost: localhost\r\n\r\n');
    while (asked < 100) await sleep(5);
    for (const socket of sockets) socket.destroy();
    const count = promisify(api.server.getConnections.bind(api.server));
    while ((await count()) > 0) await sleep(5);
    answer.resolve(true);
    await sleep(50);
    const stream = await openStream(`${api.url}/api/events/subscribe`);
    assert.equal(stream.response.status, 200);
    await stream.close();
  });
}

test('a body has to have the shape of the original, and may have more', async () => {
  const events = shopLogger();
  await using api = await startEventsApi('node', events, { rate: false });
  const deep = JSON.parse(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`);
  const future = new Date(Date.now() + 6 * 60_000).toISOString();
  for (const [body, paths] of [
    ['[]', ['']],
    ['null', ['']],
    ['7', ['']],
    ['', ['']],
    ['{}', ['/schema_id', '/version', '/data']],
    [bodyOf({ schema_id: '' }), ['/schema_id']],
    [bodyOf({ version: {} }), ['/version']],
    [bodyOf({ data: [] }), ['/data']],
    [bodyOf({ data: deep }), ['/data']],
    ...[future, '2019-05-09', '2019-05-09T12:30:00', 1, '2019-02-30T12:30:00Z', '1969-12-31T23:59:59Z'].map(
      (timestamp) => [bodyOf({ timestamp }), ['/timestamp']] as const,
    ),
  ] as const) {
    const { status, body: answer } = await post(api.url, body);
    const { code, issues } = answer as { code: string; issues: { path: string }[] };
    assert.deepEqual(
      [status, code, issues.map(({ path }) => path)],
      [400, 'BODY_INVALID', paths],
      body.slice(0, 99),
    );
  }
  assert.equal((await post(api.url, `${'['.repeat(30_000)}`)).status, 400);
  for (const body of [
    bodyOf({ more: 1, version: '1' }),
    bodyOf({ timestamp: null }),
    // As Jupyter's own clients have it.
    bodyOf({ timestamp: '2022-05-26T12:50:00+06:00Z' }),
    bodyOf({ timestamp: new Date(Date.now() + 4 * 60_000).toISOString() }),
  ]) {
    assert.equal((await post(api.url, body)).status, 204, body);
  }
  await events.flush();
  assert.equal(events.records[2]?.timeUnixNano, BigInt(Date.parse('2022-05-26T06:50:00Z')) * 1_000_000n);
});

test('clients record only what is allowed and, with the option schemas, only what is for them', async () => {
  const events = shopLogger({ allowedSchemas: [CART] });
  events.registerSchema({ $id: 'payment', version: 1, type: 'object' });
  await using open = await startEventsApi('node', events);
  // As the original: what is not allowed is left out in silence.
  assert.equal((await post(open.url, bodyOf({ schema_id: 'payment' }))).status, 204);
  const all = shopLogger();
  all.registerSchema({ $id: 'payment', version: 1, type: 'object' });
  await using narrow = await startEventsApi('node', all, { schemas: [CART] });
  const refused = await post(narrow.url, bodyOf({ schema_id: 'payment' }));
  assert.deepEqual([refused.status, (refused.body as { code: string }).code], [400, 'SCHEMA_UNKNOWN']);
  assert.equal((await post(narrow.url, bodyOf())).status, 204);
  await Promise.all([events.flush(), all.flush()]);
  assert.deepEqual([events.emitted.length, all.emitted.map(({ name }) => name)], [0, [CART]]);
});

test('express: a body that a parser has read is taken as it is; a path counts from where it is mounted', async () => {
  const events = shopLogger();
  const app = express();
  app.use(express.json(), express.text(), express.raw({ type: 'application/octet-stream' }));
  app.use('/base', expressApi({ events, maxBodyBytes: 1000 }));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/base`;
  try {
    assert.equal((await post(url, bodyOf())).status, 204);
    const text = { 'content-type': 'text/plain', origin: new URL(url).origin };
    assert.equal((await post(url, bodyOf(), text)).status, 204);
    assert.equal((await post(url, bodyOf({ data: {} }))).status, 400);
    const chunked = new Blob([bodyOf({ data: { sku: 'x'.repeat(2000) } })]).stream();
    const init = { method: 'POST', headers: JSON_TYPE, body: chunked, duplex: 'half' } as RequestInit;
    assert.equal((await fetch(`${url}/api/events`, init)).status, 413);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('koa parsers leave an empty object for what they do not know: the body is read all the same', async () => {
  const events = shopLogger();
  const api = eventsApi({ events });
  const server = createServer((request, response) => {
    Object.assign(request, { body: {} });
    api(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  assert.equal((await post(url, bodyOf())).status, 204);
  assert.equal((await fetch(`${url}/elsewhere`)).status, 404);
  server.closeAllConnections();
  server.close();
});

test('hono: a body that has been read before is taken; where there is no Node server the routes work too', async () => {
  const events = shopLogger();
  const app = new Hono();
  app.use(async (context, next) => {
    if (context.req.header('x-read') !== undefined) await context.req.json();
    await next();
  });
  app.use(honoApi({ events, authorize: () => true }));
  const send = (headers: object): Promise<Response> | Response =>
    app.request('/api/events', { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: bodyOf() });
  assert.deepEqual([(await send({})).status, (await send({ 'x-read': '1' })).status], [204, 204]);
  const stream = await app.request('/api/events/subscribe');
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal((await reader?.read())?.value, ': connected\n\n');
  events.record(CART, 1, { sku: 'A3' });
  assert.match((await reader?.read())?.value ?? '', /^event: event\ndata: .*"sku":"A3"/);
  await reader?.cancel();
  await events.flush();
  assert.equal(events.emitted.length, 3);
});

test('a body that comes too slowly is given up after ten seconds', { timeout: 120_000 }, async () => {
  const events = shopLogger();
  await using api = await startEventsApi('node', events);
  const socket = connect(api.port, '127.0.0.1');
  socket.write(
    'POST /api/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{',
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  assert.match(String(head), /^HTTP\/1.1 408 /);
  await once(socket.resume(), 'close');
});

test('a client of the stream that does not read loses the oldest events and is told how many', async () => {
  const events = shopLogger();
  await using api = await startEventsApi('node', events);
  const socket = connect(api.port, '127.0.0.1');
  socket.write('GET /api/events/subscribe HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await once(socket, 'data');
  socket.pause();
  const sku = 'x'.repeat(20_000);
  for (let n = 0; n < 3000; n++) events.record(CART, 1, { sku, qty: n });
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.resume();
  while (!text.includes('"qty":2999')) await sleep(20);
  socket.destroy();
  const [, dropped] = /event: dropped\r?\ndata: \{"count":(\d+)\}/.exec(text) ?? [];
  const seen = [...text.matchAll(/"qty":(\d+)/g)].length;
  assert.ok(Number(dropped) > 0);
  assert.equal(seen + Number(dropped), 3000);
});

test('there are at most a hundred clients of the stream; a place that is left is free again', async () => {
  const events = shopLogger();
  await using api = await startEventsApi('node', events);
  const url = `${api.url}/api/events/subscribe`;
  const streams = await Promise.all(Array.from({ length: 100 }, () => openStream(url)));
  const refused = await fetch(url);
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '30']);
  await refused.text();
  await streams[0]?.close();
  let again = await openStream(url);
  while (again.response.status === 503) again = await openStream(url);
  assert.equal(again.response.status, 200);
  await Promise.all([again, ...streams].map((stream) => stream.close()));
});

test('options are checked at once', () => {
  const events = testLogger();
  for (const [options, code, message] of [
    [{}, 'OPTION_INVALID', /eventsApi: option events: wanted an EventLogger/],
    [{ events, cors: ['*'] }, 'OPTION_INVALID', /option cors: wanted a list of origins/],
    [{ events, cors: ['https://shop.example/'] }, 'OPTION_INVALID', /option cors/],
    [{ events, cors: ['null'] }, 'OPTION_INVALID', /option cors/],
    [{ events, rate: 0 }, 'OPTION_INVALID', /option rate/],
    [{ events, maxBodyBytes: 0 }, 'OPTION_INVALID', /option maxBodyBytes/],
    [{ events, path: 'api' }, 'OPTION_INVALID', /option path/],
    [{ events, authorise: () => true }, 'OPTION_UNKNOWN', /did you mean authorize/],
  ] as const) {
    assert.throws(() => eventsApi(options as never), { code, message });
  }
});
