import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { OtelEventsError } from '../../src/errors.ts';
import { segmentName } from '../../src/spool/log/layout.ts';
import type { Leftover } from '../../src/spool/owner/leftover.ts';
import { Spool } from '../../src/spool/spool.ts';
import { xxh32 } from '../../src/xxh32.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { drain, HEADER, inWords, segmentFiles } from '../spool/fields.ts';

interface Sample {
  readonly file: Buffer;
  readonly name: string;
  readonly texts: readonly string[];
  /** Where each data record ends in the file. */
  readonly ends: readonly number[];
}

/** One segment with definitions in the middle too. */
async function sample(t: TestContext): Promise<Sample> {
  const spool = new Spool({ spool: tempDir(t) });
  const texts = Array.from({ length: 30 }, (_, index) => `event ${index} ${'x'.repeat(index)}`);
  const ends: number[] = [];
  for (const [index, text] of texts.entries()) {
    spool.append(spool.kind('logs', HEADER, `name ${index % 5}`, ['a']), Buffer.from(text));
    ends.push(24 + spool.end - 2 ** 32);
  }
  await spool.durable();
  const [file = ''] = segmentFiles(spool.directory ?? '');
  const bytes = readFileSync(file);
  spool.close();
  assert.equal(bytes.length, ends.at(-1));
  return { file: bytes, name: path.basename(file), texts, ends };
}

/** Gives a directory with these files to a spool as a leftover. */
function offer(base: string, index: number, files: Record<string, Buffer>): string {
  const directory = path.join(base, `free-${String(index).padStart(16, '0')}`);
  mkdirSync(directory);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(path.join(directory, name), bytes);
  return directory;
}

function drainAll(leftover: Leftover | undefined): string[] {
  const cursors = (leftover?.sinks ?? []).map((sink) => leftover?.cursor(sink));
  return cursors.flatMap((cursor) => (cursor === undefined ? [] : drain(cursor)));
}

test('cut at any byte, a segment gives every record before the cut, and nothing else', async (t) => {
  const { file, name, texts, ends } = await sample(t);
  const base = tempDir(t);
  const errors: string[] = [];
  const spool = new Spool({ spool: base, onError: ({ code }) => errors.push(code) });
  t.after(() => spool.close());
  for (let size = 0; size <= file.length; size++) {
    offer(base, size, { [name]: file.subarray(0, size) });
    const [leftover] = await spool.adoptLeftovers();
    const whole = ends.filter((end) => end <= size).length;
    assert.deepEqual(drainAll(leftover), texts.slice(0, whole), `cut at ${size}`);
    assert.equal(leftover?.isDone ?? true, true);
  }
  assert.deepEqual(errors, [], 'a torn end is nothing unusual');
  assert.deepEqual(
    readdirSync(base).filter((entry) => path.join(base, entry) !== spool.directory),
    [],
  );
  t.diagnostic(`${file.length + 1} cuts`);
});

test('with random bits flipped, only records that were touched are missing, and nothing corrupt is delivered', async (t) => {
  const { file, name, texts } = await sample(t);
  const base = tempDir(t);
  const spool = new Spool({ spool: base });
  t.after(() => spool.close());
  const trials = Number(process.env.SPOOL_FLIPS ?? 2_000);
  let missing = 0;
  for (let trial = 0; trial < trials; trial++) {
    const bytes = Buffer.from(file);
    const flips = 1 + (trial % 3);
    for (let flip = 0; flip < flips; flip++) {
      const at = Math.floor(Math.random() * bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
    }
    offer(base, trial, { [name]: bytes });
    const [leftover] = await spool.adoptLeftovers();
    const found = drainAll(leftover);
    assert.deepEqual(
      found,
      texts.filter((text) => found.includes(text)),
    );
    assert.ok(
      found.length >= texts.length - flips,
      `${texts.length - found.length} missing after ${flips} flips`,
    );
    missing += texts.length - found.length;
  }
  t.diagnostic(`${trials} trials, ${missing} records missing of ${trials * texts.length}`);
});

test('random bytes are never taken for records', async (t) => {
  const base = tempDir(t);
  const spool = new Spool({ spool: base });
  t.after(() => spool.close());
  for (let trial = 0; trial < 100; trial++) {
    const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(1 + trial * 20)));
    offer(base, trial, { [segmentName(2 ** 32)]: bytes });
    assert.deepEqual(await spool.adoptLeftovers(), []);
  }
});

