import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ask, events, type Made, viewerUnderTest } from '../api/viewer-under-test.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

const SHOP: readonly Made[] = [
  { name: 'cart.viewed', user: 'ann', more: { plan: 'free' } },
  { name: 'order.paid', user: 'ann', traceId: TRACE, more: { plan: 'free' } },
  { name: 'order.failed', user: 'bob', severity: 17, body: 'card declined', more: { plan: 'pro' } },
];

const INFO = { name: 'test', version: '1.0.0' };

/** What both official clients have. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string; description?: string | undefined }[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
}

async function modern(t: TestContext, url: string): Promise<AnyClient> {
  const client = new ModernClient(INFO, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new ModernTransport(new URL(`${url}/mcp`)));
  t.after(() => client.close());
  return client as AnyClient;
}

async function handshaking(t: TestContext, url: string): Promise<AnyClient> {
  const client = new Client(INFO);
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)) as never);
  t.after(() => client.close());
  assert.equal(client.getServerVersion()?.name, 'otel-events');
  return client as AnyClient;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at as they come
async function call(client: AnyClient, name: string, given: Record<string, unknown> = {}): Promise<any> {
  const { content, isError = false } = (await client.callTool({ name, arguments: given })) as {
    content: { text: string }[];
    isError?: boolean;
  };
  const text = content[0]?.text ?? '';
  return isError ? { error: text } : { ...JSON.parse(text), length: text.length };
}

for (const [revision, connect] of [
  ['2026-07-28', modern],
  ['2025-11-25', handshaking],
] as const) {
  test(`the official client of ${revision} lists the tools and calls each`, async (t) => {
    const { url, store, errors } = await viewerUnderTest(t, { mcp: true });
    await store.ingest(events(SHOP));
    const client = await connect(t, url);
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['query', 'trace', 'fields'],
    );
    for (const { description } of tools) assert.match(description ?? '', /never an instruction to follow/);
    assert.match(tools[0]?.description ?? '', /severity:>=warn/);
    const found = await call(client, 'query', { q: 'user:bob severity:>=error' });
    const [{ id: _, ...row }] = found.rows;
    assert.deepEqual(row, {
      time: '2025-11-28T00:00:02.000Z',
      kind: 'event',
      name: 'order.failed',
      severity: 17,
      service: 'shop',
      body: 'card declined',
      attributes: { 'user.id': 'bob', plan: 'pro' },
    });
    assert.deepEqual([found.next, found.complete, found.cut], [null, true, undefined]);
    const trace = await call(client, 'trace', { id: TRACE.toUpperCase() });
    assert.deepEqual([trace.rows.length, trace.rows[0].name], [1, 'order.paid']);
    const { fields } = await call(client, 'fields', { q: 'user:bob' });
    assert.ok(
      fields.some(({ field, rows }: { field: string; rows: number }) => field === 'plan' && rows === 1),
    );
    const { values, distinct } = await call(client, 'fields', { field: 'plan' });
    assert.deepEqual(
      [values, distinct],
      [
        [
          { value: 'free', count: 2 },
          { value: 'pro', count: 1 },
        ],
        2,
      ],
    );
    assert.deepEqual(errors, []);
  });

  test(`what is wrong with the arguments is told to who can mend it (${revision})`, async (t) => {
    const { url, errors } = await viewerUnderTest(t, { mcp: true });
    const client = await connect(t, url);
    for (const [name, given, told] of [
      [
        'query',
        { q: 'severity:>=warm' },
        /^QUERY_INVALID: at character 12: .*did you mean warn\?\n.*\n {13}\^$/,
      ],
      ['query', { limit: 0 }, /^OPTION_INVALID: limit: wanted a whole number from 1 to 200/],
      ['query', { cursor: 'x' }, /^OPTION_INVALID: cursor/],
      ['query', { query: 'a' }, /^OPTION_UNKNOWN: .*there are q, limit, order, cursor/],
      ['query', { q: 5 }, /^OPTION_INVALID: q: wanted a text/],
      ['query', { order: 'up' }, /^OPTION_INVALID: order/],
      ['trace', {}, /^OPTION_INVALID: id: wanted 32/],
      ['fields', { field: '' }, /^OPTION_INVALID: field/],
    ] as const) {
      const { error } = await call(client, name, given);
      assert.match(error ?? 'no error', told);
    }
    await assert.rejects(client.callTool({ name: 'delete', arguments: {} }), /Unknown tool; there are query/);
    assert.deepEqual(errors, []);
  });
}

test('an answer is as long as a model can read, says what is cut, and its cursor goes on', async (t) => {
  const { url, store } = await viewerUnderTest(t, { mcp: true });
  const made = Array.from({ length: 150 }, (_, at) => ({
    name: `n${at}`,
    body: 'ü'.repeat(at % 7 === 0 ? 9000 : 700),
  }));
  await store.ingest(events(made));
  const client = await modern(t, url);
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await call(client, 'query', { limit: 100, order: 'oldest', ...(cursor && { cursor }) });
    assert.ok(page.length < 49_000, String(page.length));
    if (cursor === undefined) {
      assert.ok(page.rows.length < 100);
      assert.match(
        page.cut,
        /rows are what there is room for; go on with next\. long texts of \d+ of the rows are cut/,
      );
      assert.match(page.rows[0].body, /^ü{2000}… \(cut, 9000 characters\)$/);
    }
    names.push(...page.rows.map(({ name }: { name: string }) => name));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  assert.deepEqual(
    names,
    made.map(({ name }) => name),
  );
});

test('a query of nothing is told what may have been meant, but not behind a cursor', async (t) => {
  const { url, store } = await viewerUnderTest(t, { mcp: true });
  await store.ingest(events(SHOP));
  const client = await modern(t, url);
  const first = await call(client, 'query', { q: 'usr.id:bob' });
  assert.deepEqual([first.rows, first.hints], [[], ['no row has a field usr.id; did you mean user.id?']]);
  const { next: cursor } = await call(client, 'query', { limit: 1 });
  const behind = await call(client, 'query', { q: 'usr.id:bob', cursor });
  assert.deepEqual([behind.rows, behind.hints], [[], undefined]);
});

test('a row that is too long in many texts tells its name, and how long it is', async (t) => {
  const { url, store } = await viewerUnderTest(t, { mcp: true });
  const more = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`key${at}`, 'x'.repeat(300)]));
  await store.ingest(events([{ name: 'wide', more }]));
  const { rows } = await call(await modern(t, url), 'query');
  assert.match(rows[0].cut, /^attributes and body have \d{5,6} characters$/);
  assert.equal(rows[0].name, 'wide');
});

const JSON_TYPE = { 'content-type': 'application/json' };
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`${url}/mcp`, {
    method: 'POST',
    body: text,
    headers: { ...JSON_TYPE, ...headers },
  });
  const told = await answer.text();
  return { status: answer.status, json: told === '' ? undefined : JSON.parse(told) };
}

test('agents are not answered unless that is said, and never without what the API wants', async (t) => {
  const off = await viewerUnderTest(t);
  assert.equal((await post(off.url, LIST)).status, 404);
  assert.equal((await off.ask('/mcp')).status, 404);
  const token = 'a-token-of-a-viewer';
  const on = await viewerUnderTest(t, { mcp: true, token });
  assert.equal((await post(on.url, LIST)).status, 401);
  const authorization = `Bearer ${token}`;
  assert.equal((await post(on.url, LIST, { authorization })).status, 200);
  for (const headers of [{ origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
    assert.equal(
      (await post(on.url, LIST, { authorization, ...headers })).status,
      403,
      JSON.stringify(headers),
    );
  const rebound = { method: 'POST', headers: { ...JSON_TYPE, authorization, host: 'evil.example' } };
  assert.equal((await ask(`${on.url}/mcp`, rebound)).status, 403);
});

test('messages that are none, and headers that say something else, are refused as the specification says', async (t) => {
  const { url, ask: get } = await viewerUnderTest(t, { mcp: true });
  const meta = (version: string) => ({ _meta: { 'io.modelcontextprotocol/protocolVersion': version } });
  const version = { 'mcp-protocol-version': '2026-07-28' };
  const modernList = { ...LIST, params: meta('2026-07-28') };
  const headers = { ...version, 'mcp-method': 'tools/list' };
  for (const [body, given, status, code] of [
    ['{', {}, 400, -32700],
    [[LIST], {}, 400, -32600],
    [{ ...LIST, params: [] }, {}, 400, -32602],
    [{ ...LIST, method: 'resources/list' }, {}, 200, -32601],
    [
      { ...modernList, method: 'resources/list' },
      { ...version, 'mcp-method': 'resources/list' },
      404,
      -32601,
    ],
    [modernList, {}, 400, -32020],
    [modernList, version, 400, -32020],
    [LIST, version, 400, -32020],
    [modernList, { ...headers, 'mcp-protocol-version': '2025-11-25' }, 400, -32020],
    [{ ...LIST, params: meta('1900-01-01') }, headers, 400, -32022],
    [LIST, { 'mcp-protocol-version': '1900-01-01' }, 400, -32022],
    [
      { ...modernList, method: 'tools/call' },
      { ...version, 'mcp-method': 'tools/call', 'mcp-name': 'x' },
      400,
      -32020,
    ],
  ] as const) {
    const answer = await post(url, body, given);
    const said = JSON.stringify({ body, given });
    assert.deepEqual([answer.status, answer.json.error.code], [status, code], said);
  }
  assert.equal((await post(url, modernList, headers)).json.result.resultType, 'complete');
  assert.equal((await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' })).status, 202);
  assert.equal((await post(url, LIST, { 'content-type': 'text/plain' })).status, 415);
  assert.equal((await post(url, ' '.repeat(70_000))).status, 413);
  assert.equal((await get('/mcp')).status, 405);
});
