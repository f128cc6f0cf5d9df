import assert from 'node:assert/strict';
import { constants } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { StorageOptions } from '../../src/delivery-options.ts';
import type { Damage } from '../../src/spool/disk/damage-files.ts';
import { Spool } from '../../src/spool/spool.ts';
import { type FailingIo, failingIo } from '../harness/fail-io.ts';
import { drain } from '../spool/fields.ts';

const { EACCES, EIO, EMFILE, ENOSPC, ESTALE } = constants.errno;
const SPOOL = JSON.stringify(path.join(import.meta.dirname, '../../src/spool/spool.ts'));
const FIELDS = JSON.stringify(path.join(import.meta.dirname, '../spool/fields.ts'));

interface Said {
  readonly errors: readonly string[];
  readonly settled: readonly string[];
  readonly noted: Readonly<Record<string, unknown>>;
}

/**
 * Runs `body` where I/O fails as it says, and ends without a word to the spool. It has a `spool` with one sink, `a`; `append(from, to)`, `until(what)`
 * and `note(name, value)`, for the test to look at.
 */
async function run(
  io: FailingIo,
  level: NonNullable<StorageOptions['durability']>,
  body: string,
): Promise<Said> {
  const { code, stdout, stderr } = await io.run(`
    import { readdirSync, statSync } from 'node:fs';
    import { setTimeout as pause } from 'node:timers/promises';
    import { Spool } from ${SPOOL};
    import { drain, HEADER, inWords, segmentsIn } from ${FIELDS};
    const said = { errors: [] as string[], settled: [] as string[], noted: {} as Record<string, unknown> };
    const note = (name: string, value: unknown): void => { said.noted[name] = value; };
    const spool = new Spool({
      spool: directory, durability: '${level}', retryMs: 2, segmentBytes: 4096, tailBytes: 0,
      onError: ({ code, message }) => said.errors.push((code + ' ' + (/: (E\\w+)/.exec(message)?.[1] ?? '')).trim()),
      onSettled: (_source, settlement) => said.settled.push(inWords(settlement)),
    });
    const kind = spool.kind('logs', HEADER, 'x', ['a']);
    const cursor = spool.cursor('a');
    const append = (from: number, to: number): void => {
      for (let index = from; index < to; index++) spool.append(kind, Buffer.from('event ' + index));
    };
    const until = async (what: () => boolean): Promise<void> => { while (!what()) await pause(1); };
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    // The spool's own timers do not keep a process alive.
    setInterval(() => {}, 60_000);
    ${body}
    console.log(JSON.stringify(said));
    process.exit();
  `);
  assert.deepEqual([code, stderr], [0, '']);
  return JSON.parse(stdout) as Said;
}

const events = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `event ${from + index}`);

interface Left {
  readonly texts: readonly string[];
  readonly damage: readonly Readonly<Damage>[];
}

/** What the next process finds, where nothing fails any more. */
async function left(t: TestContext, { directory }: FailingIo): Promise<Left> {
  const spool = new Spool({ spool: directory });
  t.after(() => spool.close());
  const leftovers = await spool.adoptLeftovers();
  const cursors = leftovers.map((leftover) => leftover.cursor('a'));
  return {
    texts: cursors.flatMap((cursor) => (cursor === undefined ? [] : drain(cursor))),
    damage: leftovers.map(({ damage }) => ({ ...damage, tornBytes: 0 })),
  };
}

const UNDAMAGED: Damage = { stretches: 0, bytes: 0, files: 0, tornBytes: 0 };

for (const level of ['os', 'disk'] as const) {
  for (const [name, rule] of [
    ['EIO', `write ${EIO} .seg`],
    ['EIO', `torn ${EIO} .seg`],
    ['ENOSPC', `torn ${ENOSPC} .seg`],
  ] as const) {
    test(`${rule.split(' ')[0]} fails with ${name} at level ${level}: reported once, kept in order, written later`, async (t) => {
      const io = failingIo(t);
      if (io === undefined) return;
      const { errors, settled, noted } = await run(
        io,
        level,
        `append(0, 50);
         await spool.durable();
         fail('${rule}');
         append(50, 150);
         await turn();
         const durable = spool.durable().then(() => note('durable', failures()));
         append(150, 200);
         await until(() => failures() >= 4);
         note('failing', spool.failing);
         note('early', said.noted.durable);
         const batch = cursor.read(1e6);
         note('read', [batch?.count, batch?.from]);
         note('last', Buffer.from(batch?.bytes ?? []).toString().slice(-9));
         cursor.rewind();
         fail();
         await durable;
         note('working', !spool.failing);
         append(200, 210);
         spool.close();`,
      );
      assert.deepEqual([errors, settled], [[`SPOOL_UNWRITABLE ${name}`], []]);
      assert.deepEqual([noted.failing, noted.early, noted.working], [true, undefined, true]);
      assert.deepEqual([(noted.read as number[])[0], noted.last], [200, 'event 199'], 'read all the same');
      assert.deepEqual(await left(t, io), { texts: events(0, 210), damage: [UNDAMAGED] });
    });
  }
}