test('a damaged stretch goes to the quarantine and is reported once', async (t) => {
  const { file, name, texts, ends } = await sample(t);
  const errors: OtelEventsError[] = [];
  const base = tempDir(t);
  const spool = new Spool({ spool: base, onError: (error) => errors.push(error) });
  t.after(() => spool.close());
  const bytes = Buffer.from(file);
  bytes.fill(0xff, ends[9], ends[12]);
  const directory = offer(base, 1, { [name]: bytes });
  const [leftover] = await spool.adoptLeftovers();
  assert.deepEqual(drainAll(leftover), [...texts.slice(0, 10), ...texts.slice(13)]);
  assert.deepEqual(leftover?.damage, {
    stretches: 1,
    bytes: (ends[12] ?? 0) - (ends[9] ?? 0),
    files: 0,
    tornBytes: 0,
  });
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['SPOOL_CORRUPT'],
  );
  assert.ok(errors[0] instanceof OtelEventsError);
  const [kept = ''] = readdirSync(path.join(base, 'quarantine'));
  assert.match(kept, new RegExp(`${name}\\.${ends[9]}$`));
  assert.deepEqual(readFileSync(path.join(base, 'quarantine', kept)), bytes.subarray(ends[9], ends[12]));
  assert.ok(!readdirSync(base).includes(path.basename(directory)));
});

test('a record inside a record is not taken for one when the outer one is damaged', async (t) => {
  const inner = await sample(t);
  const source = new Spool({ spool: tempDir(t) });
  source.append(source.kind('logs', HEADER, 'x', ['a']), inner.file);
  source.append(source.kind('logs', HEADER, 'x', ['a']), Buffer.from('after'));
  await source.durable();
  const [file = ''] = segmentFiles(source.directory ?? '');
  const bytes = readFileSync(file);
  source.close();
  bytes[250] = (bytes[250] ?? 0) ^ 1;
  const base = tempDir(t);
  const spool = new Spool({ spool: base });
  t.after(() => spool.close());
  offer(base, 1, { [path.basename(file)]: bytes });
  const [leftover] = await spool.adoptLeftovers();
  assert.deepEqual(drainAll(leftover), ['after']);
});

test('a file of an unknown version is set aside; empty and foreign files are ignored', async (t) => {
  const { file, name, texts } = await sample(t);
  const future = Buffer.from(file);
  future[7] = 9;
  future.writeUInt32LE(xxh32(new DataView(future.buffer, future.byteOffset), 0, 16), 16);
  const base = tempDir(t);
  const errors: string[] = [];
  const spool = new Spool({ spool: base, onError: ({ code }) => errors.push(code) });
  t.after(() => spool.close());
  const foreign = Buffer.from('somebody else wrote this');
  offer(base, 1, {
    [name]: file,
    [segmentName(2 ** 33)]: future,
    [segmentName(2 ** 34)]: Buffer.alloc(0),
    'notes.txt': foreign,
  });
  mkdirSync(path.join(base, 'a directory of somebody else'));
  const [leftover] = await spool.adoptLeftovers();
  assert.deepEqual(drainAll(leftover), texts);
  assert.deepEqual(errors, ['SPOOL_CORRUPT']);
  const [aside = ''] = readdirSync(path.join(base, 'quarantine'));
  assert.deepEqual(readFileSync(path.join(base, 'quarantine', aside)), future);
  assert.deepEqual(readFileSync(path.join(leftover?.directory ?? '', 'notes.txt')), foreign);
  assert.deepEqual(readdirSync(leftover?.directory ?? ''), ['notes.txt']);
});

test('damage in a segment that is still being read is skipped and counted', async (t) => {
  const settled: string[] = [];
  const spool = new Spool({
    spool: tempDir(t),
    segmentBytes: 4096,
    tailBytes: 4096,
    onSettled: (_source, settlement) => settled.push(inWords(settlement)),
  });
  t.after(() => spool.close());
  const kind = spool.kind('logs', HEADER, 'x', ['a']);
  for (let index = 0; index < 200; index++) spool.append(kind, Buffer.from(`event ${index}`.padEnd(100)));
  await spool.durable();
  const [file = ''] = segmentFiles(spool.directory ?? '');
  const bytes = readFileSync(file);
  bytes.fill(0, 1000, 1010);
  writeFileSync(file, bytes);
  assert.equal(drain(spool.cursor('a')).length, 199);
  assert.deepEqual(
    settled.filter((words) => words.includes('dropped')),
    ['a dropped(corrupt) 1'],
  );
  assert.equal(spool.cursor('a').pending, 0);
});

test('a damaged cursor slot leaves the one before it', async (t) => {
  const source = new Spool({ spool: tempDir(t) });
  const kind = source.kind('logs', HEADER, 'x', ['a']);
  for (const text of ['1', '2', '3', '4']) source.append(kind, Buffer.from(text));
  await source.durable();
  const cursor = source.cursor('a');
  for (let index = 0; index < 3; index++) cursor.ack(cursor.read(1)?.to ?? 0);
  const base = tempDir(t);
  const copy = path.join(base, 'free-0000000000000001');
  cpSync(source.directory ?? '', copy, { recursive: true });
  source.close();
  const slots = readFileSync(path.join(copy, 'cursors'));
  // The third ack went to the odd slot.
  slots[24 + 9] = 1;
  writeFileSync(path.join(copy, 'cursors'), slots);
  const spool = new Spool({ spool: base });
  t.after(() => spool.close());
  const [leftover] = await spool.adoptLeftovers();
  assert.deepEqual(drainAll(leftover), ['3', '4']);
});
