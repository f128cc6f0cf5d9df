import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { startCollector } from '../../../src/collector/start-collector.ts';
import { EventLogger } from '../../../src/index.ts';
import { defineEvent } from '../../../src/schema/define/define-event.ts';
import type { JsonSchema } from '../../../src/schema/drafts/json-schema.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { type Asked, ask, viewerUnderTest } from './viewer-under-test.ts';

const CART = (version: number): JsonSchema => ({
  $id: 'cart',
  version,
  type: 'object',
  properties: {
    qty: { type: 'integer', minimum: 1 },
    note: { type: 'string' },
    email: { type: 'string', categories: ['contact'] },
  },
  required: ['qty'],
});

const HOSTILE = '<img src=x onerror=alert(1)>\u202e\u0000';

/** What an app leaves in its quarantine. @returns the ids */
async function quarantined(directory: string, ...datas: readonly object[]): Promise<readonly string[]> {
  const Cart = defineEvent('cart', { version: 1, schema: CART(1) });
  const diagnosticLogger = { warn() {}, error() {} };
  const events = new EventLogger({ quarantine: directory, delivery: 'none', diagnosticLogger });
  const ids = datas.map((data) => events.log(Cart, data as never));
  await events.close();
  return ids;
}

async function start(t: TestContext) {
  const dir = tempDir(t);
  const at = (name: string): string => path.join(dir, name);
  mkdirSync(at('schemas'));
  writeFileSync(at('schemas/cart.json'), JSON.stringify(CART(2)));
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
      exporters: {
        viewer: {
          endpoint: 'localhost:0',
          directory: at('store'),
          schemas: at('schemas'),
          quarantine: at('quarantine'),
        },
      },
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['viewer'] } } },
    },
    write: () => {},
  });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  const url = collector.endpoints.viewer ?? '';
  const get = (route: string): Promise<Asked> => ask(url + route);
  const post = (route: string, body: unknown, headers = {}): Promise<Asked> =>
    ask(
      url + route,
      { method: 'POST', headers: { 'content-type': 'application/json', origin: url, ...headers } },
      typeof body === 'string' ? body : JSON.stringify(body),
    );
  return { at, get, post, url };
}

test('an event that its schema refused is looked at, and checked with other data', async (t) => {
  const { at, get, post } = await start(t);
  const none = await get('/api/quarantine');
  assert.deepEqual(none.json, { directory: at('quarantine'), events: [], total: 0, unread: 0 });
  const [one, other] = await quarantined(
    at('quarantine'),
    { qty: 'two', email: 'SECRET', note: HOSTILE, more: 'SECRET' },
    { qty: 0 },
  );
  const list = await get('/api/quarantine');
  assert.deepEqual(
    [list.json.total, list.json.events.map(({ id }: { id: string }) => id)],
    [2, [other, one]],
  );
  const { json: event, text } = await get(`/api/quarantine/${one}`);
  assert.deepEqual(event.data, { qty: 'two', note: HOSTILE, email: null, more: null });
  assert.deepEqual(event.issues, [{ path: '/qty', expected: 'an integer', got: 'a string' }]);
  assert.deepEqual([event.schema, event.isHeld], [{ id: 'cart', version: '1' }, false]);
  assert.doesNotMatch(text, /SECRET/);
  const route = `/api/quarantine/${one}`;
  const wrong = await post(`${route}/check`, { data: { qty: 0 } });
  assert.deepEqual(wrong.json, {
    schema: { id: 'cart', version: '2' },
    issues: [{ path: '/qty', expected: 'at least 1', got: 'a number' }],
  });
  const fine = await post(`${route}/check`, { data: { qty: 2, note: HOSTILE, email: null } });
  assert.deepEqual([fine.status, fine.json.issues], [200, []]);
  const personal = await post(`${route}/check`, { data: { qty: 2, email: 'x@y.example' } });
  assert.deepEqual(
    personal.json.issues.map(({ path: place }: { path: string }) => place),
    ['/email'],
    'what was redacted stays so',
  );
  assert.equal((await get('/api/quarantine')).json.total, 2);
  assert.equal((await get('/api/quarantine/nobody')).status, 404);
});

