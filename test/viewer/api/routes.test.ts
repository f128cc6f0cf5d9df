import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parquetReadObjects } from 'hyparquet';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { events, START_MS, viewerUnderTest } from './viewer-under-test.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

const SHOP = [
  { name: 'cart.viewed', user: 'ann', more: { plan: 'free', 'session.id': 's 1/2' } },
  { name: 'order.paid', user: 'ann', traceId: TRACE, more: { plan: 'free', 'session.id': 's 1/2' } },
  { name: 'cart.viewed', user: 'bob', more: { plan: 'pro' } },
  { name: 'order.failed', user: 'bob', severity: 17, body: 'card, "declined"', more: { plan: 'pro' } },
  { name: 'cart.viewed', user: 'eve', body: 'cart.viewed', more: { plan: 'pro', note: '=cmd|calc' } },
];

async function shop(t: TestContext) {
  const viewer = await viewerUnderTest(t);
  await viewer.store.ingest(events(SHOP));
  return viewer;
}

const names = ({ json }: { json: { rows: { name: string }[] } }) => json.rows.map(({ name }) => name);

test('rows come by query, page by page, in either order, and one with its record', async (t) => {
  const { ask } = await shop(t);
  const first = await ask('/api/events?q=user.id:bob,eve&limit=2');
  assert.deepEqual(names(first), ['cart.viewed', 'order.failed']);
  const { next, complete } = first.json;
  assert.equal(complete, true);
  const second = await ask(`/api/events?q=user.id:bob,eve&limit=2&cursor=${next}`);
  assert.deepEqual([names(second), second.json.next], [['cart.viewed'], null]);
  assert.equal(names(await ask('/api/events?order=oldest'))[1], 'order.paid');
  const { json: row } = await ask(`/api/events/${first.json.rows[1].id}`);
  assert.equal(row.otlp.resourceLogs[0].scopeLogs[0].logRecords[0].eventName, 'order.failed');
  assert.equal((await ask('/api/events/999')).status, 404);
  assert.deepEqual(names(await ask(`/api/traces/${TRACE}`)), ['order.paid']);
  assert.deepEqual(names(await ask('/api/users/ann')), ['cart.viewed', 'order.paid']);
  assert.deepEqual(names(await ask('/api/sessions/s%201%2F2?limit=1')), ['cart.viewed']);
  assert.deepEqual(names(await ask('/api/conversations/none')), []);
});

test('counts come over time, by value, by group, as a funnel and as differences', async (t) => {
  const { ask } = await shop(t);
  const histogram = await ask('/api/histogram?buckets=5&by=name');
  assert.deepEqual(histogram.json.counts, [1, 1, 1, 1, 1]);
  assert.equal(histogram.json.series.length, 3);
  const facets = await ask('/api/facets?field=user.id&field=data.plan&top=1');
  assert.deepEqual(facets.json.facets, [
    { field: 'user.id', values: [{ value: 'ann', count: 2 }], distinct: 3, rows: 5 },
    { field: 'data.plan', values: [{ value: 'pro', count: 3 }], distinct: 2, rows: 5 },
  ]);
  const groups = await ask('/api/groups?by=user.id&stat=max:severity&stat=distinct:name&over=1h');
  assert.deepEqual(
    groups.json.groups.map(({ value, count, stats }: Record<string, unknown>) => ({ value, count, stats })),
    [
      { value: 'ann', count: 2, stats: [9, 2] },
      { value: 'bob', count: 2, stats: [17, 2] },
      { value: 'eve', count: 1, stats: [9, 1] },
    ],
  );
  assert.equal(groups.json.groups[0].over[0].count, 2);
  const funnel = await ask('/api/funnel?step=name:cart.viewed&step=name:order.paid&by=user.id&within=1m');
  assert.deepEqual(
    funnel.json.steps.map(({ people }: { people: number }) => people),
    [3, 1],
  );
  assert.deepEqual(funnel.json.steps[0].droppedOff.sort(), ['bob', 'eve']);
  const { json: compared } = await ask('/api/compare?left=plan:free&right=plan:pro');
  // By which they are told apart is no news.
  assert.deepEqual(compared.chosenBy, ['plan']);
  assert.ok(compared.fields.every(({ field }: { field: string }) => field !== 'plan'));
  const failed = compared.fields.find(({ value }: { value: unknown }) => value === 'order.failed');
  assert.deepEqual([failed.left, Math.round(failed.right * 3)], [0, 1]);
  const { json: ofUsers } = await ask('/api/compare?left=user:bob%20name:order.*&right=-user:bob');
  assert.deepEqual(ofUsers.chosenBy.sort(), ['name', 'user.id']);
  assert.deepEqual(
    ofUsers.fields.filter(({ field }: { field: string }) => /^(user|name)/.test(field)),
    [],
  );
  // The body of an event without a message is its name once more.
  assert.deepEqual(
    compared.fields.filter(({ field, value }: { field: string; value: unknown }) => {
      return field === 'body' && value !== 'card, "declined"';
    }),
    [],
  );
  const fields = await ask('/api/fields');
  assert.ok(fields.json.fields.some(({ field }: { field: string }) => field === 'user.id'));
});

