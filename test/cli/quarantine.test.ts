import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Event } from '../../src/event.ts';
import { EventLogger } from '../../src/index.ts';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import { defineEvent } from '../../src/schema/define/define-event.ts';
import type { JsonSchema } from '../../src/schema/drafts/json-schema.ts';
import { Spool } from '../../src/spool/spool.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { files, otelEvents } from './schema-samples.ts';
import { event, idOf, jsonLines, SHOP, snapshot } from './spool-samples.ts';

const QTY = { path: '/qty', expected: 'an integer', got: 'a string' };

const CART_2 = `$id: cart
version: 2
type: object
properties:
  qty: { type: [integer, string], maxLength: 3 }
  email: { type: string, categories: [user-identifier] }
required: [qty]
`;

function refused(number: number, data: Event['data'], issues = [QTY]): Buffer {
  return event(number, { name: 'cart', data, schema: { id: 'cart', version: '1', issues } });
}

/** A quarantine as an app leaves it. */
async function fill(directory: string, records: readonly Uint8Array[]): Promise<Spool> {
  const spool = new Spool({ spool: directory });
  const kind = spool.kind('logs', SHOP, 'cart', ['quarantine']);
  for (const record of records) spool.append(kind, record);
  await spool.durable();
  return spool;
}

async function left(
  t: TestContext,
  records = [
    refused(1, { qty: 'two', email: null }),
    refused(2, { qty: 'many more', email: null }),
    refused(3, { qty: 'one', big: 2 ** 40, list: [1, { a: null }] }),
  ],
): Promise<string> {
  const directory = tempDir(t);
  (await fill(directory, records)).close();
  return directory;
}

async function server(t: TestContext): Promise<OtlpSink> {
  const sink = await OtlpSink.open();
  t.after(() => sink.goAway());
  return sink;
}

async function numbersLeft(directory: string): Promise<unknown[]> {
  const { stdout } = await otelEvents('quarantine', 'ls', directory, '--json');
  return jsonLines(stdout).map(({ id }) => [1, 2, 3].find((number) => idOf(number) === id));
}

test('ls lists what waits, oldest first, and changes nothing', async (t) => {
  const directory = await left(t);
  const before = snapshot(directory);
  const { status, stdout, stderr } = await otelEvents('quarantine', 'ls', directory);
  assert.deepEqual([status, stderr], [0, '']);
  assert.deepEqual(
    stdout.split('\n').map((line) => line.trim().split(/\s{2,}/)),
    [
      ['#', 'TIME', 'NAME', 'SCHEMA', 'ISSUES', 'ID'],
      ...[1, 2, 3].map((number) => [
        String(number),
        `2023-11-14T22:13:2${number}.123Z`,
        'cart',
        'cart@1',
        '1',
        idOf(number),
      ]),
      [''],
      ['3 events'],
      [''],
    ],
  );
  const json = await otelEvents('quarantine', 'ls', directory, '--json');
  assert.deepEqual(jsonLines(json.stdout)[0], {
    number: 1,
    id: idOf(1),
    time: '2023-11-14T22:13:21.123456789Z',
    name: 'cart',
    schema: { id: 'cart', version: '1' },
    issues: [QTY],
  });
  assert.deepEqual(snapshot(directory), before);
  assert.equal((await otelEvents('quarantine', 'ls', tempDir(t))).stdout, 'no events\n');
});

test('show prints an event by its number or id, with what is wrong', async (t) => {
  const directory = await left(t);
  for (const which of ['2', idOf(2)]) {
    const { status, stdout } = await otelEvents('quarantine', 'show', directory, which);
    const shown = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual(
      [status, shown.number, shown.id, shown.schema, shown.issues, shown.data],
      [0, 2, idOf(2), { id: 'cart', version: '1' }, [QTY], { qty: 'many more', email: null }],
    );
  }
  const { status, stderr } = await otelEvents('quarantine', 'show', directory, '9');
  assert.equal(status, 1);
  assert.match(stderr, /OPTION_INVALID: no event "9" here/);
  assert.equal((await otelEvents('quarantine', 'show', path.join(directory, 'no'), '1')).status, 2);
});

test('replay sends what a new schema takes, as it was, and leaves the rest', async (t) => {
  const directory = await left(t);
  const schema = path.join(files(t, { 'cart-2.yaml': CART_2 }), 'cart-2.yaml');
  const sink = await server(t);
  const args = ['quarantine', 'replay', directory, '--schema', schema, '--to', sink.url];
  const { status, stdout, stderr } = await otelEvents(...args);
  assert.equal(status, 1);
  assert.match(stdout, new RegExp(`^2 ${idOf(2)} /qty: wanted .*\n`));
  assert.doesNotMatch(stdout, /many more/);
  assert.match(stdout, /replayed 2 events in 2 requests, refused 0\n$/);
  assert.match(stderr, /EVENT_INVALID: 1 event is left, in the quarantine as before\n$/);
  const found = sink.records.map((record) => {
    const { id, schemaId, schemaVersion, data } = readEvent(record);
    return [id, record.timeUnixNano, schemaId, schemaVersion, data, record.attributes['event.schema.issues']];
  });
  assert.deepEqual(found, [
    [idOf(1), 1_700_000_001_123_456_789n, 'cart', '2', { qty: 'two', email: null }, undefined],
    [
      idOf(3),
      1_700_000_003_123_456_789n,
      'cart',
      '2',
      { qty: 'one', big: 2 ** 40, list: [1, { a: null }] },
      undefined,
    ],
  ]);
  assert.deepEqual(sink.records[0]?.resource.attributes, { 'service.name': 'shop', 'host.name': 'web-1' });
  assert.deepEqual(await numbersLeft(directory), [2]);
  assert.equal((await otelEvents(...args)).status, 1);
  assert.equal(sink.records.length, 2, 'what was taken is not sent again');
});

