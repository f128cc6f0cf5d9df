import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { OtelEventsError } from '../../src/errors.ts';
import type { Event } from '../../src/event.ts';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import { recordsOf } from '../../src/otlp/event/records-of.ts';
import type { Batch } from '../../src/otlp/wire/batch.ts';
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
  readonly send?: (batch: Batch) => Promise<void>;
  readonly checked?: ReturnType<typeof cart>;
}

async function desk(t: TestContext, { records, send = async () => {}, checked = cart() }: Made = {}) {
  const directory = path.join(tempDir(t), 'quarantine');
  const made = records ?? [1, 2, 3].map((number) => refused(number, { qty: `q${number}`, email: null }));
  if (made.length > 0) (await fill(directory, made)).close();
  const sent: Batch[] = [];
  const own = new QuarantineDesk({
    directory,
    checked: () => checked,
    send: async (batch) => {
      await send(batch);
      sent.push(batch);
    },
  });
  const left = async () => (await own.list({ limit: 100, skip: 0 })).events.map(({ event: one }) => one?.id);
  return { directory, own, sent, left };
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

test('what is mended is sent as it was, with its id and time, and leaves; others stay', async (t) => {
  const bytes = new Uint8Array([1, 2, 3]);
  const records = [refused(1, { qty: 'q', email: null, bytes }), refused(2, { qty: 'r' })];
  const { own, sent, left } = await desk(t, { records });
  assert.deepEqual((await own.check(idOf(1)))?.issues, [QTY]);
  assert.deepEqual(await own.check(idOf(1), { qty: 7, email: null, bytes: 'AQID' }), {
    schema: { schemaId: 'cart', version: '2' },
    issues: [],
  });
  assert.deepEqual(await left(), ids(2, 1), 'a check changes nothing');
  await own.replay(idOf(1), { qty: 7, email: null, bytes: 'AQID' });
  const [record] = recordsOf(sent[0] as Batch);
  assert.ok(record);
  const { id, data, schemaVersion } = readEvent(record);
  assert.deepEqual([id, record.timeUnixNano, schemaVersion], [idOf(1), 1_700_000_001_123_456_789n, '2']);
  assert.deepEqual([data.qty, data.email], [7, null]);
  assert.equal(record.attributes['event.schema.issues'], undefined);
  assert.deepEqual(await left(), ids(2));
});

test('what is wrong still is refused, and stays', async (t) => {
  const { own, sent, left } = await desk(t);
  await assert.rejects(own.replay(idOf(1), { qty: 'seven' }), (error: OtelEventsError) => {
    assert.deepEqual([error.code, error.issues], ['EVENT_INVALID', [QTY]]);
    assert.doesNotMatch(error.message, /seven/);
    return true;
  });
  assert.deepEqual([sent.length, await left()], [0, ids(3, 2, 1)]);
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

test('without a schema of its own an event cannot be checked, and is not sent', async (t) => {
  const registry = new SchemaRegistry();
  const other = toChecked(registry.register({ $id: 'other', version: 1, type: 'object' }));
  const { own } = await desk(t, { checked: [other] });
  const verdict = await own.check(idOf(1), { qty: 1, email: null });
  assert.deepEqual([verdict?.schema, verdict?.issues.length], [undefined, 1]);
});

test('what the pipelines refuse stays, for the next time', async (t) => {
  let fails = 1;
  const send = async (): Promise<void> => {
    if (fails-- > 0) throw new OtelEventsError('EXPORT_FAILED', 'not now', { retry: {} });
  };
  const { own, left, sent } = await desk(t, { send });
  await assert.rejects(own.replay(idOf(2), { qty: 1, email: null }), { code: 'EXPORT_FAILED' });
  assert.deepEqual(await left(), ids(3, 2, 1));
  await own.replay(idOf(2), { qty: 1, email: null });
  assert.deepEqual([sent.length, await left()], [1, ids(3, 1)]);
});

test('one that a crash has left twice is sent once, and both go', async (t) => {
  const { own, directory, sent, left } = await desk(t);
  (await fill(directory, [refused(2, { qty: 'q2', email: null })])).close();
  await own.replay(idOf(2), { qty: 1, email: null });
  assert.deepEqual([sent.length, await left()], [1, ids(3, 1)]);
});

test('two who send the same event at once send it once', async (t) => {
  const { own, sent, left } = await desk(t);
  const [one, other] = await Promise.all([own.replay(idOf(1), { qty: 1 }), own.replay(idOf(1), { qty: 2 })]);
  assert.deepEqual([one?.issues, other, sent.length], [[], undefined, 1]);
  assert.deepEqual(await left(), ids(3, 2));
});

test('what a running app holds is shown, and not sent', async (t) => {
  const { own, directory, sent } = await desk(t, { records: [] });
  const living = await fill(directory, [refused(1, { qty: 'x' })]);
  assert.equal((await own.find(idOf(1)))?.event?.data.qty, 'x');
  await assert.rejects(own.replay(idOf(1), { qty: 1 }), {
    code: 'SPOOL_UNWRITABLE',
    message: /an app that runs/,
  });
  living.close();
  await own.replay(idOf(1), { qty: 1 });
  assert.equal(sent.length, 1);
});

test('kill -9 between the acknowledgement and the removal leaves it: the second copy has the same id', async (t) => {
  const { own, directory, sent, left } = await desk(t);
  const [at, registry, checked] = [
    'quarantine/quarantine-desk',
    'schema/registry',
    'schema/find-checked',
  ].map((file) => JSON.stringify(path.join(import.meta.dirname, '..', '..', 'src', `${file}.ts`)));
  const code = `
    const { QuarantineDesk } = await import(${at});
    const { SchemaRegistry } = await import(${registry});
    const { toChecked } = await import(${checked});
    const schema = toChecked(new SchemaRegistry().register(${JSON.stringify(CART)}));
    const send = async ({ bytes }) => {
      process.stdout.write(Buffer.from(bytes).toString('base64'), () => process.kill(process.pid, 'SIGKILL'));
      await new Promise((resolve) => process.stdout.on('drain', resolve));
    };
    const desk = new QuarantineDesk({ directory: ${JSON.stringify(directory)}, checked: () => [schema], send });
    await desk.replay(${JSON.stringify(idOf(2))}, { qty: 1, email: null });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    said += part;
  });
  const [, signal] = await once(child, 'close');
  assert.equal(signal, 'SIGKILL');
  assert.deepEqual(await left(), ids(3, 2, 1));
  await own.replay(idOf(2), { qty: 1, email: null });
  const copies = [{ ...(sent[0] as Batch), bytes: Buffer.from(said, 'base64') }, sent[0] as Batch];
  const uids = copies.map((batch) => recordsOf(batch)[0]?.attributes['log.record.uid']);
  assert.deepEqual([uids, sent.length], [ids(2, 2), 1]);
  assert.deepEqual(await left(), ids(3, 1));
});
