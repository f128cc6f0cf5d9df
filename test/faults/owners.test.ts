// Several owners of one spool directory: processes, threads, and processes that have the same pid.
import assert from 'node:assert/strict';
import { readdirSync, renameSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EventLogger } from '../../src/index.ts';
import { batchesOf } from '../harness/delivered.ts';
import { IS_LONG, reportCounts } from '../harness/fault-counts.ts';
import { pidNamespace } from '../harness/pid-namespace.ts';
import type { WriterPlan } from './children/plan.ts';
import { Estate } from './estate.ts';

type Plan = Omit<WriterPlan, keyof Estate['common']>;

const plan = (who: string, more: Partial<Plan> = {}): Plan => ({
  who,
  seed: 1,
  workers: 0,
  scopes: false,
  bursts: 100_000,
  closeTimeoutMs: 20_000,
  ...more,
});

/** The sub-directories of owners. */
function ownersIn({ common }: Estate): string[] {
  return readdirSync(common.spool).filter((name) => name.split('-').length === 6);
}

/** Whose events each logger has sent. */
function sendersOf({ sink }: Estate): Record<string, string[]> {
  const senders: Record<string, Set<string>> = {};
  for (const { from, events } of batchesOf(sink.taken)) {
    senders[from] ??= new Set();
    for (const { who } of events) senders[from].add(who);
  }
  return Object.fromEntries(Object.entries(senders).map(([from, whose]) => [from, [...whose].sort()]));
}

test('two processes on one directory do not touch each other; what one leaves when it is killed, a later one delivers', async (t) => {
  await using estate = await Estate.open(t, 'os', { withFile: true });
  let [startSecond, killFirst] = [() => {}, () => {}];
  const secondMayStart = new Promise<void>((resolve) => {
    startSecond = resolve;
  });
  let said = 0;
  const first = estate.run('writer.ts', plan('first'), {
    onLine(line, kill) {
      killFirst = kill;
      if (line.startsWith('durable')) startSecond();
    },
  });
  await secondMayStart;
  const second = estate.run('writer.ts', plan('second', { seed: 2 }), {
    onLine(line, kill) {
      if (!line.startsWith('durable')) return;
      said++;
      if (said === 10) killFirst();
      if (said === 20) kill('SIGTERM');
    },
  });
  const ends = await Promise.all([first, second]);
  assert.deepEqual(
    ends.map(({ signal }) => signal),
    ['SIGKILL', 'SIGTERM'],
  );
  const { 'first.0': one, 'second.0': two } = sendersOf(estate);
  assert.deepEqual([one, two], [['first.0'], ['second.0']], 'each sends what it has logged itself');
  reportCounts(t, await estate.settle());
});

test('two workers of one process on one directory: each closes for itself', async (t) => {
  await using estate = await Estate.open(t, 'os');
  let closed = 0;
  await estate.run('writer.ts', plan('app', { workers: 2, bursts: 15 }), {
    onLine(line, kill) {
      if (line.startsWith('closed') && ++closed === 3) kill();
    },
  });
  assert.deepEqual(sendersOf(estate), {
    'app.0': ['app.0'],
    'app.1': ['app.1'],
    'app.2': ['app.2'],
  });
  assert.deepEqual(readdirSync(estate.common.spool), [], 'all is settled');
  const counts = await estate.settle();
  assert.deepEqual([counts.adopted, counts.duplicates], [0, 0]);
  reportCounts(t, counts);
});

test('workers that are terminated while the process lives: what they were promised is delivered by a later process', async (t) => {
  await using estate = await Estate.open(t, 'os');
  await estate.sink.goAway();
  await estate.run('writer.ts', plan('app', { workers: 2, bursts: 20, terminate: true, closeTimeoutMs: 0 }), {
    onLine(line, kill) {
      if (line === 'closed app.0') kill();
    },
  });
  assert.deepEqual([...estate.promised.keys()].sort(), ['app.0', 'app.1', 'app.2']);
  assert.equal(readdirSync(estate.common.spool).length, 3);
  const counts = await estate.settle();
  assert.ok((counts.adopted ?? 0) >= (counts.acknowledged ?? 0));
  reportCounts(t, counts);
});

