import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Event } from '../../src/event.ts';
import { QuarantineDesk } from '../../src/quarantine/quarantine-desk.ts';
import { Spool } from '../../src/spool/spool.ts';
import { event, idOf, SHOP } from '../cli/spool-samples.ts';
import { tempDir } from '../harness/temp-dir.ts';

const QTY = { path: '/qty', expected: 'an integer', got: 'a string' };

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

async function desk(t: TestContext) {
  const directory = path.join(tempDir(t), 'quarantine');
  const records = [1, 2, 3].map((number) => refused(number, { qty: `q${number}`, email: null }));
  (await fill(directory, records)).close();
  return { directory, own: new QuarantineDesk(directory) };
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
