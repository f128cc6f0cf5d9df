import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { RecordSource } from '../../src/spool/log/cursor.ts';
import { DEFINES, emptyView, KIND, PREAMBLE_BYTES, readRecord } from '../../src/spool/log/layout.ts';
import type { Found } from '../../src/spool/log/outcome.ts';
import { Outbox } from '../../src/spool/outbox.ts';
import { currentOwner, directoryName } from '../../src/spool/owner/owner.ts';
import { Spool } from '../../src/spool/spool.ts';
import type { SpoolOptions } from '../../src/spool/spool-options.ts';
import { xxh32 } from '../../src/xxh32.ts';
import { breakingDisk } from '../harness/breaking-disk.ts';
import { runNode } from '../harness/run-node.ts';
import { seeded } from '../harness/seeded.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { copyTree, drain, HEADER, inWords, segmentsIn } from './fields.ts';

/** An owner that a lookup finds dead. */
const DEAD = { ...currentOwner(), pid: 4_194_305, thread: 4_194_305, start: '1' };

/** A closed spool with three records for `a` and `b`; `damage` is done to each of its files before that. */
async function leave(
  t: TestContext,
  options: SpoolOptions = {},
  damage: (bytes: Buffer, index: number) => void = () => {},
): Promise<string> {
  const directory = tempDir(t);
  const spool = new Spool({ spool: directory, ...options });
  for (const text of ['one', 'two', 'three']) {
    spool.append(spool.kind('logs', HEADER, `n.${text}`, ['a', 'b']), Buffer.from(text));
  }
  await spool.durable();
  for (const [index, file] of segmentsIn(spool).entries()) {
    const bytes = readFileSync(file);
    damage(bytes, index);
    writeFileSync(file, bytes);
  }
  spool.close();
  return directory;
}

/** A spool that adopts what was left, and all it says. */
async function adopt(t: TestContext, directory: string, options: SpoolOptions = {}) {
  const settled: string[] = [];
  const found: (Found & { readonly source: RecordSource })[] = [];
  const errors: string[] = [];
  const spool = new Spool({
    spool: directory,
    onSettled: (source, settlement) =>
      settled.push(`${source === spool ? 'own' : 'left'} ${inWords(settlement)}`),
    onFound: (source, record) => found.push({ ...record, source }),
    onError: ({ code }) => errors.push(code),
    ...options,
  });
  t.after(() => spool.close());
  const [leftover] = await spool.adoptLeftovers();
  return { spool, leftover, settled, found, errors };
}

/** Where the records lie in a file that are data, or define `defines`. */
function recordsIn(bytes: Buffer, defines?: number): { readonly from: number; readonly to: number }[] {
  const base = Number(bytes.readBigUInt64LE(8));
  const view = emptyView();
  const records = [];
  for (let at = PREAMBLE_BYTES; at < bytes.length; at = view.to) {
    assert.equal(readRecord(bytes, at, bytes.length, base + at - PREAMBLE_BYTES, view), undefined);
    const isWanted = defines === undefined ? view.kind !== KIND.definition : view.defines === defines;
    if (isWanted) records.push({ from: at, to: view.to });
  }
  return records;
}

function flip(bytes: Buffer, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
}

test('records whose sink is not known wait under its bit, and can be dropped', async (t) => {
  const directory = await leave(t, {}, (bytes) => {
    flip(bytes, recordsIn(bytes, DEFINES.sink)[1]?.from ?? 0);
  });
  const { leftover, settled } = await adopt(t, directory);
  assert.deepEqual(leftover?.sinks, ['a', 'sink 1']);
  assert.deepEqual(drain(leftover.cursor('a') ?? assert.fail()), ['one', 'two', 'three']);
  assert.equal(leftover.isDone, false);
  leftover.drop('sink 1', 'unserved');
  assert.deepEqual(settled, ['left a acked 3', 'left sink 1 dropped(unserved) 3']);
  assert.deepEqual([leftover.isDone, existsSync(leftover.directory)], [true, false]);
});

