import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { secretKeys } from '../../src/middleware/secret-keys.ts';
import { shownBody } from '../../src/middleware/shown-body.ts';
import { testLogger } from '../../src/testing.ts';
import { emitted } from './emitted.ts';
import { FRAMEWORKS, startApp } from './start-app.ts';

const isSecret = secretKeys([]);

/** Where the test app has routes that its framework knows. */
const ROUTES: Readonly<Record<string, string | undefined>> = {
  express: '/items/:id',
  fastify: '/items/:id',
  hono: '/items/:id',
};

for (const framework of FRAMEWORKS) {
  test(`${framework}: a request is one event, at its end, with the path from its context`, async () => {
    const events = testLogger();
    await using app = await startApp(framework, events, { requestEvents: true });
    await (await fetch(`${app.url}/items/7?password=x`)).text();
    await (await fetch(`${app.url}/nowhere`)).text();
    await emitted(events, 4);
    const requests = events.emitted.filter(({ name }) => name === 'http.request');
    const [{ 'http.server.request.duration': seconds, ...item } = {}, nowhere] = requests.map(
      ({ data }) => data,
    );
    const route = ROUTES[framework];
    assert.deepEqual(item, {
      'http.request.method': 'GET',
      ...(route !== undefined && { 'http.route': route }),
      'http.response.status_code': 200,
      'http.request.aborted': false,
    });
    assert.ok(typeof seconds === 'number' && seconds > 0 && seconds < 60, String(seconds));
    assert.equal(nowhere?.['http.response.status_code'], 404);
    assert.equal(nowhere?.['http.route'], undefined);
    assert.deepEqual(
      events.records.map(({ eventName, attributes }) => [eventName, attributes['url.path']]),
      [
        ['before', '/items/7'],
        ['after', '/items/7'],
        ['http.request', '/items/7'],
        ['http.request', '/nowhere'],
      ],
    );
    assert.doesNotMatch(JSON.stringify(events.emitted), /password/);
  });

  test(`${framework}: query and body when asked for, secrets masked at any depth`, async () => {
    const events = testLogger();
    const requestEvents = { name: 'web.request', query: true, body: true, maskKeys: ['favourite-colour'] };
    await using app = await startApp(framework, events, { requestEvents });
    const order = {
      item: 'espresso',
      password: 'hidden',
      payment: [{ cardNumber: 4111_1111_1111_1111, 'API-Key': { a: 'hidden' } }],
      FAVOURITE_COLOUR: 'hidden',
    };
    const headers = { 'content-type': 'application/json' };
    const query = 'page=2&access_token=hidden&user%5Bpin%5D=hidden&q=a%20b';
    await fetch(`${app.url}/orders?${query}`, { method: 'POST', body: JSON.stringify(order), headers });
    await emitted(events, 2);
    const { name, data } = events.emitted.at(-1) ?? assert.fail();
    assert.equal(name, 'web.request');
    assert.equal(data['url.query'], 'page=2&access_token=********&user%5Bpin%5D=********&q=a%20b');
    assert.deepEqual(data['http.request.body.content'], {
      item: 'espresso',
      password: '********',
      payment: [{ cardNumber: '********', 'API-Key': '********' }],
      FAVOURITE_COLOUR: '********',
    });
    assert.equal(data['http.request.body.truncated'], undefined);
    assert.doesNotMatch(JSON.stringify(events.emitted), /hidden|41111111/);
  });
}

test('ignored requests have no event of their own; what they log has the context all the same', async () => {
  const events = testLogger();
  const ignore = ['/items/7', /^\/static\//g];
  await using app = await startApp('node', events, { requestEvents: true, ignore });
  for (const path of ['items/7', 'items/7/more', 'items/77', 'static/a', 'static/b', 'other']) {
    await (await fetch(`${app.url}/${path}`)).text();
  }
  await emitted(events, 8);
  const paths = events.emitted
    .filter(({ name }) => name === 'http.request')
    .map(({ context }) => context.path);
  assert.deepEqual(paths, ['/items/77', '/other']);
  assert.equal(events.emitted[0]?.context.path, '/items/7');
});

test('a body cut to 512 bytes is valid JSON, where the original cuts its text in the middle', async () => {
  const events = testLogger();
  await using app = await startApp('express', events, { requestEvents: { body: true } });
  const body = { first: 1, text: 'ä"\n'.repeat(500), last: 2 };
  const headers = { 'content-type': 'application/json' };
  await fetch(`${app.url}/orders`, { method: 'POST', body: JSON.stringify(body), headers });
  await emitted(events, 2);
  const { data } = events.emitted.at(-1) ?? assert.fail();
  const content = data['http.request.body.content'] as unknown as typeof body;
  const bytes = Buffer.byteLength(JSON.stringify(content));
  assert.ok(bytes <= 512 && bytes > 490, `${bytes} bytes`);
  assert.equal(content.first, 1);
  assert.ok(body.text.startsWith(content.text));
  assert.equal(data['http.request.body.truncated'], true);
});

test('whatever the body and the limit: as JSON it is never longer, and within the limit nothing is lost', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.object({ withNullPrototype: true }), fc.array(fc.jsonValue())),
      fc.nat(300),
      (body, limit) => {
        const json = JSON.stringify(body);
        const shown = shownBody(body, () => false, limit);
        if (shown === undefined) return limit < 2;
        return Buffer.byteLength(JSON.stringify(shown.content)) <= limit && json !== undefined;
      },
    ),
  );
  fc.assert(
    fc.property(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())), (body) => {
      const parsed = JSON.parse(JSON.stringify(body));
      const shown = shownBody(parsed, () => false, 1_000_000);
      assert.equal(JSON.stringify(shown?.content), JSON.stringify(parsed));
      assert.equal(shown?.truncated, false);
    }),
  );
});

test('bytes, text, files and what throws are no body to show', () => {
  const throws = {
    get password(): string {
      throw new Error('no');
    },
  };
  for (const body of [undefined, null, 'password=x', 7, Buffer.from('x'), new FormData(), throws]) {
    assert.equal(shownBody(body, isSecret, 512), undefined);
  }
});

test('keys are secret by their parts, short ones as a whole', () => {
  const secret = [
    'password',
    'newPassword',
    'client_secret',
    'X-Api-Key',
    'Authorization',
    'card[number]',
    'user[pin]',
    'pwd',
  ];
  const open = ['name', 'shipping', 'compass', 'opinion', 'author', 'side'];
  assert.deepEqual(
    secret.filter((key) => !isSecret(key)),
    [],
  );
  assert.deepEqual(open.filter(isSecret), []);
});
