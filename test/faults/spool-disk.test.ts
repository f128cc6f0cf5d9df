import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Spool } from '../../src/spool/spool.ts';
import type { SpoolOptions } from '../../src/spool/spool-options.ts';
import { runNode } from '../harness/run-node.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { drain, HEADER, inWords, segmentsIn } from '../spool/fields.ts';

interface Watched {
  readonly spool: Spool;
  readonly errors: string[];
  readonly dropped: string[];
}

function watched(t: TestContext, options: SpoolOptions): Watched {
  const errors: string[] = [];
  const dropped: string[] = [];
  const spool = new Spool({
    retryMs: 5,
    onError: ({ code, message }) => errors.push(`${code} ${/: (E\w+)/.exec(message)?.[1] ?? ''}`.trim()),
    onSettled: (_source, settlement) => {
      if (settlement.outcome.column !== 'acked') dropped.push(inWords(settlement));
    },
    ...options,
  });
  t.after(() => spool.close());
  return { spool, errors, dropped };
}

function fill(spool: Spool, from: number, to: number, size = 1000): string[] {
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  const texts = Array.from({ length: to - from }, (_, index) => `event ${from + index}`.padEnd(size));
  for (const text of texts) spool.append(kind, Buffer.from(text));
  return texts;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('a full disk: events wait in memory, are reported once, and are written in order when there is space', async (t) => {
  const disk = smallDisk(t, '256k');
  if (disk === undefined) return;
  const ballast = path.join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(120 * 1024));
  const { spool, errors, dropped } = watched(t, { spool: path.join(disk, 'spool'), tailBytes: 0 });
  const texts = fill(spool, 0, 200);
  await turn();
  assert.deepEqual([spool.failing, errors], [true, ['SPOOL_UNWRITABLE ENOSPC']]);
  texts.push(...fill(spool, 200, 210));
  const durable = spool.durable();
  await turn();
  assert.equal(errors.length, 1, 'once an outage');
  rmSync(ballast);
  await durable;
  assert.equal(spool.failing, false);
  spool.close();
  const after = watched(t, { spool: path.join(disk, 'spool') });
  const [leftover] = await after.spool.adoptLeftovers();
  const cursor = leftover?.cursor('a');
  assert.deepEqual(cursor === undefined ? [] : drain(cursor), texts);
  assert.deepEqual([dropped, after.errors], [[], []]);
  after.spool.close();
});

test('a full disk and a full memory: the oldest go, counted, and the rest is written', async (t) => {
  const disk = smallDisk(t, '256k');
  if (disk === undefined) return;
  const ballast = path.join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(200 * 1024));
  const { spool, errors, dropped } = watched(t, {
    spool: path.join(disk, 'spool'),
    segmentBytes: 16 * 1024,
    maxMemoryBytes: 64 * 1024,
  });
  const texts = fill(spool, 0, 200);
  await turn();
  texts.push(...fill(spool, 200, 300));
  assert.deepEqual(errors, ['SPOOL_UNWRITABLE ENOSPC', 'QUEUE_FULL']);
  rmSync(ballast);
  await spool.durable();
  const found = drain(spool.cursor('a'));
  const lost = dropped.reduce((sum, line) => sum + Number(line.split(' ')[2]), 0);
  assert.ok(lost > 0 && found.length > 40, `${lost} lost, ${found.length} found`);
  assert.equal(found.length + lost, 300);
  assert.deepEqual(
    found,
    texts.filter((text) => found.includes(text)),
    'in order',
  );
  assert.deepEqual(found.at(-1), texts.at(-1));
  spool.close();
});

test('a read-only directory: memory serves, one report; written when it can be', async (t) => {
  const disk = smallDisk(t, '256k');
  if (disk === undefined) return;
  mkdirSync(path.join(disk, 'spool'));
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  const { spool, errors } = watched(t, { spool: path.join(disk, 'spool') });
  const texts = fill(spool, 0, 10);
  await turn();
  assert.deepEqual(errors, ['SPOOL_UNWRITABLE EROFS']);
  assert.equal(spool.directory, undefined);
  const first = spool.cursor('a').read(3000);
  assert.equal(first?.count, 3, 'delivery goes on from memory');
  spool.cursor('a').ack(first?.to ?? 0);
  execFileSync('mount', ['-o', 'remount,rw', disk]);
  await spool.durable();
  spool.close();
  const after = watched(t, { spool: path.join(disk, 'spool') });
  const cursor = (await after.spool.adoptLeftovers())[0]?.cursor('a');
  assert.deepEqual(cursor === undefined ? [] : drain(cursor), texts.slice(3));
  after.spool.close();
});

test('a path that is no directory: the same', async (t) => {
  const file = path.join(tempDir(t), 'file');
  writeFileSync(file, '');
  const { spool, errors } = watched(t, { spool: path.join(file, 'spool') });
  const texts = fill(spool, 0, 10);
  await turn();
  assert.deepEqual(errors, ['SPOOL_UNWRITABLE ENOTDIR']);
  assert.deepEqual(drain(spool.cursor('a')), texts);
});

