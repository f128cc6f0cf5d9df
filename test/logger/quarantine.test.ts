import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import type { OtelEventsError } from '../../src/index.ts';
import { recordsOf } from '../../src/otlp/event/records-of.ts';
import { requestHead } from '../../src/otlp/sdk/encode-envelope.ts';
import { defineEvent } from '../../src/schema/index.ts';
import { Spool } from '../../src/spool/spool.ts';
import { testLogger } from '../../src/testing.ts';
import { assertBalanced } from '../harness/ledger.ts';
import { tempDir } from '../harness/temp-dir.ts';

const Paid = defineEvent('order.paid', {
  version: 1,
  schema: z.object({ total: z.number(), mail: z.string(), note: z.string().optional() }),
  personal: { '/mail': ['identifier'] },
});

/** What a directory holds for people to look at. */
async function quarantined(directory: string): Promise<ReturnType<typeof recordsOf>> {
  const spool = new Spool({ spool: directory });
  const leftovers = await spool.adoptLeftovers();
  const records = leftovers.flatMap((leftover) => {
    const batch = leftover.cursor('quarantine')?.read();
    if (batch === undefined) return [];
    const bytes = Buffer.concat([requestHead(batch.header, batch.bytes.length), batch.bytes]);
    return recordsOf({ signal: 'logs', encoding: 'protobuf', bytes, count: batch.count });
  });
  spool.close();
  return records;
}

function everythingIn(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('');
}

test('an invalid event is kept with what is wrong, without what is personal or unknown', async (t) => {
  const directory = path.join(tempDir(t), 'quarantine');
  const errors: OtelEventsError[] = [];
  const events = testLogger({
    quarantine: directory,
    onError: (error) => errors.push(error),
    logLevel: 'none',
  });
  const id = events.log(Paid, {
    total: 'free' as never,
    mail: 'ada@example.org',
    card: '4242-4242',
  } as never);
  await events.durable();
  assert.doesNotMatch(everythingIn(directory), /ada@example|4242/);
  await events.close();
  assert.equal(events.emitted.length, 0);
  const [record, ...others] = await quarantined(directory);
  assert.equal(others.length, 0);
  assert.equal(record?.eventName, 'order.paid');
  assert.equal(record?.attributes['log.record.uid'], id);
  assert.deepEqual(
    [record?.attributes.total, record?.attributes.mail, record?.attributes.card],
    ['free', null, null],
  );
  assert.deepEqual(
    ((record?.attributes['event.schema.issues'] ?? []) as { path: string }[]).map(({ path }) => path),
    ['/total'],
  );
  assert.equal(record?.attributes['event.schema.version'], '1');
  assert.deepEqual(events.stats().total.rejected, { invalid: 1 });
  assert.match(errors[0]?.message ?? '', /it is in the quarantine/);
  assertBalanced(events.stats());
});

test('what a schema without personal data does not know is masked all the same', async (t) => {
  const directory = path.join(tempDir(t), 'quarantine');
  const schema = { $id: 'a', version: 1, type: 'object', properties: { n: { type: 'string' } } };
  const events = testLogger({
    schemas: [schema],
    onInvalid: 'quarantine',
    quarantine: directory,
    logLevel: 'none',
  });
  events.record('a', 1, { n: 1, extra: 'a planted secret' });
  await events.close();
  const [record] = await quarantined(directory);
  assert.deepEqual([record?.attributes.n, record?.attributes.extra], [1, null]);
});

test('the rules of redact hold in the quarantine too', async (t) => {
  const directory = path.join(tempDir(t), 'quarantine');
  const events = testLogger({ quarantine: directory, redact: { paths: ['note'] }, logLevel: 'none' });
  events.log(Paid, { total: 'x' as never, mail: 'm', note: 'a planted secret' });
  await events.close();
  assert.doesNotMatch(everythingIn(directory), /planted secret/);
  assert.equal((await quarantined(directory)).length, 1);
});

test('events that are good leave no trace in it, and none is made for them', async (t) => {
  const directory = path.join(tempDir(t), 'quarantine');
  const events = testLogger({ quarantine: directory });
  events.log(Paid, { total: 1, mail: 'm' });
  await events.close();
  assert.throws(() => readdirSync(directory), { code: 'ENOENT' });
});

test('what was refused right before process.exit is there', async (t) => {
  const directory = path.join(tempDir(t), 'quarantine');
  const { spawnSync } = await import('node:child_process');
  const code = `
    import { EventLogger } from ${JSON.stringify(path.resolve('src/index.ts'))};
    const schema = { $id: 'a', version: 1, type: 'object', properties: { n: { type: 'string' } } };
    const events = new EventLogger({ delivery: 'none', exporters: [() => {}], schemas: [schema],
      onInvalid: 'quarantine', quarantine: ${JSON.stringify(directory)}, logLevel: 'none' });
    events.record('a', 1, { n: 1 });
    process.exit(0);`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [0, '']);
  assert.equal((await quarantined(directory)).length, 1);
});
