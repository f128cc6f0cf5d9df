import assert from 'node:assert/strict';
import { test } from 'node:test';
import { events, viewerUnderTest } from './viewer-under-test.ts';

type Headers = Record<string, string>;

/** What browsers say of who asks, and whether data and the page are given. */
const SITES: readonly (readonly [who: string, headers: Headers, data: number, page: number])[] = [
  ['the page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 200, 200],
  ['its user, who typed the address', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, 200, 200],
  ['a program', {}, 200, 200],
  [
    'a link of another site',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    403,
    200,
  ],
  [
    'a frame of another site',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    403,
    403,
  ],
  ['a script of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403, 403],
  ['another port of this machine', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }, 403, 403],
  ['a page of another origin', { origin: 'http://localhost:1' }, 403, 403],
  ['a page without an origin', { origin: 'null' }, 403, 403],
];

const DATA = ['/api/events', '/api/export', '/api/live', '/api/openapi.json', '/api/status'];

test('pages of other sites get no data, whatever they ask for', async (t) => {
  const { ask } = await viewerUnderTest(t);
  for (const [who, headers, data, page] of SITES) {
    // A stream that is given does not end.
    for (const path of DATA.filter((one) => data !== 200 || one !== '/api/live'))
      assert.equal((await ask(path, { headers })).status, data, `${who}: ${path}`);
    assert.equal((await ask('/', { headers })).status, page, `${who}: /`);
  }
});

test('a name that was made to point to this machine is refused', async (t) => {
  const { ask, url } = await viewerUnderTest(t);
  const { port } = new URL(url);
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    ':',
    '',
  ]) {
    for (const path of ['/api/events', '/']) {
      const answer = await ask(path, { headers: { host }, setHost: false });
      assert.ok(answer.status === 403 || answer.status === 400, `${host}: ${answer.status}`);
    }
  }
  for (const host of ['localhost', `LOCALHOST:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
    assert.equal((await ask('/api/events', { headers: { host } })).status, 200, host);
});

test('nothing is taken but GET and HEAD, and no other origin is let in by a preflight', async (t) => {
  const { ask } = await viewerUnderTest(t);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    const { status, headers } = await ask('/api/events', { method });
    assert.deepEqual([status, headers.allow], [405, 'GET, HEAD'], method);
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
  const head = await ask('/api/live', { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-type'], head.text], [200, 'text/event-stream', '']);
});

test('every answer forbids what a page of hostile data must not do', async (t) => {
  const { ask } = await viewerUnderTest(t);
  for (const path of ['/', '/api/events', '/api/none', '/page.js', '/trace/%3Cscript%3E']) {
    const { headers } = await ask(path);
    assert.match(String(headers['content-security-policy']), /^default-src 'none';.*trusted-types 'none'$/);
    assert.deepEqual(
      [
        headers['x-content-type-options'],
        headers['referrer-policy'],
        headers['cross-origin-resource-policy'],
        headers['cross-origin-opener-policy'],
      ],
      ['nosniff', 'no-referrer', 'same-origin', 'same-origin'],
    );
  }
});

test('beyond this machine a token is wanted, which a cookie stands for', async (t) => {
  const { ask, openUrl, store } = await viewerUnderTest(t, { address: { host: '0.0.0.0', port: 0 } });
  await store.ingest(events([{ name: 'a' }]));
  const { pathname, search, searchParams } = new URL(openUrl);
  const token = searchParams.get('token') ?? '';
  assert.ok(token.length >= 32);
  // Any name: a container is reached by those of others.
  const host = 'viewer.example';
  for (const headers of [
    { host },
    { host, cookie: `otel-events-viewer=${token.slice(1)}` },
    { host, authorization: 'Bearer x' },
    { host, cookie: 'otel-events-viewer=' },
  ]) {
    const refused = await ask('/api/events', { headers });
    const { code, message } = refused.json.error;
    assert.deepEqual([refused.status, code], [401, 'TOKEN_MISSING']);
    const isShown = 'cookie' in headers || 'authorization' in headers;
    assert.match(
      message,
      isShown ? /^the token that was shown is not that of this viewer: / : /^a token is wanted: /,
    );
  }
  assert.equal((await ask(`/api/events?token=${token}`, { headers: { host } })).status, 401);
  assert.equal((await ask('/?token=guessed', { headers: { host } })).headers['set-cookie'], undefined);
  const given = await ask(`${pathname}trace/a%22b${search}&q=x`, { headers: { host } });
  const [cookie = ''] = given.headers['set-cookie'] ?? [];
  assert.match(cookie, /; Path=\/; HttpOnly; SameSite=Strict$/);
  assert.match(given.text, /url=\/trace\/a%22b\?q=x"/);
  assert.doesNotMatch(given.text, new RegExp(token));
  const [shown = ''] = cookie.split(';');
  for (const headers of [
    { host, cookie: `a=b; ${shown}` },
    { host, authorization: `Bearer ${token}` },
  ])
    assert.equal((await ask('/api/events', { headers })).json.rows.length, 1);
  const other = { host, cookie: shown, origin: 'http://evil.example' };
  assert.equal((await ask('/api/events', { headers: other })).status, 403);
});

test('the page is sent for each of its addresses, and once only while it is the same', async (t) => {
  const { ask } = await viewerUnderTest(t);
  const index = await ask('/');
  assert.match(index.text, /<div id="page">/);
  for (const path of ['/trace/abc', '/session/a%2Fb', '/../../etc/passwd', '//evil.example/'])
    assert.equal((await ask(path)).text, index.text, path);
  const script = await ask('/page.js');
  assert.match(String(script.headers['content-type']), /^text\/javascript/);
  const { etag = '' } = script.headers;
  assert.equal((await ask('/page.js', { headers: { 'if-none-match': etag } })).status, 304);
  const gzip = { 'accept-encoding': 'br, gzip' };
  const packed = await ask('/page.js', { headers: gzip });
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.equal(packed.headers.vary, 'accept-encoding');
  assert.ok(Number(packed.headers['content-length']) < Number(script.headers['content-length']) / 2);
  // Other bytes have another tag: a cache must not take one for the other.
  const tag = packed.headers.etag ?? '';
  assert.notEqual(tag, etag);
  assert.equal((await ask('/page.js', { headers: { ...gzip, 'if-none-match': tag } })).status, 304);
  assert.equal((await ask('/page.js', { headers: { ...gzip, 'if-none-match': etag } })).status, 200);
});