test('an answer of nothing says which field no row has, and what may have been meant', async (t) => {
  const { ask } = await shop(t);
  for (const [path, hints] of [
    ['/api/events?q=usr.id:bob', ['no row has a field usr.id; did you mean user.id?']],
    [
      '/api/events?q=data.plan:free%20-(qqqq:x%20or%20zzzz:1)%20name:none',
      ['no row has a field qqqq', 'no row has a field zzzz', 'no row has a name none'],
    ],
    ['/api/events?q=name:order.payd', ['no row has a name order.payd; did you mean order.paid?']],
    ['/api/events?q=name:order.paid%20user:bob', undefined],
    ['/api/events?q=name:order.*%20user:none', undefined],
    ['/api/events?q=user:none%20-name:order.payd', undefined],
    [
      '/api/funnel?step=name:cart.viewed&step=name:order.payd',
      ['no row has a name order.payd; did you mean order.paid?'],
    ],
    // Known, by another name, or as what holds others.
    ['/api/events?q=data.plan:none%20user:*', undefined],
    ['/api/events?q=session:*%20log.record:*%20word', ['no row has a field log.record']],
    ['/api/events?q=user:*', undefined],
    ['/api/groups?q=paln:pro', ['no row has a field paln; did you mean plan?']],
    [
      '/api/groups?by=name,user&stat=p95:duratoin',
      ['no row has a field name,user', 'no row has a field duratoin'],
    ],
    ['/api/groups?by=plan&stat=max:severity', undefined],
    [
      '/api/funnel?step=cartt:1&step=name:order.paid&split=id',
      ['no row has a field cartt', 'no row has a field id; did you mean user.id?'],
    ],
  ] as const) {
    const { status, json } = await ask(path);
    assert.deepEqual([status, json.hints], [200, hints], path);
  }
});

test('a sum that no number can be is said', async (t) => {
  const { ask, store } = await viewerUnderTest(t);
  const logRecords = [1e308, 1.7e308].map((doubleValue) => ({
    eventName: 'a',
    timeUnixNano: '1764288000000000000',
    attributes: [{ key: 'n', value: { doubleValue } }],
  }));
  await store.ingest(OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }));
  const { json } = await ask('/api/groups?stat=sum:n&stat=max:n');
  assert.deepEqual(json.groups[0].stats, [null, 1.7e308]);
  assert.deepEqual(json.hints, ['sum:n is beyond what a number can be, 1.80e+308']);
});

test('names and values are proposed where they can stand', async (t) => {
  const { ask } = await shop(t);
  const { json: name } = await ask('/api/complete?q=na&at=2');
  assert.deepEqual([name.from, name.to, name.proposals[0].text], [0, 2, 'name:']);
  const { json: value } = await ask('/api/complete?q=a%20user.id:b');
  assert.deepEqual(value, { from: 10, to: 11, proposals: [{ text: 'bob', note: '2 rows' }] });
  assert.deepEqual((await ask('/api/complete?q=%22words%20na')).json.proposals, []);
});

test('the ledger and the status tell what was stored', async (t) => {
  const { ask } = await shop(t);
  const { json: ledger } = await ask('/api/ledger');
  const viewed = ledger.entries.find((entry: { name: string }) => entry.name === 'cart.viewed');
  assert.deepEqual([viewed.service, viewed.received, viewed.stored], ['shop', 3, 3]);
  const { json: status } = await ask('/api/status');
  assert.deepEqual([status.rows, status.version, status.newestMs], [5, '1.2.3', START_MS + 4000]);
});

test('a file has all rows, and no cell that a program for tables would run', async (t) => {
  const { ask } = await shop(t);
  const csv = await ask('/api/export?q=user.id:bob,eve');
  assert.match(csv.headers['content-disposition'] ?? '', /^attachment/);
  const [titles, , failed, , ...rest] = csv.text.split('\r\n');
  assert.equal(
    titles,
    'time,kind,severity,name,service,trace,span,parent,duration,status,body,user.id,plan,note',
  );
  assert.match(failed as string, /^2025-.*Z,event,17,order\.failed,shop,,,,,,"card, ""declined""",bob,pro,$/);
  assert.match(csv.text, /,eve,pro,'=cmd\|calc\r\n/);
  assert.deepEqual(rest, ['']);
  const jsonl = await ask('/api/export?format=jsonl');
  assert.deepEqual(
    jsonl.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).name),
    SHOP.map(({ name }) => name).reverse(),
  );
});

test('more rows than a page has are in a file, each once', async (t) => {
  const { ask, store } = await viewerUnderTest(t);
  await store.ingest(events(Array.from({ length: 1234 }, (_, at) => ({ name: `n${at}`, body: '=1+1' }))));
  const lines = (await ask('/api/export')).text.trim().split('\r\n').slice(1);
  assert.equal(new Set(lines.map((line) => line.split(',')[3])).size, 1234);
  assert.ok(lines.every((line) => line.endsWith(",'=1+1")));
});

