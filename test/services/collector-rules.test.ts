import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { Event } from '../../src/event.ts';
import { toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { CART_EVENTS, CHECKOUT, files, otelEvents } from '../cli/schema-samples.ts';
import { event, SHOP } from '../cli/spool-samples.ts';
import { plainAttributes, type Received } from '../harness/otlp-json.ts';
import { requireService } from './require-service.ts';
import { startOtelcol, validateOtelcol } from './start-otelcol.ts';

const NAME = 'https://example.com/cart/checked_out';

const DATA = {
  sku: 'A1',
  qty: 2,
  email: 'SECRET-email',
  'user.id': 'SECRET-user',
  address: { street: 'SECRET-street', country: 'DE' },
  items: [{ sku: 'A1', card: 'SECRET-card' }],
  tags: ['a'],
  undeclared: 'SECRET-undeclared',
  'exception.message': 'SECRET-message',
  $odd: 'SECRET-odd',
};

const PIPELINES = stringify({
  receivers: {
    otlp: { protocols: { http: { endpoint: '$' + '{env:OTEL_EVENTS_HOST}:$' + '{env:OTEL_EVENTS_PORT}' } } },
  },
  exporters: {
    'file/logs': { path: '$' + '{env:OTEL_EVENTS_DIR}/events.jsonl', rotation: { max_megabytes: 100 } },
    'file/traces': { path: '$' + '{env:OTEL_EVENTS_DIR}/spans.jsonl', rotation: { max_megabytes: 100 } },
  },
  service: {
    telemetry: { metrics: { level: 'none' } },
    pipelines: {
      logs: {
        receivers: ['otlp'],
        processors: ['filter/otel_events', 'transform/otel_events'],
        exporters: ['file/logs'],
      },
      traces: { receivers: ['otlp'], processors: ['transform/otel_events'], exporters: ['file/traces'] },
    },
  },
});

/** A collector with the printed rules. */
async function start(t: TestContext, ...args: readonly string[]) {
  const dir = files(t, { 'checkout.yaml': CHECKOUT, 'events.ts': CART_EVENTS });
  const [schema, module] = [path.join(dir, 'checkout.yaml'), path.join(dir, 'events.ts')];
  const rules = path.join(dir, 'rules.yaml');
  const made = await otelEvents('collector-rules', schema, module, '--only-known', '--out', rules, ...args);
  assert.deepEqual([made.status, made.stderr], [0, '']);
  const options = { configs: [rules], yaml: PIPELINES, dir };
  assert.equal(await validateOtelcol(options), undefined);
  const collector = await startOtelcol(options);
  t.after(() => collector.kill());
  const post = async (signal: string, body: Uint8Array | string): Promise<void> => {
    const type = typeof body === 'string' ? 'application/json' : 'application/x-protobuf';
    const headers = { 'content-type': type };
    const url = `${collector.endpoint}/v1/${signal}`;
    const response = await fetch(url, { method: 'POST', headers, body: body as string });
    assert.equal(response.status, 200, await response.text());
  };
  return { dir, post };
}

function logs(events: readonly Partial<Event>[]): Uint8Array {
  return toRequest(
    SHOP,
    events.map((each, number) => event(number, each)),
  );
}

/** The whole text of a file, as soon as there is any. */
async function written(dir: string, name: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const text = await readFile(path.join(dir, name), 'utf8').catch(() => '');
    if (text.endsWith('\n')) return text;
    await sleep(50);
  }
  throw new Error(`nothing in ${name}`);
}

function recordsIn(text: string): { name: string; attributes: Record<string, unknown> }[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => {
    const { resourceLogs } = JSON.parse(line) as {
      resourceLogs: { scopeLogs: { logRecords: { eventName?: string; attributes: [] }[] }[] }[];
    };
    const records = resourceLogs.flatMap(({ scopeLogs }) =>
      scopeLogs.flatMap(({ logRecords }) => logRecords),
    );
    return records.map(({ eventName = '', attributes }) => ({
      name: eventName,
      attributes: plainAttributes(
        attributes as Parameters<typeof plainAttributes>[0],
      ) satisfies Received['attributes'],
    }));
  });
}

test('what is personal does not pass the real collector, by the printed rules; all else does', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const { dir, post } = await start(t);
  const session = { id: 's1' };
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, 'SECRET-many']));
  await post(
    'logs',
    logs([
      { name: NAME, data: DATA, category: 'cart', userId: 'u1', session },
      { name: NAME, data: { ...many, ...DATA } },
      {
        name: NAME,
        data: { sku: 'B', address: 'SECRET-text', items: 'SECRET-text', email: [{ a: 'SECRET-list' }] },
      },
      { name: 'cart.item_added', data: { sku: 'C', qty: 1, email: 'SECRET-email' } },
      { name: 'unheard.of', data: { sku: 'SECRET-unheard' } },
    ]),
  );
  const text = await written(dir, 'events.jsonl');
  assert.doesNotMatch(text, /SECRET/);
  const records = recordsIn(text);
  assert.deepEqual(
    records.map(({ name }) => name),
    [NAME, NAME, NAME, 'cart.item_added'],
  );
  const [first, spilled, odd, added] = records.map(({ attributes }) => {
    const { 'log.record.uid': id, ...rest } = attributes;
    assert.ok(id);
    return rest;
  });
  const stays = { sku: 'A1', qty: 2, address: { country: 'DE' }, tags: ['a'] };
  assert.deepEqual(first, {
    ...stays,
    'event.category': 'cart',
    'event.session': session,
    'user.id': 'u1',
    'event.data.kept': ['exception.message'],
  });
  assert.deepEqual(spilled, { data: stays });
  assert.deepEqual([odd, added], [{ sku: 'B' }, { sku: 'C', qty: 1 }]);
});

test('the span of an event, and the copy of an event on a span, hold nothing personal either', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const { dir, post } = await start(t);
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const attributes = [
    text('sku', 'A1'),
    text('email', 'SECRET-email'),
    text('address', '{"street":"SECRET-street"}'),
    text('undeclared', 'SECRET-undeclared'),
  ];
  const times = { startTimeUnixNano: '1', endTimeUnixNano: '2' };
  const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
  const spans = [
    { ...ids, ...times, name: NAME, attributes },
    {
      ...ids,
      ...times,
      name: 'GET /',
      attributes: [text('http.route', '/')],
      events: [{ timeUnixNano: '1', name: NAME, attributes }],
    },
  ];
  await post('traces', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
  const spansText = await written(dir, 'spans.jsonl');
  assert.doesNotMatch(spansText, /SECRET/);
  assert.match(spansText, /"http\.route"/);
  assert.equal(spansText.split('"sku"').length, 3);
});

test('what is allowed passes, and what is hashed is no longer readable', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const { dir, post } = await start(t, '--allow', 'user-identifier', '--action', 'hash');
  await post('logs', logs([{ name: NAME, data: { ...DATA, email: 'a@b.c' } }]));
  const [record] = recordsIn(await written(dir, 'events.jsonl'));
  const { address, email, 'data.user.id': user, items, undeclared } = record?.attributes ?? {};
  assert.equal(email, 'a@b.c');
  assert.match((address as { street: string }).street, /^[0-9a-f]{64}$/);
  assert.deepEqual([user, items, undeclared], ['SECRET-user', undefined, undefined]);
});