for (const [what, part] of [
  ['of files', '.seg'],
  ['of anything', ''],
] as const) {
  test(`a sync ${what} that fails: durable() waits until all is in a new file, and nothing is there twice`, async (t) => {
    const io = failingIo(t);
    if (io === undefined) return;
    const { errors, settled, noted } = await run(
      io,
      'disk',
      `append(0, 20);
     await spool.durable();
     const inodes = (): number[] => segmentsIn(spool).map((file) => statSync(file).ino);
     note('before', inodes());
     fail('sync ${EIO} ${part}');
     append(20, 150);
     const durable = spool.durable().then(() => note('durable', true));
     await until(() => failures() >= 2);
     append(150, 200);
     await until(() => failures() >= 5);
     note('early', said.noted.durable);
     note('failing', spool.failing);
     fail();
     await durable;
     note('working', !spool.failing);
     note('after', inodes());
     append(200, 210);
     await spool.durable();`,
    );
    assert.deepEqual([errors, settled], [['SPOOL_UNWRITABLE EIO'], []], 'once, for as long as it lasts');
    assert.deepEqual([noted.early, noted.failing, noted.working], [undefined, true, true]);
    const [before, after] = [noted.before as number[], noted.after as number[]];
    assert.deepEqual(after.slice(0, before.length), before, 'what was synced stays');
    assert.ok(after.length > before.length, 'the rest is in new files');
    assert.deepEqual(await left(t, io), { texts: events(0, 210), damage: [UNDAMAGED] });
  });
}

test('a sync that fails at the very end is tried again in a new file', async (t) => {
  const io = failingIo(t);
  if (io === undefined) return;
  const { errors, noted } = await run(
    io,
    'disk',
    `fail('sync ${EIO} 4294967296.seg');
     append(0, 20);
     spool.close();
     note('failed', failures() > 0);`,
  );
  assert.deepEqual([errors, noted.failed], [[], true]);
  assert.deepEqual(await left(t, io), { texts: events(0, 20), damage: [UNDAMAGED] });
});

for (const [call, errno] of [
  ['read', EIO],
  ['open', EIO],
  ['open', EACCES],
  ['read', ESTALE],
] as const) {
  test(`a segment whose ${call} answers errno ${errno} is waited for, in order, and said once`, async (t) => {
    const io = failingIo(t);
    if (io === undefined) return;
    const { errors, settled, noted } = await run(
      io,
      'os',
      `append(0, 200);
     await spool.durable();
     const [, second = ''] = segmentsIn(spool);
     fail('${call} ${errno} ' + second);
     note('found', drain(cursor));
     append(200, 201);
     note('then', drain(cursor));
     fail();
     note('last', drain(cursor));
     spool.close();`,
    );
    const found = noted.found as string[];
    assert.ok(found.length > 20 && found.length < 150, `${found.length}`);
    assert.deepEqual(found, events(0, found.length));
    assert.deepEqual([noted.then, noted.last], [[], events(found.length, 201)]);
    // libuv has no name for ESTALE.
    const why = new Map([
      [EIO, ' EIO'],
      [EACCES, ' EACCES'],
    ]).get(errno);
    assert.deepEqual(errors, [`SPOOL_UNREADABLE${why ?? ''}`]);
    assert.ok(settled.every((words) => words.startsWith('a acked')));
    assert.deepEqual(await left(t, io), { texts: [], damage: [] });
  });
}

test('a segment that cannot be read until the end stays for the next process, with all behind it', async (t) => {
  const io = failingIo(t);
  if (io === undefined) return;
  const { settled, noted } = await run(
    io,
    'os',
    `append(0, 200);
     await spool.durable();
     fail('read ${EIO} ' + segmentsIn(spool)[1]);
     note('found', drain(cursor));
     note('pending', cursor.pending);
     spool.close();`,
  );
  const found = noted.found as string[];
  assert.deepEqual(
    [noted.pending, settled.some((words) => words.includes('dropped'))],
    [200 - found.length, false],
  );
  assert.deepEqual((await left(t, io)).texts, events(found.length, 200));
});