test('a file of Parquet has the columns of CSV, with types', async (t) => {
  const { ask, url } = await shop(t);
  const answer = await fetch(`${url}/api/export?format=parquet`);
  assert.equal(answer.headers.get('content-disposition'), 'attachment; filename="events.parquet"');
  const rows = await parquetReadObjects({
    file: await answer.arrayBuffer(),
    compressors: { ZSTD: (input) => new Uint8Array(zstdDecompressSync(input)) },
  });
  const [titles = ''] = (await ask('/api/export')).text.split('\r\n');
  assert.deepEqual(Object.keys(rows[0] ?? {}), titles.split(','));
  assert.deepEqual(
    rows.map(({ name, severity }) => [name, severity]),
    SHOP.map(({ name, severity = 9 }) => [name, BigInt(severity)]).reverse(),
  );
});

const WRONG: readonly (readonly [path: string, status: number, error: Record<string, unknown>])[] = [
  ['/api/events?q=name:', 400, { code: 'QUERY_INVALID', at: 5, param: 'q' }],
  ['/api/compare?left=a&right=(b', 400, { code: 'QUERY_INVALID', param: 'right' }],
  ['/api/events?limit=0', 400, { code: 'OPTION_INVALID' }],
  ['/api/events?limit=1&limit=2', 400, { code: 'OPTION_INVALID' }],
  ['/api/events?cursor=x', 400, { code: 'OPTION_INVALID' }],
  ['/api/events?limits=1', 400, { code: 'OPTION_UNKNOWN' }],
  ['/api/facets', 400, { code: 'OPTION_INVALID' }],
  ['/api/groups?stat=nothing:of', 400, { code: 'OPTION_INVALID' }],
  ['/api/groups?over=1', 400, { code: 'OPTION_INVALID' }],
  ['/api/funnel?step=a', 400, { code: 'OPTION_INVALID' }],
  ['/api/funnel?step=name:a%20last:1h&step=b', 400, { code: 'OPTION_INVALID' }],
  ['/api/events/%ff', 400, { code: 'REQUEST_INVALID' }],
  ['/api/events/1?id=2', 400, { code: 'REQUEST_INVALID' }],
  ['/api/events/..%2f..%2fetc%2fpasswd', 404, { code: 'NOT_FOUND' }],
  ['/api/events/1/2', 404, { code: 'NOT_FOUND' }],
  ['/api/none', 404, { code: 'NOT_FOUND' }],
  [`/api/users/${'x'.repeat(3000)}`, 400, { code: 'OPTION_INVALID' }],
];

test('what is wrong is told by one shape, with the place in a query', async (t) => {
  const { ask, errors } = await shop(t);
  for (const [path, status, expected] of WRONG) {
    const answer = await ask(path);
    assert.equal(answer.status, status, path);
    const { message, ...told } = answer.json.error;
    assert.equal(typeof message, 'string');
    assert.deepEqual({ ...told, ...expected }, told, path);
  }
  assert.deepEqual(errors, []);
});

test('answers are as the description says, which has every route', async (t) => {
  const { ask } = await shop(t);
  const { json: document } = await ask('/api/openapi.json');
  assert.equal(document.openapi, '3.1.0');
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema(document, 'document');
  const asked = [
    '/api/events?limit=2',
    '/api/events/0',
    `/api/traces/${TRACE}`,
    '/api/sessions/1',
    '/api/users/ann',
    '/api/conversations/1',
    '/api/histogram?by=name',
    '/api/facets?field=name',
    '/api/groups?by=note&stat=avg:duration&over=1h',
    '/api/funnel?step=name:cart.*&step=name:order.*&split=plan',
    '/api/fields',
    '/api/compare?left=plan:free&right=plan:pro',
    '/api/complete?q=na',
    '/api/ledger',
    '/api/schemas',
    '/api/schemas/order.paid',
    '/api/quarantine',
    '/api/status',
  ];
  const routes = Object.keys(document.paths);
  for (const path of asked) {
    const template = routes.find((route) =>
      new RegExp(`^${route.replace('{id}', '[^/]+')}$`).test(path.split('?')[0] as string),
    );
    assert.ok(template, path);
    const pointer = `document#/paths/${encodeURIComponent(template.replaceAll('/', '~1'))}/get/responses/200/content/application~1json/schema`;
    const isValid = ajv.compile({ $ref: pointer });
    const { json } = await ask(path);
    assert.ok(isValid(json), `${path}: ${JSON.stringify(isValid.errors)}`);
  }
  assert.deepEqual(
    routes.filter(
      (route) =>
        !asked.some((path) =>
          new RegExp(`^${route.replace('{id}', '[^/]+')}$`).test(path.split('?')[0] as string),
        ),
    ),
    // Those of a quarantine, and what deletes, have tests of their own.
    [
      '/api/quarantine/{id}',
      '/api/quarantine/{id}/check',
      '/api/quarantine/{id}/replay',
      '/api/clear',
      '/api/export',
      '/api/live',
    ],
  );
});