test('replay applies a merge patch to the data, also to one event alone', async (t) => {
  const directory = await left(t);
  const place = files(t, {
    'cart-2.yaml': CART_2,
    'patch.json': '{ "qty": 7, "email": "a@example.com", "more": { "b": [1.5, true] } }',
    'empty.json': '{ "note": "qty is wrong" }',
  });
  const sink = await server(t);
  const replay = (...args: string[]) =>
    otelEvents('quarantine', 'replay', directory, '--to', sink.url, ...args);
  const patch = ['--patch', path.join(place, 'patch.json')];
  const one = await replay('2', ...patch, '--schema', path.join(place, 'cart-2.yaml'));
  assert.deepEqual([one.status, one.stdout], [0, 'replayed 1 event in 1 request, refused 0\n']);
  assert.deepEqual(
    sink.records.map((record) => [readEvent(record).id, readEvent(record).data]),
    [[idOf(2), { qty: 7, email: 'a@example.com', more: { b: [1.5, true] } }]],
  );
  assert.deepEqual(await numbersLeft(directory), [1, 3]);
  assert.equal((await replay('--patch', path.join(place, 'empty.json'))).status, 1, 'qty is as it was');
  assert.equal((await replay(...patch)).status, 0, 'without a schema: all that was wrong is changed');
  assert.equal(sink.records[1] && readEvent(sink.records[1]).schemaVersion, '1');
  assert.deepEqual(readdirSync(directory), []);
});

test('what the server refuses, or does not get, stays', async (t) => {
  const directory = await left(t);
  const place = files(t, { 'patch.json': '{ "qty": 7 }', 'bad.json': '{ secret', 'list.json': '[]' });
  const sink = await OtlpSink.open(({ index }) => (index === 1 ? { status: 400 } : 'take'));
  t.after(() => sink.goAway());
  const replay = (file: string, ...args: string[]) =>
    otelEvents(
      'quarantine',
      'replay',
      directory,
      '--to',
      sink.url,
      '--patch',
      path.join(place, file),
      ...args,
    );
  const { status, stdout } = await replay('patch.json');
  assert.deepEqual([status, stdout], [1, 'replayed 2 events in 3 requests, refused 1\n']);
  assert.deepEqual(await numbersLeft(directory), [2]);
  await sink.goAway();
  assert.equal((await replay('patch.json', '--timeout', '1')).status, 1);
  assert.deepEqual(await numbersLeft(directory), [2]);
  const bad = await replay('bad.json');
  assert.deepEqual([bad.status, bad.stderr.includes('secret')], [2, false]);
  assert.equal((await replay('list.json')).status, 1);
  assert.equal((await otelEvents('quarantine', 'replay', directory, '--to', sink.url)).status, 1);
});

test('what a logger has refused is mended and arrives, without what was personal', async (t) => {
  const directory = tempDir(t);
  const cart = (version: number, type: string): string =>
    JSON.stringify({
      $id: 'cart',
      version,
      type: 'object',
      properties: { qty: { type }, email: { type: 'string', categories: ['user-identifier'] } },
    });
  const place = files(t, { 'cart.json': cart(2, 'string') });
  const Cart = defineEvent('cart', { version: 1, schema: JSON.parse(cart(1, 'integer')) as JsonSchema });
  const diagnosticLogger = { warn() {}, error() {} };
  const events = new EventLogger({ quarantine: directory, delivery: 'none', diagnosticLogger });
  const id = events.log(Cart, { qty: 'two', email: 'SECRET', undeclared: 'SECRET' });
  await events.close();
  const shown = await otelEvents('quarantine', 'show', directory, id);
  assert.equal(shown.status, 0);
  assert.doesNotMatch(shown.stdout, /SECRET/);
  const sink = await server(t);
  const args = ['--schema', path.join(place, 'cart.json'), '--to', sink.url];
  assert.equal((await otelEvents('quarantine', 'replay', directory, ...args)).status, 0);
  const [record] = sink.records;
  assert.ok(record !== undefined);
  const { data, schemaVersion, ...event } = readEvent(record);
  assert.deepEqual([event.id, event.name, schemaVersion], [id, 'cart', '2']);
  assert.deepEqual(data, { qty: 'two', email: null, undeclared: null });
  assert.equal((await otelEvents('quarantine', 'ls', directory)).stdout, 'no events\n');
});

test('drop removes some or all, and nothing that a running app holds', async (t) => {
  const directory = await left(t);
  assert.equal((await otelEvents('quarantine', 'drop', directory)).status, 1, 'it must be said which');
  const some = await otelEvents('quarantine', 'drop', directory, '1', idOf(3));
  assert.deepEqual([some.status, some.stdout], [0, 'dropped 2 events, 1 left\n']);
  const living = await fill(directory, [refused(1, { qty: 'x' })]);
  t.after(() => living.close());
  const all = await otelEvents('quarantine', 'drop', directory, '--all');
  assert.deepEqual([all.status, all.stdout], [1, 'dropped 1 event, 1 left\n']);
  assert.match(all.stderr, /1 event is held by a running app \(process \d+\)/);
  assert.deepEqual(await numbersLeft(directory), [1]);
  writeFileSync(path.join(directory, 'of-others'), '');
  assert.deepEqual(
    readdirSync(directory).sort(),
    [path.basename(living.directory ?? ''), 'of-others'].sort(),
  );
});