test('a definition that is damaged is taken from a later segment, for what came before it too', async (t) => {
  const directory = await leave(t, { segmentBytes: 160 }, (bytes, index) => {
    if (index > 0) return;
    const definitions = [DEFINES.sink, DEFINES.name].map((defines) => recordsIn(bytes, defines)[0]);
    for (const definition of definitions) flip(bytes, definition?.from ?? 0);
  });
  const { leftover, found } = await adopt(t, directory);
  assert.deepEqual(leftover?.sinks, ['a', 'b']);
  assert.deepEqual(
    found.map(({ name, sinks, source }) => [name, sinks, source === leftover]),
    [
      ['n.two', ['a', 'b'], true],
      ['n.three', ['a', 'b'], true],
      // The name is in no other segment.
      ['(other)', ['a', 'b'], true],
    ],
  );
  const batch = leftover?.cursor('a')?.read();
  assert.deepEqual(batch?.names, ['(other)', 'n.two', 'n.three']);
});

test('records for no sink do not keep a leftover', async (t) => {
  const directory = await leave(t, {}, (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (const { from, to } of recordsIn(bytes)) {
      view.setUint32(from + 24, 0, true);
      view.setUint32(from, xxh32(view, from + 4, to), true);
    }
  });
  const { leftover, errors, found } = await adopt(t, directory);
  assert.deepEqual([leftover, errors, found], [undefined, [], []]);
});

test('what is older than maxAgeMs in a leftover goes, counted, before it is read and while it waits', async (t) => {
  const clock = { now: 1_000_000 };
  const now = (): number => clock.now;
  const source = new Spool({ spool: tempDir(t), now });
  const directory = path.dirname(source.directory ?? '');
  const kind = source.kind('logs', HEADER, 'x', ['a']);
  for (const text of ['1', '2', '3']) {
    source.append(kind, Buffer.from(text));
    await source.durable();
    await new Promise((resolve) => setImmediate(resolve));
    clock.now += 10_000;
  }
  source.close();
  const { leftover, settled, found } = await adopt(t, directory, { now, maxAgeMs: 25_000, heartbeatMs: 20 });
  assert.deepEqual([found.length, settled], [3, ['left a dropped(expired) 1']]);
  const held = leftover?.cursor('a')?.read(1);
  clock.now += 20_000;
  await pause(100);
  assert.deepEqual(settled.slice(1), ['left a dropped(expired) 1'], 'not what is in flight');
  leftover?.cursor('a')?.ack(held?.to ?? 0);
  assert.deepEqual([settled.at(-1), leftover?.isDone], ['left a acked 1', true]);
});

test('a leftover that somebody else took is handed over, but for what is in flight', async (t) => {
  const { leftover, settled } = await adopt(t, await leave(t));
  const cursor = leftover?.cursor('a');
  const batch = cursor?.read(1, 1);
  const name = directoryName({ boot: '', namespace: '1', pid: 1, thread: 1, start: '1' });
  renameSync(leftover?.directory ?? '', path.join(path.dirname(leftover?.directory ?? ''), name));
  assert.equal(cursor?.read(), undefined);
  assert.deepEqual(settled, ['left a handedOver 2', 'left b handedOver 3']);
  cursor?.ack(batch?.to ?? 0);
  assert.deepEqual([settled[2], cursor?.pending], ['left a acked 1', 0]);
});

test('what is lost is told apart by its position from what is still there', async (t) => {
  const ends: number[] = [];
  const remaining: (boolean | undefined)[] = [];
  const { leftover } = await adopt(t, await leave(t), {
    onFound: (_source, { end }) => ends.push(end),
    onSettled: (_source, { positions, remains, sink }) => {
      if (sink === 'a' && positions === undefined) remaining.push(...ends.map((end) => remains?.(end)));
    },
  });
  leftover?.cursor('a')?.read(1, 1);
  leftover?.cursor('a')?.read(1, 1);
  renameSync(leftover?.directory ?? '', `${leftover?.directory}.away`);
  leftover?.beat(0);
  assert.deepEqual(remaining, [true, true, false]);
});

test('an outbox that closes while it takes over leaves it to the next one at once', async (t) => {
  const directory = await leave(t);
  const outbox = new Outbox({ spool: directory });
  await Promise.resolve();
  await outbox.close(0);
  const { leftover } = await adopt(t, directory);
  assert.deepEqual(leftover?.sinks, ['a', 'b']);
});

