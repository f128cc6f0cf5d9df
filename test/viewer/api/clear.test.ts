import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Asked, events, type ViewerUnderTest, viewerUnderTest } from './viewer-under-test.ts';

const CONFIRMED = JSON.stringify({ confirm: 'delete everything' });
const TOKEN = 'a-token-of-enough-letters';

function clear(
  { ask }: Pick<ViewerUnderTest, 'ask'>,
  body: string = CONFIRMED,
  headers: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  return ask(
    '/api/clear',
    { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
    body,
  );
}

async function rowsOf(viewer: ViewerUnderTest): Promise<number> {
  return (await viewer.store.status()).rows;
}

test('all that is stored is deleted, and answers tell when and how much', async (t) => {
  const viewer = await viewerUnderTest(t);
  await viewer.store.ingest(events([{ name: 'a' }, { name: 'b' }]));
  const before = (await viewer.ask('/api/status')).json;
  assert.deepEqual([before.rows, before.canClear, before.cleared], [2, true, undefined]);
  const { status, json } = await clear(viewer);
  assert.equal(status, 200);
  assert.deepEqual([json.rows, json.bytes], [2, before.bytes]);
  assert.equal(await rowsOf(viewer), 0);
  assert.deepEqual((await viewer.ask('/api/status')).json.cleared, json);
  assert.deepEqual((await viewer.ask('/api/ledger')).json.cleared, json);
});

test('it has to be confirmed, posted as JSON, and by the page itself', async (t) => {
  const viewer = await viewerUnderTest(t);
  await viewer.store.ingest(events([{ name: 'a' }]));
  for (const body of ['{}', 'null', '"delete everything"', '{"confirm":true}', '{"confirm":"delete"}'])
    assert.equal((await clear(viewer, body)).json.error.code, 'OPTION_INVALID', body);
  assert.equal((await viewer.ask('/api/clear')).status, 405);
  assert.equal((await clear(viewer, CONFIRMED, { 'content-type': 'text/plain' })).status, 415);
  assert.equal((await clear(viewer, CONFIRMED, { origin: 'http://localhost:1' })).status, 403);
  assert.equal((await clear(viewer, CONFIRMED, { 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.equal(await rowsOf(viewer), 1);
});

test('beyond this machine it is off, unless it was allowed; the token is wanted first', async (t) => {
  const beyond = { address: { host: '0.0.0.0', port: 0 }, token: TOKEN };
  const authorization = `Bearer ${TOKEN}`;
  for (const [options, expected] of [
    [beyond, 403],
    [{ ...beyond, canClear: true }, 200],
    [{ token: TOKEN, canClear: false }, 403],
  ] as const) {
    const viewer = await viewerUnderTest(t, options);
    await viewer.store.ingest(events([{ name: 'a' }]));
    assert.equal((await clear(viewer)).status, 401);
    const { json } = await viewer.ask('/api/status', { headers: { authorization } });
    assert.equal(json.canClear, expected === 200);
    assert.equal(await rowsOf(viewer), 1);
    const answer = await clear(viewer, CONFIRMED, { authorization });
    assert.equal(answer.status, expected);
    if (expected === 403) assert.match(answer.json.error.message, /deleting is off here/);
    assert.equal(await rowsOf(viewer), expected === 200 ? 0 : 1);
  }
});

test('the description of the API has it, with how it fails', async (t) => {
  const { ask } = await viewerUnderTest(t);
  const { paths } = (await ask('/api/openapi.json')).json;
  const { post } = paths['/api/clear'];
  assert.deepEqual(post.requestBody.content['application/json'].schema.properties, {
    confirm: { const: 'delete everything' },
  });
  assert.deepEqual(Object.keys(post.responses), ['200', '400', '401', '403', '413', '415', '431', '503']);
});