for (const level of ['os', 'disk'] as const) {
  test(`a directory that vanishes, at level ${level}: what is in memory is written again elsewhere`, async (t) => {
    const directory = path.join(tempDir(t), 'spool');
    const { spool, errors, dropped } = watched(t, { spool: directory, durability: level });
    const texts = fill(spool, 0, 10);
    await spool.durable();
    const first = spool.cursor('a').read(2000);
    spool.cursor('a').ack(first?.to ?? 0);
    const gone = spool.directory;
    rmSync(directory, { recursive: true });
    texts.push(...fill(spool, 10, 20));
    await spool.durable();
    assert.ok(![gone, undefined].includes(spool.directory), 'it has moved');
    assert.deepEqual([errors, dropped], [[], []]);
    spool.close();
    const after = watched(t, { spool: directory });
    const cursor = (await after.spool.adoptLeftovers())[0]?.cursor('a');
    assert.deepEqual(cursor === undefined ? [] : drain(cursor), texts.slice(2));
  });
}

test('an idle spool finds out at the heartbeat that its directory is gone, and writes again what memory has', async (t) => {
  const directory = path.join(tempDir(t), 'spool');
  const { spool } = watched(t, { spool: directory, heartbeatMs: 20 });
  const texts = fill(spool, 0, 10);
  await spool.durable();
  const gone = spool.directory;
  rmSync(directory, { recursive: true });
  await pause(100);
  assert.ok(![gone, undefined].includes(spool.directory), 'it has moved');
  spool.close();
  const after = watched(t, { spool: directory });
  const cursor = (await after.spool.adoptLeftovers())[0]?.cursor('a');
  assert.deepEqual(cursor === undefined ? [] : drain(cursor), texts);
});

test('a directory that vanishes with more than memory holds: the difference is counted', async (t) => {
  const directory = path.join(tempDir(t), 'spool');
  const { spool, dropped } = watched(t, { spool: directory, segmentBytes: 8192, tailBytes: 16_384 });
  const texts = fill(spool, 0, 100);
  await spool.durable();
  rmSync(directory, { recursive: true });
  texts.push(...fill(spool, 100, 101));
  await spool.durable();
  const found = drain(spool.cursor('a'));
  assert.ok(found.length > 5 && found.length < 30, `${found.length}`);
  assert.deepEqual(found, texts.slice(-found.length));
  assert.deepEqual(dropped, [`a dropped(spool_lost) ${101 - found.length}`]);
});

test('a directory that is moved away was taken over by nobody: what memory has is delivered and kept again', async (t) => {
  const base = tempDir(t);
  const directory = path.join(base, 'spool');
  const { spool, dropped } = watched(t, { spool: directory });
  const texts = fill(spool, 0, 5);
  await spool.durable();
  renameSync(directory, path.join(base, 'moved'));
  mkdirSync(directory);
  texts.push(...fill(spool, 5, 10));
  await spool.durable();
  assert.deepEqual([drain(spool.cursor('a')), dropped], [texts, []]);
});

test('a segment that is removed under a living spool: it goes on in a new one, and what is missing is counted and reported', async (t) => {
  const directory = tempDir(t);
  const { spool, errors, dropped } = watched(t, { spool: directory, segmentBytes: 8192, tailBytes: 0 });
  const texts = fill(spool, 0, 20);
  await spool.durable();
  const home = spool.directory;
  for (const file of segmentsIn(spool).slice(-2)) rmSync(file);
  texts.push(...fill(spool, 20, 40));
  await spool.durable();
  const found = drain(spool.cursor('a'));
  const missing = texts.length - found.length;
  assert.ok(missing > 0 && missing < 16, `${missing}`);
  const first = found.findIndex((text, index) => text !== texts[index]);
  assert.deepEqual(found, [...texts.slice(0, first), ...texts.slice(first + missing)], 'one stretch');
  assert.deepEqual(
    [dropped, errors, spool.directory],
    [[`a dropped(corrupt) ${missing}`], ['SPOOL_CORRUPT'], home],
  );
});

test('drop-oldest: only the laggard loses records, and it hears once of a burst', async (t) => {
  const errors: string[] = [];
  const dropped = new Map<string, number>();
  const spool = new Spool({
    spool: tempDir(t),
    maxBytes: 100_000,
    segmentBytes: 16_384,
    tailBytes: 16_384,
    onError: ({ code, message }) => errors.push(`${code} ${/for (\w)/.exec(message)?.[1]}`),
    onSettled: (_source, { sink, count, outcome }) => {
      if (outcome.column === 'dropped') dropped.set(sink, (dropped.get(sink) ?? 0) + count);
    },
  });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['slow', 'quick']);
  let quick = 0;
  for (let index = 0; index < 1000; index++) {
    spool.append(kind, Buffer.from(`event ${index}`.padEnd(1000)));
    if (index % 20 === 0) quick += drain(spool.cursor('quick')).length;
  }
  quick += drain(spool.cursor('quick')).length;
  assert.equal(quick, 1000);
  const slow = drain(spool.cursor('slow'));
  assert.deepEqual([...dropped], [['slow', 1000 - slow.length]]);
  assert.ok(slow.length >= 60 && slow.length <= 100, `${slow.length}`);
  assert.equal(slow.at(-1)?.trim(), 'event 999');
  assert.deepEqual(errors, ['QUEUE_FULL s']);
});