test('what was settled does not come again, although another sink has records that cannot be written', async (t) => {
  for (const fails of [false, true]) {
    const directory = tempDir(t);
    const killed = await runNode(
      `import fs from 'node:fs';
       import { syncBuiltinESMExports } from 'node:module';
       import { Spool } from '../../src/spool/spool.ts';
       import { HEADER } from '../spool/fields.ts';
       const write = fs.writeSync;
       let isFull = false;
       fs.writeSync = (fd, bytes, from, length, at) => {
         // A full disk still takes the place of a sink, which lies in bytes that are there.
         if (isFull && length !== 24) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
         return write(fd, bytes, from, length, at);
       };
       syncBuiltinESMExports();
       const spool = new Spool({ spool: ${JSON.stringify(directory)}, onError: () => {} });
       const [a, b] = ['a', 'b'].map((sink) => spool.kind('logs', HEADER, 'x', [sink]));
       spool.append(a, Buffer.from('for a'));
       await spool.durable();
       isFull = ${fails};
       const cursor = spool.cursor('a');
       const batch = cursor.read();
       spool.append(b, Buffer.from('for b'));
       cursor.ack(batch.to);
       process.kill(process.pid, 'SIGKILL');`,
    );
    assert.deepEqual([killed.signal, killed.stderr], ['SIGKILL', '']);
    const { leftover } = await adopt(t, directory);
    assert.deepEqual(leftover?.sinks ?? [], fails ? [] : ['b']);
  }
});

test('what a sink has taken from memory does not come again, but for the last batch, whatever write is the last', async (t) => {
  for (let last = 1; last <= 8; last++) {
    const directory = tempDir(t);
    const killed = await runNode(
      `import fs from 'node:fs';
       import { syncBuiltinESMExports } from 'node:module';
       import { Spool } from '../../src/spool/spool.ts';
       import { HEADER } from '../spool/fields.ts';
       const write = fs.writeSync;
       let [left, isArmed] = [${last}, false];
       fs.writeSync = (fd, ...rest) => {
         const count = write(fd, ...rest);
         if (isArmed && fd !== 1 && --left === 0) process.kill(process.pid, 'SIGKILL');
         return count;
       };
       syncBuiltinESMExports();
       const spool = new Spool({ spool: ${JSON.stringify(directory)} });
       const kind = spool.kind('logs', HEADER, 'x', ['a']);
       spool.append(kind, Buffer.from('0'));
       await spool.durable();
       for (const text of ['1', '2', '3', '4']) spool.append(kind, Buffer.from(text));
       isArmed = true;
       const cursor = spool.cursor('a');
       for (let batch = 0; batch < 5; batch++) {
         write(1, batch + ' ');
         cursor.ack(cursor.read(1).to);
       }
       setImmediate(() => process.exit(9));`,
    );
    const atLast = Number(killed.stdout.trim().split(' ').at(-1));
    const { leftover } = await adopt(t, directory);
    const cursor = leftover?.cursor('a');
    const again = cursor === undefined ? [] : drain(cursor);
    assert.ok(
      again.length === 0 || Number(again[0]) >= atLast,
      `in batch ${atLast} at write ${last}: ${again}`,
    );
  }
});

test('records that were written before a sync failed come before those after it, however many names there are', async (t) => {
  const directory = tempDir(t);
  using disk = breakingDisk(directory, seeded(1));
  const spool = new Spool({
    spool: directory,
    durability: 'disk',
    segmentBytes: 2048,
    owner: DEAD,
    onError: () => {},
  });
  const append = (text: string, name: string): number =>
    spool.append(spool.kind('logs', HEADER, name, ['a']), Buffer.from(text));
  // Their definitions take up more than the records that then lie alone in a file.
  for (let n = 0; n < 40; n++) append(`${n}`.padEnd(100), `a name of some length, number ${n}`);
  await spool.durable();
  const files = segmentsIn(spool).length;
  for (let n = 0; segmentsIn(spool).length === files; n++) {
    append(`more ${n}`.padEnd(100), 'x');
    await spool.durable();
  }
  disk.failsSync = true;
  append('written again', 'x');
  await new Promise((resolve) => setTimeout(resolve, 50));
  disk.failsSync = false;
  await spool.durable();
  append('last', 'x');
  await spool.durable();
  const copy = tempDir(t);
  copyTree(directory, copy);
  const whole = drain(spool.cursor('a'));
  spool.close();
  assert.equal(whole.at(-2), 'written again');
  const { leftover } = await adopt(t, copy);
  assert.deepEqual(drain(leftover?.cursor('a') ?? assert.fail()), whole);
});