test('a segment that the device fails to read for a minute counts as corrupt at once; all others are delivered', async (t) => {
  const io = failingIo(t);
  if (io === undefined) return;
  const { errors, settled, noted } = await run(
    io,
    'os',
    `append(0, 200);
     await spool.durable();
     fail('read ${EIO} ' + segmentsIn(spool)[1]);
     const before = drain(cursor);
     const now = performance.now.bind(performance);
     performance.now = () => now() + 61_000;
     const batch = cursor.read(4);
     note('said', [...said.settled].filter((words) => words.includes('dropped')));
     cursor.rewind(batch);
     note('found', [...before, ...drain(cursor)]);
     append(200, 201);
     note('then', drain(cursor));
     note('pending', cursor.pending);
     spool.close();`,
  );
  const found = noted.found as string[];
  const missing = 200 - found.length;
  assert.ok(missing > 20 && missing < 150, `${missing}`);
  const first = found.findIndex((text, index) => text !== `event ${index}`);
  assert.deepEqual(found, [...events(0, first), ...events(first + missing, 200)], 'one stretch is missing');
  assert.deepEqual([noted.then, noted.pending], [['event 200'], 0]);
  assert.deepEqual(errors, ['SPOOL_UNREADABLE EIO', 'SPOOL_CORRUPT']);
  const dropped = [`a dropped(corrupt) ${missing}`];
  assert.deepEqual(noted.said, dropped, 'while what follows is in flight');
  assert.deepEqual(
    settled.filter((words) => words.includes('dropped')),
    dropped,
  );
  assert.deepEqual(await left(t, io), { texts: [], damage: [] });
});

test('a spool that is full drops what it cannot read, rather than grow', async (t) => {
  const io = failingIo(t);
  if (io === undefined) return;
  const { settled, noted } = await run(
    io,
    'os',
    `const small = new Spool({
       spool: directory + '/small', maxBytes: 16384, segmentBytes: 4096, tailBytes: 0,
       onSettled: (_source, settlement) => said.settled.push(inWords(settlement)),
     });
     const [one, of] = [small.kind('logs', HEADER, 'x', ['b']), small.cursor('b')];
     const put = (from: number, to: number): void => {
       for (let index = from; index < to; index++) small.append(one, Buffer.from('event ' + index));
     };
     put(0, 200);
     await small.durable();
     fail('read ${EACCES} ' + segmentsIn(small)[0]);
     put(200, 2000);
     await small.durable();
     note('lag', small.end - of.next);
     note('pending', of.pending);
     note('found', drain(of));`,
  );
  assert.ok((noted.lag as number) <= 16384, `${noted.lag}`);
  const found = noted.found as string[];
  assert.deepEqual(found, events(2000 - found.length, 2000));
  assert.equal(noted.pending, found.length);
  const counts = settled
    .map((words) => /^b (\w+)(?:\((\w+)\))? (\d+)$/.exec(words))
    .filter((match) => match !== null);
  const sum = (reason: string): number =>
    counts.reduce((total, [, , why = 'acked', count]) => total + (why === reason ? Number(count) : 0), 0);
  assert.ok(sum('corrupt') > 20 && sum('queue_full') > 0);
  assert.equal(sum('corrupt') + sum('queue_full') + sum('acked'), 2000);
});

test('want of files for a moment loses nothing: reading goes on where it stopped', async (t) => {
  const io = failingIo(t);
  if (io === undefined) return;
  const { settled, noted } = await run(
    io,
    'os',
    `append(0, 200);
     await spool.durable();
     fail('open ${EMFILE} .seg');
     note('meanwhile', drain(cursor));
     fail();
     note('then', drain(cursor));
     spool.close();`,
  );
  assert.deepEqual([noted.meanwhile, noted.then], [[], events(0, 200)]);
  assert.ok(settled.every((words) => words.startsWith('a acked')));
});

test('a leftover that cannot be read stays for the next process, and is reported', async (t) => {
  const io = failingIo(t);
  if (io === undefined) return;
  await run(io, 'os', 'append(0, 200); await spool.durable();');
  const { errors, settled, noted } = await run(
    io,
    'os',
    `const [dead = ''] = readdirSync(directory).filter((name) => !spool.directory?.endsWith(name));
     const files = readdirSync(directory + '/' + dead).filter((name) => name.endsWith('.seg')).sort();
     fail('read ${EIO} ' + files[1]);
     const [leftover] = await spool.adoptLeftovers();
     const old = leftover?.cursor('a');
     note('found', old === undefined ? [] : drain(old));
     note('pending', leftover?.sinks);
     spool.close();`,
  );
  const found = noted.found as string[];
  assert.ok(found.length > 50 && found.length < 180, `${found.length}`);
  assert.deepEqual([errors, noted.pending], [['SPOOL_CORRUPT'], []]);
  assert.ok(settled.every((words) => words.startsWith('a acked')));
  const { texts } = await left(t, io);
  assert.deepEqual(
    texts,
    events(0, 200).filter((text) => !found.includes(text)),
    'the rest, and nothing twice',
  );
});
