import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Event } from '../../src/event.ts';
import { QuarantineDesk } from '../../src/quarantine/quarantine-desk.ts';
import { toChecked } from '../../src/schema/find-checked.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';
import { Spool } from '../../src/spool/spool.ts';
import { event, idOf, SHOP } from '../cli/spool-samples.ts';
import { tempDir } from '../harness/temp-dir.ts';

const QTY = { path: '/qty', expected: 'an integer', got: 'a string' };

const CART = {
  $id: 'cart',
  version: 2,
  type: 'object',
  properties: {
    qty: { type: 'integer' },
    email: { type: 'string', categories: ['contact'] },
    to: {
      type: 'object',
      properties: { street: { type: 'string', categories: ['contact'] }, city: { type: 'string' } },
    },
    bytes: {},
  },
  required: ['qty'],
};

function refused(number: number, data: Event['data']): Uint8Array {
  return event(number, { name: 'cart', data, schema: { id: 'cart', version: '1', issues: [QTY] } });
}

async function fill(directory: string, records: readonly Uint8Array[]): Promise<Spool> {
  const spool = new Spool({ spool: directory });
  const kind = spool.kind('logs', SHOP, 'cart', ['quarantine']);
  for (const record of records) spool.append(kind, record);
  await spool.durable();
  return spool;
}

function cart() {
  const registry = new SchemaRegistry();
  return [toChecked(registry.register(CART))];
}

interface Made {
  readonly records?: readonly Uint8Array[];
  readonly checked?: ReturnType<typeof cart>;
}

async function desk(t: TestContext, { records, checked = cart() }: Made = {}) {
  const directory = path.join(tempDir(t), 'quarantine');
  const made = records ?? [1, 2, 3].map((number) => refused(number, { qty: `q${number}`, email: null }));
  if (made.length > 0) (await fill(directory, made)).close();
  const own = new QuarantineDesk({ directory, checked: () => checked });
  const left = async () => (await own.list({ limit: 100, skip: 0 })).events.map(({ event: one }) => one?.id);
  return { directory, own, left };
}

const ids = (...numbers: number[]) => numbers.map(idOf);

test('events are listed newest first, in pages and by name; a directory that is not there has none', async (t) => {
  const { own, directory } = await desk(t);
  const page = await own.list({ limit: 1, skip: 1 });
  assert.deepEqual([page.total, page.events.map(({ event: one }) => one?.id)], [3, ids(2)]);
  assert.equal((await own.list({ name: 'other', limit: 9, skip: 0 })).total, 0);
  assert.equal((await own.find(idOf(3)))?.event?.data.qty, 'q3');
  assert.equal(await own.find('nothing'), undefined);
  rmSync(directory, { recursive: true });
  assert.deepEqual(await own.list({ limit: 9, skip: 0 }), { events: [], total: 0, unread: 0 });
});

test('a check tells what would be wrong with other data, and changes nothing', async (t) => {
  const bytes = new Uint8Array([1, 2, 3]);
  const records = [refused(1, { qty: 'q', email: null, bytes }), refused(2, { qty: 'r' })];
  const { own, left } = await desk(t, { records });
  assert.deepEqual((await own.check(idOf(1)))?.issues, [QTY]);
  assert.deepEqual(await own.check(idOf(1), { qty: 7, email: null, bytes: 'AQID' }), {
    schema: { schemaId: 'cart', version: '2' },
    issues: [],
  });
  assert.deepEqual(await left(), ids(2, 1), 'a check changes nothing');
});

test('what was redacted stays redacted', async (t) => {
  const records = [refused(1, { qty: 'q', email: null, to: { street: null, city: 'X' }, unknown: null })];
  const { own } = await desk(t, { records });
  const data = { qty: 1, email: 'a@b.example', to: { street: 'S', city: 'Y' }, unknown: 'somebody' };
  const verdict = await own.check(idOf(1), data);
  assert.deepEqual(
    verdict?.issues.map(({ path: at, expected }) => [at, expected]),
    ['/email', '/to/street', '/unknown'].map((at) => [at, 'null, since it was redacted']),
  );
  const fine = { qty: 1, email: null, to: { street: null, city: 'Y' }, unknown: null };
  assert.deepEqual((await own.check(idOf(1), fine))?.issues, []);
  const unknown = await desk(t, { records, checked: [] });
  assert.deepEqual(
    (await unknown.own.check(idOf(1), { ...fine, unknown: 'somebody' }))?.issues.map(({ path: at }) => at),
    ['/unknown'],
    'without a schema all but what was wrong stays null',
  );
});

test('without a schema of its own an event cannot be checked', async (t) => {
  const registry = new SchemaRegistry();
  const other = toChecked(registry.register({ $id: 'other', version: 1, type: 'object' }));
  const { own } = await desk(t, { checked: [other] });
  const verdict = await own.check(idOf(1), { qty: 1, email: null });
  assert.deepEqual([verdict?.schema, verdict?.issues.length], [undefined, 1]);
});