for (const directory of [true, false]) {
  test(`drop-newest ${directory ? 'on disk' : 'in memory'}: what is there stays, new records are refused`, (t) => {
    const [said, settled]: [string[], string[]] = [[], []];
    const spool = new Spool({
      ...(directory ? { spool: tempDir(t) } : {}),
      maxBytes: 50_000,
      onFull: 'drop-newest',
      onSettled: (_source, settlement) => settled.push(inWords(settlement)),
      onError: ({ code, message }) => said.push(`${code} ${/for (\w)/.exec(message)?.[1]}`),
    });
    t.after(() => spool.close());
    spool.cursor('idle');
    const [kind, both] = [['a'], ['a', 'idle']].map((sinks) => spool.kind('logs', HEADER, 'x', sinks));
    assert.ok(kind && both);
    const masks = Array.from({ length: 100 }, (_, index) =>
      spool.append(kind, Buffer.from(`${index}`.padEnd(964))),
    );
    const taken = masks.filter((mask) => mask !== 0).length;
    assert.ok(taken > 40 && taken < 60, `${taken}`);
    assert.deepEqual(masks, [...Array(taken).fill(kind.mask), ...Array(100 - taken).fill(0)]);
    assert.equal(spool.append(both, Buffer.alloc(964)), both.mask & ~kind.mask, 'the idle one takes it');
    assert.deepEqual([said, settled], [['QUEUE_FULL a'], []], 'once a burst; the mask says the rest');
    const found = drain(spool.cursor('a'));
    assert.deepEqual([found.length, found[0]?.trim()], [taken, '0']);
    assert.deepEqual(settled, [`a acked ${taken}`]);
    assert.equal(spool.append(kind, Buffer.from('again')), kind.mask);
  });
}

test('what is in flight stays when the oldest go', (t) => {
  const dropped: number[] = [];
  const spool = new Spool({
    maxBytes: 50_000,
    onSettled: (_source, { count, outcome }) => {
      if (outcome.column === 'dropped') dropped.push(count);
    },
  });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  for (let index = 0; index < 10; index++) spool.append(kind, Buffer.alloc(964));
  const cursor = spool.cursor('a');
  const batch = cursor.read(5 * 964);
  for (let index = 0; index < 500; index++) spool.append(kind, Buffer.alloc(964));
  cursor.rewind();
  assert.equal(cursor.read(), batch);
  cursor.ack(batch?.to ?? 0);
  const found = drain(cursor).length;
  assert.equal(5 + found + dropped.reduce((sum, count) => sum + count, 0), 510);
});

test('records older than maxAgeMs go, counted', async (t) => {
  const clock = { now: 1_000_000 };
  const dropped: string[] = [];
  const spool = new Spool({
    maxAgeMs: 60_000,
    heartbeatMs: 20,
    now: () => clock.now,
    onSettled: (_source, settlement) => dropped.push(inWords(settlement)),
  });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  for (const text of ['1', '2', '3']) {
    spool.append(kind, Buffer.from(text));
    await turn();
    clock.now += 25_000;
  }
  await pause(100);
  assert.deepEqual(dropped, ['a dropped(expired) 1']);
  assert.deepEqual(drain(spool.cursor('a')), ['2', '3']);
});

test('after close() appends are refused; what only memory held is counted as dropped', (t) => {
  const { spool, dropped, errors } = watched(t, {});
  fill(spool, 0, 3);
  assert.equal(spool.isClosed, false);
  spool.close();
  assert.equal(spool.append(spool.kind('logs', HEADER, 'x', ['a']), Buffer.from('late')), 0);
  assert.equal(spool.isClosed, true);
  assert.deepEqual([dropped, errors], [['a dropped(closed) 3'], []]);
});

test('a place where nothing can be made, with all that is above it there: the app goes on, and is told', {
  skip: process.platform !== 'linux' && 'there is no /proc',
}, async () => {
  const { stdout, stderr, code } = await runNode(
    `import { EventLogger } from '../../src/index.ts';
     const events = new EventLogger({
       delivery: 'none', logLevel: 'none', spool: '/proc/spool', quarantine: '/proc/bad', bufferDirectory: '/proc/buffer',
       onError: ({ code }) => console.log(code),
     });
     events.log('one', {}, { outputPath: '/proc/output' });
     await events.flush({ timeoutMs: 300 });
     await events.close({ timeoutMs: 50 });
     console.log(JSON.stringify(events.stats().total.dropped));`,
    { timeoutMs: 20_000 },
  );
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /SPOOL_UNWRITABLE\n/);
  assert.match(stdout, /\n\{"closed":1\}\n$/);
});
