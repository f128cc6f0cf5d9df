import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { startCollector } from '../../../src/collector/start-collector.ts';
import { EventLogger } from '../../../src/index.ts';
import { defineEvent } from '../../../src/schema/define/define-event.ts';
import type { JsonSchema } from '../../../src/schema/drafts/json-schema.ts';
import { httpSink } from '../../harness/http-sink.ts';
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

async function start(t: TestContext, exporters: Readonly<Record<string, object>> = {}) {
  const dir = tempDir(t);
  const at = (name: string): string => path.join(dir, name);
  mkdirSync(at('schemas'));
  writeFileSync(at('schemas/cart.json'), JSON.stringify(CART(2)));
  const pipeline = { receivers: ['otlp'], exporters: ['viewer', 'file', ...Object.keys(exporters)] };
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
        file: { path: at('events.jsonl') },
        ...exporters,
      },
      service: { pipelines: { logs: pipeline } },
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
  const uidsInFile = (): (string | undefined)[] =>
    [
      ...readFileSync(at('events.jsonl'), 'utf8').matchAll(
        /"log\.record\.uid","value":\{"stringValue":"([^"]+)"/g,
      ),
    ].map(([, uid]) => uid);
  return { at, get, post, uidsInFile, url };
}

test('an event that its schema refused is looked at, mended and sent on: once in the file, once in the store', async (t) => {
  const { at, get, post, uidsInFile } = await start(t);
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
  const refused = await post(`${route}/replay`, { data: { qty: 0 } });
  assert.deepEqual(
    [refused.status, refused.json.error.code, refused.json.error.issues.length],
    [422, 'EVENT_INVALID', 1],
  );
  const personal = await post(`${route}/replay`, { data: { qty: 2, email: 'x@y.example' } });
  assert.equal(personal.status, 422, 'what was redacted stays so');
  assert.equal((await get('/api/quarantine')).json.total, 2);
  const sent = await post(`${route}/replay`, { data: { qty: 2, note: HOSTILE, email: null } });
  assert.deepEqual([sent.status, sent.json.issues], [200, []]);
  const { json: stored } = await get(`/api/events?q=uid:${one}`);
  assert.equal(stored.rows.length, 1);
  assert.deepEqual(
    [stored.rows[0].timeMs, stored.rows[0].attributes.qty, stored.rows[0].attributes['event.schema.version']],
    [event.timeMs, 2, '2'],
  );
  assert.deepEqual(uidsInFile(), [one]);
  const again = await post(`${route}/replay`, { data: { qty: 2 } });
  assert.deepEqual([again.status, again.json.error.code], [404, 'NOT_FOUND']);
  assert.equal((await get(route)).status, 404);
  assert.deepEqual(uidsInFile(), [one]);
  const both = await Promise.all(
    [1, 2].map((qty) => post(`/api/quarantine/${other}/replay`, { data: { qty } })),
  );
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 404]);
  assert.deepEqual(uidsInFile(), [one, other]);
  assert.equal((await get('/api/quarantine')).json.total, 0);
});

test('what an exporter refuses stays, and whoever sent it is told', async (t) => {
  let answers = 400;
  await using sink = await httpSink((_, response) => void response.writeHead(answers).end());
  const { at, get, post } = await start(t, {
    otlp_http: {
      endpoint: sink.url,
      sending_queue: { enabled: false },
      retry_on_failure: { enabled: false },
    },
  });
  const [id] = await quarantined(at('quarantine'), { qty: 'two' });
  for (const [status, expected] of [
    [400, 502],
    [503, 503],
  ] as const) {
    answers = status;
    const { status: got, json } = await post(`/api/quarantine/${id}/replay`, { data: { qty: 2 } });
    assert.deepEqual([got, json.error.code], [expected, 'EXPORT_FAILED']);
    assert.equal((await get('/api/quarantine')).json.total, 1);
  }
  answers = 200;
  assert.equal((await post(`/api/quarantine/${id}/replay`, { data: { qty: 2 } })).status, 200);
  // The store had taken it each time, and has it once.
  assert.equal((await get(`/api/events?q=uid:${id}`)).json.rows.length, 1);
});

test('nothing is done for a page of another site, with GET, or for a body that is not what is wanted', async (t) => {
  const { at, get, post, url } = await start(t);
  const [id] = await quarantined(at('quarantine'), { qty: 'two' });
  const route = `/api/quarantine/${id}/replay`;
  const data = { data: { qty: 2 } };
  for (const [status, code, asked] of [
    [403, 'FORBIDDEN', () => post(route, data, { origin: 'http://evil.example' })],
    [403, 'FORBIDDEN', () => post(route, data, { origin: 'null' })],
    [403, 'FORBIDDEN', () => post(route, data, { 'sec-fetch-site': 'cross-site' })],
    [415, 'MEDIA_TYPE', () => post(route, data, { 'content-type': 'text/plain' })],
    [415, 'MEDIA_TYPE', () => ask(url + route, { method: 'POST' })],
    [400, 'REQUEST_INVALID', () => post(route, '{ "data": "SECRET')],
    [400, 'OPTION_INVALID', () => post(route, { data: [1] })],
    [400, 'OPTION_INVALID', () => post(route, { data: {}, more: 1 })],
    [400, 'OPTION_UNKNOWN', () => post(`${route}?force=1`, data)],
    [413, 'TOO_LARGE', () => post(route, { data: { note: 'x'.repeat(9 * 2 ** 20) } })],
    [405, 'METHOD_NOT_ALLOWED', () => get(route)],
    [405, 'METHOD_NOT_ALLOWED', () => ask(`${url}/api/quarantine`, { method: 'DELETE' })],
    [404, 'NOT_FOUND', () => post('/api/quarantine/nobody/replay', data)],
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
    ['/api/quarantine/x/replay', 'POST'],
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
    ['/api/quarantine/{id}/replay', 'post', 422, post(`${one}/replay`, {})],
    ['/api/quarantine/{id}/replay', 'post', 415, post(`${one}/replay`, {}, { 'content-type': 'a/b' })],
  ] as const) {
    const answer = await asked;
    assert.equal(answer.status, status, route);
    const pointer = `api#/paths/${route.replaceAll('/', '~1')}/${method}/responses/${status}/content/application~1json/schema`;
    const check = ajv.compile({ $ref: pointer });
    assert.ok(check(answer.json), `${route}: ${JSON.stringify(check.errors)}`);
  }
});