test('a living process takes over from one that was killed, without being restarted', {
  skip: !IS_LONG && 'the long form only: it looks every 10 s',
}, async (t) => {
  await using estate = await Estate.open(t, 'os', { withFile: true });
  const { sink } = estate;
  sink.judge = ({ from }) => (from === 'heir.0' ? 'take' : { status: 503 });
  let kill = (): void => {};
  const living = estate.run('writer.ts', plan('heir', { bursts: 1, closeTimeoutMs: undefined }), {
    onLine: (_, end) => (kill = end),
  });
  await sink.until(({ taken }) => taken.length > 0);
  let durable = 0;
  await estate.run('writer.ts', plan('dead'), {
    onLine(line, end) {
      if (line.startsWith('durable') && ++durable === 5) end();
    },
  });
  await sink.until(() => (sendersOf(estate)['heir.0'] ?? []).includes('dead.0'));
  kill();
  await living;
  reportCounts(t, await estate.settle());
});

const DIE_AT = path.join(import.meta.dirname, 'children', 'die-at.ts');

/** A life that ends by kill -9 while events are pending, run by `wrapper`. */
async function shortLife(estate: Estate, who: string, wrapper: readonly string[]): Promise<void> {
  const env = { DIE_AT: JSON.stringify({ under: path.resolve(estate.common.spool), call: 18, torn: false }) };
  const nodeArgs = ['--import', DIE_AT];
  const { code } = await estate.run('life.ts', { who, seed: 1 }, { env, nodeArgs, wrapper });
  assert.equal(code, 137);
}

/** Ends with 137 if the command was killed. */
const SHELL = ['sh', '-c', '"$@"; exit $?', 'sh'];

const pidIn = (name: string): number => Number(name.split('-')[2]);

test('leftovers of a process with the same pid in the same namespace are adopted at once', async (t) => {
  const namespace = await pidNamespace(t);
  if (namespace === undefined) return;
  await using estate = await Estate.open(t, 'os');
  await estate.sink.goAway();
  await shortLife(estate, 'one', namespace.withPid(4711));
  await shortLife(estate, 'two', namespace.withPid(4711));
  assert.deepEqual(ownersIn(estate).map(pidIn), [4711, 4711], 'what the second had taken over, and its own');
  const counts = await estate.settle({ wrapper: namespace.withPid(4711) });
  assert.ok((counts.adopted ?? 0) >= (counts.acknowledged ?? 0));
  reportCounts(t, counts);
});

test('leftovers of a container that was restarted are adopted 30 s after its last heartbeat, and not before', async (t) => {
  const [before, after] = [await pidNamespace(t), await pidNamespace(t)];
  if (before === undefined || after === undefined) return;
  await using estate = await Estate.open(t, 'os');
  await estate.sink.goAway();
  await shortLife(estate, 'one', before.withPid(4711));
  const left = ownersIn(estate);
  const early = await estate.run('heir.ts', { who: 'early', seed: 1 }, { wrapper: after.withPid(4711) });
  assert.equal(JSON.parse(early.lines[0] ?? '').stats.adopted, 0);
  assert.deepEqual(ownersIn(estate), left);
  const silentSince = Date.now() / 1000 - 31;
  utimesSync(path.join(estate.common.spool, left[0] ?? '', 'heartbeat'), silentSince, silentSince);
  const counts = await estate.settle({ wrapper: after.withPid(4711) });
  assert.ok((counts.adopted ?? 0) >= (counts.acknowledged ?? 0));
  reportCounts(t, counts);
});

test('leftovers of an earlier process that had our own pid are adopted, where there are no namespaces', async (t) => {
  await using estate = await Estate.open(t, 'os');
  const { spool, endpoint } = estate.common;
  await estate.sink.goAway();
  await shortLife(estate, 'one', SHELL);
  const [name = ''] = ownersIn(estate);
  const [boot, namespace, , , start, token] = name.split('-');
  const ours = [boot, namespace, process.pid, process.pid, Number(start) - 1000, token].join('-');
  renameSync(path.join(spool, name), path.join(spool, ours));
  await estate.sink.comeBack();
  const events = new EventLogger({ delivery: 'durable', spool, endpoint, headers: { 'x-from': 'we' } });
  await events.flush();
  assert.ok(events.stats().adopted > 0);
  assert.deepEqual((await events.close()).pending, 0);
  reportCounts(t, await estate.settle());
});