test('nothing is checked for a page of another site, with GET, or for a body that is not what is wanted', async (t) => {
  const { at, get, post, url } = await start(t);
  const [id] = await quarantined(at('quarantine'), { qty: 'two' });
  const route = `/api/quarantine/${id}/check`;
  const data = { data: { qty: 2 } };
  for (const [status, code, asked] of [
    [403, 'FORBIDDEN', () => post(route, data, { origin: 'http://evil.example' })],
    [403, 'FORBIDDEN', () => post(route, data, { origin: 'null' })],
    [403, 'FORBIDDEN', () => post(route, data, { 'sec-fetch-site': 'cross-site' })],
    [415, 'BODY_TYPE', () => post(route, data, { 'content-type': 'text/plain' })],
    [415, 'BODY_TYPE', () => ask(url + route, { method: 'POST' })],
    [400, 'REQUEST_INVALID', () => post(route, '{ "data": "SECRET')],
    [400, 'OPTION_INVALID', () => post(route, { data: [1] })],
    [400, 'OPTION_INVALID', () => post(route, { data: {}, more: 1 })],
    [400, 'OPTION_UNKNOWN', () => post(`${route}?force=1`, data)],
    [413, 'BODY_TOO_LARGE', () => post(route, { data: { note: 'x'.repeat(9 * 2 ** 20) } })],
    [405, 'METHOD_NOT_ALLOWED', () => get(route)],
    [405, 'METHOD_NOT_ALLOWED', () => ask(`${url}/api/quarantine`, { method: 'DELETE' })],
    [404, 'NOT_FOUND', () => post('/api/quarantine/nobody/check', data)],
    [404, 'NOT_FOUND', () => post(`/api/quarantine/${id}/drop`, data)],
  ] as const) {
    const { status: got, json, text } = await asked();
    assert.deepEqual([got, json.error.code], [status, code], json.error.message);
    assert.doesNotMatch(text, /SECRET/);
  }
  assert.equal((await get(route)).headers.allow, 'POST');
  assert.equal((await get('/api/quarantine')).json.total, 1);
});

test('beyond this machine the quarantine is read with the token only; without one named nothing is there', async (t) => {
  const far = await viewerUnderTest(t, { address: { host: '0.0.0.0', port: 0 } });
  for (const [route, method] of [
    ['/api/quarantine', 'GET'],
    ['/api/quarantine/x/check', 'POST'],
  ] as const) {
    const { status, json } = await far.ask(route, { method });
    assert.deepEqual([status, json.error.code], [401, 'TOKEN_MISSING']);
  }
  const { ask: near } = await viewerUnderTest(t);
  assert.deepEqual((await near('/api/quarantine')).json, {
    directory: null,
    events: [],
    total: 0,
    unread: 0,
  });
  const answer = await near('/api/quarantine/x');
  assert.match(answer.json.error.message, /--quarantine/);
});

test('answers are as the description says', async (t) => {
  const { at, get, post } = await start(t);
  const [id] = await quarantined(at('quarantine'), { qty: 'two' });
  const { json: document } = await get('/api/openapi.json');
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(document, 'api');
  const one = `/api/quarantine/${id}`;
  for (const [route, method, status, asked] of [
    ['/api/quarantine', 'get', 200, get('/api/quarantine')],
    ['/api/quarantine/{id}', 'get', 200, get(one)],
    ['/api/quarantine/{id}/check', 'post', 200, post(`${one}/check`, {})],
    ['/api/quarantine/{id}/check', 'post', 415, post(`${one}/check`, {}, { 'content-type': 'a/b' })],
  ] as const) {
    const answer = await asked;
    assert.equal(answer.status, status, route);
    const pointer = `api#/paths/${route.replaceAll('/', '~1')}/${method}/responses/${status}/content/application~1json/schema`;
    const check = ajv.compile({ $ref: pointer });
    assert.ok(check(answer.json), `${route}: ${JSON.stringify(check.errors)}`);
  }
});
