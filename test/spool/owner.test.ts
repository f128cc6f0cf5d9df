import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { currentOwner, directoryName, fateOf, type Owner, ownerOf } from '../../src/spool/owner/owner.ts';
import { Spool } from '../../src/spool/spool.ts';
import type { SpoolOptions } from '../../src/spool/spool-options.ts';
import { runNode } from '../harness/run-node.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { drain, HEADER, inWords } from './fields.ts';

const us = currentOwner();
const SPOOL = JSON.stringify(path.join(import.meta.dirname, '../../src/spool/spool.ts'));

/** A spool of `owner` that holds one record, closed by nobody. */
async function leave(
  t: TestContext,
  directory: string,
  owner: Owner,
  options: SpoolOptions = {},
): Promise<Spool> {
  const spool = new Spool({ spool: directory, owner, ...options });
  t.after(() => spool.close());
  spool.append(spool.kind('logs', HEADER, 'left', ['a']), Buffer.from(`left by ${owner.pid}`));
  await spool.durable();
  return spool;
}

function open(t: TestContext, options: SpoolOptions): Spool {
  const spool = new Spool(options);
  t.after(() => spool.close());
  return spool;
}

test('an owner goes into a directory name and comes out of it', () => {
  assert.deepEqual(ownerOf(directoryName(us)), us);
  assert.equal(ownerOf('quarantine'), undefined);
});

test('this thread is alive; the same ids with another start are dead; other boots and namespaces cannot be told', () => {
  assert.equal(fateOf(us, us), 'alive');
  assert.equal(fateOf({ ...us, start: `${Number(us.start) - 1}` }, us), 'dead');
  assert.equal(fateOf({ ...us, pid: 4_194_305, thread: 4_194_305 }, us), 'dead');
  assert.equal(fateOf({ ...us, boot: 'abc' }, us), 'unknown');
  assert.equal(fateOf({ ...us, namespace: '1' }, us), 'unknown');
});

test('leftovers of a process with our own pid, started earlier, are adopted', async (t) => {
  const directory = tempDir(t);
  await leave(t, directory, { ...us, start: `${Number(us.start) - 1000}` });
  const spool = open(t, { spool: directory, now: () => 42 });
  const [leftover] = await spool.adoptLeftovers();
  assert.deepEqual(leftover?.sinks, ['a']);
  assert.equal(leftover?.cursor('a')?.pending, 1);
  const batch = leftover?.cursor('a')?.read();
  assert.deepEqual(batch?.names, ['left']);
  assert.equal(Buffer.from(batch?.bytes ?? []).toString(), `left by ${us.pid}`);
  assert.notEqual(batch?.timesMs[0], 42, 'the time of the append is kept');
  leftover?.cursor('a')?.ack(batch?.to ?? 0);
  assert.ok(!existsSync(leftover?.directory ?? ''));
});

test('a living owner is left alone; one adopter of many gets a dead one', async (t) => {
  const directory = tempDir(t);
  await leave(t, directory, us);
  await leave(t, directory, { ...us, pid: 4_194_305, thread: 4_194_305 });
  const adopters = Array.from({ length: 5 }, () => open(t, { spool: directory }));
  const adopted = await Promise.all(adopters.map((spool) => spool.adoptLeftovers()));
  assert.deepEqual(adopted.map(({ length }) => length).sort(), [0, 0, 0, 0, 1]);
});

test('an owner of another namespace is dead 30 s after its last heartbeat', async (t) => {
  const directory = tempDir(t);
  const other = await leave(t, directory, { ...us, namespace: '1' });
  const clock = { now: Date.now() };
  const spool = open(t, { spool: directory, now: () => clock.now });
  assert.equal((await spool.adoptLeftovers()).length, 0);
  clock.now += 31_000;
  const beat = new Date(clock.now);
  utimesSync(path.join(other.directory ?? '', 'heartbeat'), beat, beat);
  assert.equal((await spool.adoptLeftovers()).length, 0);
  clock.now += 31_000;
  const [leftover] = await spool.adoptLeftovers();
  assert.deepEqual(leftover?.sinks, ['a']);
});

test('the clock moved back an hour: a living owner is left alone, a dead one found by its silence', async (t) => {
  const directory = tempDir(t);
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const living = await leave(t, directory, { ...us, namespace: '1' }, { now });
  // Its own timer would beat after the last assertion only.
  const beat = (): void => {
    const time = new Date(clock.now);
    utimesSync(path.join(living.directory ?? '', 'heartbeat'), time, time);
  };
  beat();
  clock.now -= 3_600_000;
  const spool = open(t, { spool: directory, now });
  assert.equal((await spool.adoptLeftovers()).length, 0, 'its heartbeat is an hour ahead');
  beat();
  clock.now += 20_000;
  assert.equal((await spool.adoptLeftovers()).length, 0, 'it has beaten by the new clock');
  assert.ok(existsSync(living.directory ?? ''));
  clock.now += 31_000;
  assert.equal((await spool.adoptLeftovers()).length, 1, 'silent for 30 s');
});

