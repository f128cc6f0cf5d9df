import assert from 'node:assert/strict';
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
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
      exporters: {
        viewer: { endpoint: 'localhost:0', directory: at('store'), quarantine: at('quarantine') },
      },
      service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['viewer'] } } },
    },
    write: () => {},
  });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  const url = collector.endpoints.viewer ?? '';
  return { at, get: (route: string): Promise<Asked> => ask(url + route) };
}

test('events that their schema refused are looked at, redacted as they were', async (t) => {
  const { at, get } = await start(t);
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
  assert.equal((await get('/api/quarantine/nobody')).status, 404);
});

test('beyond this machine the quarantine is read with the token only; without one named nothing is there', async (t) => {
  const far = await viewerUnderTest(t, { address: { host: '0.0.0.0', port: 0 } });
  const { status, json } = await far.ask('/api/quarantine');
  assert.deepEqual([status, json.error.code], [401, 'TOKEN_MISSING']);
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
  const { at, get } = await start(t);
  const [id] = await quarantined(at('quarantine'), { qty: 'two' });
  const { json: document } = await get('/api/openapi.json');
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(document, 'api');
  const one = `/api/quarantine/${id}`;
  for (const [route, asked] of [
    ['/api/quarantine', get('/api/quarantine')],
    ['/api/quarantine/{id}', get(one)],
  ] as const) {
    const answer = await asked;
    assert.equal(answer.status, 200, route);
    const pointer = `api#/paths/${route.replaceAll('/', '~1')}/get/responses/200/content/application~1json/schema`;
    const check = ajv.compile({ $ref: pointer });
    assert.ok(check(answer.json), `${route}: ${JSON.stringify(check.errors)}`);
  }
});
