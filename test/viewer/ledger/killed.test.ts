// A process that is killed has not reported its latest events: the ledger must not take these for lost.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { EventLogger } from '../../../src/index.ts';
import type { LedgerAnswer } from '../../../src/viewer/store/event-store.ts';
import { eventually } from '../../collector/samples.ts';
import { runNode } from '../../harness/run-node.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { ledgerUnderTest } from './ledger-under-test.ts';

/** `close()` tries to tell it for a quarter of a second only, so it is waited for here. */
function emittedIn({ entries }: Pick<LedgerAnswer, 'entries'>): number {
  return entries.reduce((sum, { emitted = 0 }) => sum + emitted, 0);
}

const INDEX = path.join(import.meta.dirname, '..', '..', '..', 'src', 'index.ts');

const APP = `
import { setTimeout as wait } from 'node:timers/promises';
import { EventLogger } from ${JSON.stringify(INDEX)};
const { ENDPOINT: endpoint, SPOOL: spool, PAGE: page } = process.env;
const events = new EventLogger({ endpoint, spool, app: { name: 'shop' }, flushIntervalMs: 60_000 });
for (let at = 0; at < 10; at++) events.log('order.paid', { at });
await events.flush();
// The first report is sent a second after the receiver asked.
while ((await (await fetch(page + '/api/ledger')).json()).loggers.length === 0) await wait(50);
for (let at = 0; at < 5; at++) events.log('order.paid', { at });
await events.durable();
process.kill(process.pid, 'SIGKILL');
`;

test('events that a killed process left in its spool are no gap, before and after they are delivered', async (t) => {
  const viewer = await ledgerUnderTest(t);
  const spool = tempDir(t);
  const { signal, stderr } = await runNode(APP, {
    env: { ENDPOINT: viewer.otlp, SPOOL: spool, PAGE: viewer.page },
  });
  assert.equal(signal, 'SIGKILL', stderr);
  const sums = async () => {
    const { entries, loggers } = await viewer.ledger();
    const of = (key: 'emitted' | 'stored' | 'gap') =>
      entries.reduce((sum, entry) => sum + (entry[key] ?? 0), 0);
    return {
      emitted: of('emitted'),
      stored: of('stored'),
      gap: of('gap'),
      states: loggers.map(({ state }) => state),
    };
  };
  assert.deepEqual(await sums(), { emitted: 10, stored: 10, gap: 0, states: ['reporting'] });
  const heir = new EventLogger({ endpoint: viewer.otlp, spool, app: { name: 'shop' } });
  while ((await heir.flush()).acked < 5) await wait(100);
  await heir.close();
  assert.deepEqual(await sums(), { emitted: 10, stored: 15, gap: 0, states: ['ended', 'reporting'] });
});

test('a collector that is away and comes back with its store is told all, once', async (t) => {
  const directory = tempDir(t);
  const before = await ledgerUnderTest(t, { directory });
  const events = new EventLogger({ endpoint: before.otlp, app: { name: 'shop' }, logLevel: 'none' });
  events.log('order.paid');
  await events.flush();
  await before.close();
  for (let at = 0; at < 20; at++) events.log('order.paid', { at });
  await wait(1_500);
  const after = await ledgerUnderTest(t, { directory, port: Number(new URL(before.otlp).port) });
  await events.flush();
  await eventually(async () => emittedIn(await after.ledger()) === 21);
  await events.close();
  const { entries } = await after.ledger();
  assert.equal(emittedIn({ entries }), 21);
  assert.equal(
    entries.reduce((sum, { stored }) => sum + stored, 0),
    21,
  );
});

test('a store that is new is told of what it gets, and not of what another one has', async (t) => {
  const before = await ledgerUnderTest(t);
  const events = new EventLogger({ endpoint: before.otlp, app: { name: 'shop' }, logLevel: 'none' });
  for (let at = 0; at < 7; at++) events.log('order.paid', { at });
  await events.flush();
  await before.close();
  const after = await ledgerUnderTest(t, { port: Number(new URL(before.otlp).port) });
  events.log('order.paid');
  await events.flush();
  events.log('order.paid');
  await events.flush();
  await eventually(async () => emittedIn(await after.ledger()) > 0);
  await events.close();
  const { entries } = await after.ledger();
  assert.deepEqual([emittedIn({ entries }), entries.reduce((sum, { stored }) => sum + stored, 0)], [1, 2]);
});