test('an owner whose directory was taken over notices, moves out, and nothing is lost', async (t) => {
  const directory = tempDir(t);
  const settled: string[] = [];
  const slow = await leave(
    t,
    directory,
    { ...us, namespace: '1' },
    {
      onSettled: (_source, settlement) => settled.push(inWords(settlement)),
    },
  );
  // Before it is taken over: the owner may notice at any moment after that.
  const lost = slow.directory;
  const spool = open(t, { spool: directory, now: () => Date.now() + 31_000 });
  const [leftover] = await spool.adoptLeftovers();
  slow.append(slow.kind('logs', HEADER, 'later', ['a']), Buffer.from('written after the loss'));
  await slow.durable();
  assert.ok(![lost, undefined].includes(slow.directory), 'it has moved');
  assert.deepEqual(settled, ['a handedOver 1']);
  assert.deepEqual(drain(slow.cursor('a')), ['written after the loss']);
  const cursor = leftover?.cursor('a');
  assert.deepEqual(cursor === undefined ? [] : drain(cursor), [`left by ${us.pid}`]);
});

test('a leftover that is taken from its adopter is not delivered by it', async (t) => {
  const directory = tempDir(t);
  await leave(t, directory, { ...us, pid: 4_194_305, thread: 4_194_305 });
  const settled: string[] = [];
  const spool = open(t, {
    spool: directory,
    onSettled: (_source, settlement) => settled.push(inWords(settlement)),
  });
  const [leftover] = await spool.adoptLeftovers();
  renameSync(leftover?.directory ?? '', path.join(directory, directoryName({ ...us, namespace: '1' })));
  assert.equal(leftover?.cursor('a')?.read(), undefined);
  assert.deepEqual([leftover?.isDone, settled], [true, ['a handedOver 1']]);
});

test('close() leaves what is pending to the next spool of the same process, and removes an empty directory', async (t) => {
  const directory = tempDir(t);
  (await leave(t, directory, us)).close();
  const second = open(t, { spool: directory });
  const [leftover] = await second.adoptLeftovers();
  assert.deepEqual(leftover?.sinks, ['a']);
  second.close();
  const third = open(t, { spool: directory });
  const [again] = await third.adoptLeftovers();
  const cursor = again?.cursor('a');
  assert.deepEqual(cursor === undefined ? [] : drain(cursor), [`left by ${us.pid}`]);
  third.close();
  assert.deepEqual(readdirSync(directory), []);
});

test('names that only look like ours do no harm', async (t) => {
  const directory = tempDir(t);
  mkdirSync(path.join(directory, 'free-0123456789abcdef'));
  mkdirSync(path.join(directory, directoryName({ ...us, start: '1' })));
  const spool = open(t, { spool: directory });
  assert.deepEqual(await spool.adoptLeftovers(), []);
  assert.deepEqual(readdirSync(directory), [path.basename(spool.directory ?? '')]);
});

/** Appends 500 records and ends without a word. */
const writer = (directory: string, who: string): string => `
  const { Spool } = await import(${SPOOL});
  const spool = new Spool({ spool: ${JSON.stringify(directory)} });
  const header = { resource: Buffer.from('r'), scope: Buffer.from('s') };
  const kind = spool.kind('logs', header, ${JSON.stringify(who)}, ['a']);
  for (let index = 0; index < 500; index++) {
    spool.append(kind, Buffer.from('${who} ' + index));
    if (index % 50 === 0) await spool.durable();
  }
  spool.flushSync();
`;

const expected = ['one', 'two'].flatMap((who) =>
  Array.from({ length: 500 }, (_, index) => `${who} ${index}`),
);

async function drainLeftovers(t: TestContext, directory: string): Promise<string[]> {
  const leftovers = await open(t, { spool: directory }).adoptLeftovers();
  return leftovers
    .flatMap((leftover) => leftover.sinks.map((sink) => leftover.cursor(sink)))
    .flatMap((cursor) => (cursor === undefined ? [] : drain(cursor)));
}

test('two processes on one directory do not meet, and a later one finds the records of both', async (t) => {
  const directory = tempDir(t);
  const ends = await Promise.all(['one', 'two'].map((who) => runNode(writer(directory, who))));
  assert.deepEqual(
    ends.map(({ code, stderr }) => [code, stderr]),
    [
      [0, ''],
      [0, ''],
    ],
  );
  assert.deepEqual((await drainLeftovers(t, directory)).sort(), expected.toSorted());
});

test('two worker threads on one directory do not meet, and their process finds what both left', async (t) => {
  const directory = tempDir(t);
  const ends = ['one', 'two'].map((who) => {
    const worker = new Worker(`(async () => {${writer(directory, who)}})()`, { eval: true });
    return new Promise((resolve) => worker.on('exit', resolve));
  });
  assert.deepEqual(await Promise.all(ends), [0, 0]);
  assert.deepEqual((await drainLeftovers(t, directory)).sort(), expected.toSorted());
});
