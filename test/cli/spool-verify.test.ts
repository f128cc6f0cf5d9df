import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { DamageFiles } from '../../src/spool/disk/damage-files.ts';
import { SegmentScan } from '../../src/spool/log/read-segment.ts';
import { recoverSegment } from '../../src/spool/log/recover-segment.ts';
import type { Visit } from '../../src/spool/log/segment-reader.ts';
import { DeadLetters } from '../../src/spool/send/dead-letters.ts';
import { Spool } from '../../src/spool/spool.ts';
import { xxh32 } from '../../src/xxh32.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { segmentFiles } from '../spool/fields.ts';
import { cli, event, fill, onlySubDirectory, SHOP } from './spool-samples.ts';

interface Sample {
  readonly directory: string;
  /** The name of the sub-directory. */
  readonly name: string;
  readonly file: string;
  readonly bytes: Buffer;
}

/** A sub-directory that nobody owns, with one segment. */
async function sample(t: TestContext): Promise<Sample> {
  const directory = tempDir(t);
  (await fill(directory, { events: [1, 2, 3, 4, 5], sinks: ['otlp', 'archive'], settled: 1 })).close();
  const home = onlySubDirectory(directory);
  const [file = ''] = segmentFiles(home);
  return { directory, name: path.basename(home), file, bytes: readFileSync(file) };
}

test('a spool that is whole is', async (t) => {
  const { directory, name, file } = await sample(t);
  const { status, stdout, stderr } = await cli('verify', directory);
  assert.deepEqual([status, stderr], [0, '']);
  const [segment, cursors, sum] = stdout.split('\n');
  assert.equal(segment, `ok          ${name}/${path.basename(file)}  5 records`);
  assert.match(cursors ?? '', new RegExp(`^ok {10}${name}/cursors {2}otlp at 42949\\d{5}$`));
  assert.equal(sum, '2 ok, 0 damaged, 0 unreadable');
});

test('each stretch that is no record is told with its place, and a torn end is no damage', async (t) => {
  const { directory, name, file, bytes } = await sample(t);
  const places = [1, 3].map((number) => bytes.indexOf(event(number)) - 36);
  for (const place of places) bytes[place + 50] = (bytes[place + 50] ?? 0) ^ 1;
  writeFileSync(file, bytes.subarray(0, -1));
  const { status, stdout, stderr } = await cli('verify', directory);
  const size = 36 + event(2).length;
  const place = `${name}/${path.basename(file)}`;
  const gaps = places.map((offset) => `${size} bytes at offset ${offset}`).join(', ');
  const torn = `${size - 1} bytes at offset ${bytes.length - size}`;
  assert.deepEqual([status, stderr], [1, '']);
  assert.deepEqual(stdout.split('\n').slice(0, 1), [
    `damaged     ${place}  2 records, and not one: ${gaps}, and a write that was not finished: ${torn}`,
  ]);
  assert.match(stdout, /\n1 ok, 1 damaged, 0 unreadable\n$/);
});

test('cursors, definitions, foreign files, other versions and dead letters are checked', async (t) => {
  const { directory, name, file, bytes } = await sample(t);
  const home = path.dirname(file);
  const cursors = readFileSync(path.join(home, 'cursors'));
  cursors.fill(1, 0, 48);
  writeFileSync(path.join(home, 'cursors'), cursors);
  bytes[bytes.indexOf('archive')] = 0;
  bytes[bytes.indexOf('web-1')] = 0;
  writeFileSync(file, bytes);
  writeFileSync(path.join(home, '0000009999999998.seg'), 'something else');
  const later = Buffer.from(bytes.subarray(0, 24));
  later[7] = 9;
  later.writeUInt32LE(xxh32(new DataView(later.buffer, later.byteOffset, 24), 0, 16), 16);
  writeFileSync(path.join(home, '0000009999999999.seg'), later);
  const letters = path.join(directory, 'dead-letter');
  const request = toRequest(SHOP, [event(1)]);
  new DeadLetters(directory).add({
    time: '',
    sink: 'otlp',
    reason: 'http_400',
    signal: 'logs',
    name: 'x',
    request,
  });
  const [letter = ''] = readdirSync(letters);
  const line = readFileSync(path.join(letters, letter), 'utf8');
  writeFileSync(path.join(letters, letter), `${line}{"time":\n${line}{"ti`);
  const { status, stdout } = await cli('verify', directory);
  assert.equal(status, 1);
  const lines = stdout.trimEnd().split('\n');
  assert.match(
    lines.shift() ?? '',
    /^damaged {5}\S+\.seg {2}5 records, and not one: \d+ bytes at offset 24, \d+ bytes at offset \d+$/,
  );
  assert.deepEqual(lines, [
    `damaged     ${name}/0000009999999998.seg  not a segment`,
    `damaged     ${name}/0000009999999999.seg  a version that is not known here`,
    `damaged     ${name}  5 records without the definition of header 0: they are delivered without a resource`,
    `damaged     ${name}  5 records without the definition of sink 1: they wait under that name`,
    `damaged     ${name}/cursors  nothing valid for otlp: all that is left is sent again`,
    `damaged     dead-letter/${letter}  2 dead letters, and not one: line 2, and a write that was not finished`,
    '0 ok, 7 damaged, 0 unreadable',
  ]);
});

test('what cannot be read ends with 2, and the rest is checked all the same', async (t) => {
  const { directory, name, file } = await sample(t);
  mkdirSync(path.join(path.dirname(file), '0000000000000001.seg'));
  const { status, stdout, stderr } = await cli('verify', directory);
  assert.equal(status, 2);
  assert.match(
    stdout,
    new RegExp(`^unreadable {2}${name}/0000000000000001.seg {2}EISDIR, after 0 records\nok {10}`),
  );
  assert.equal(
    stderr,
    `otel-events spool verify: EISDIR: cannot read ${path.join(path.dirname(file), '0000000000000001.seg')}\n`,
  );
});

test('it finds what whoever adopts the directory would find, whatever is damaged', async (t) => {
  const { file, bytes } = await sample(t);
  const directory = path.join(tempDir(t), 'one');
  const trials = Number(process.env.SPOOL_FLIPS ?? 1_000);
  let damaged = 0;
  for (let trial = 0; trial < trials; trial++) {
    mkdirSync(directory);
    const copy = path.join(directory, path.basename(file));
    writeFileSync(copy, damage(bytes, trial));
    const scan = new SegmentScan(copy);
    const read = Array.from(scan.read(), ({ position }) => position);
    const damageFiles = new DamageFiles(path.dirname(directory));
    const recovered: number[] = [];
    const visit: Visit = ({ position }) => {
      recovered.push(position);
      return true;
    };
    await recoverSegment(copy, { holds: 'records', damageFiles, visit });
    assert.deepEqual([read, scan.damage], [recovered, damageFiles.damage], `trial ${trial}`);
    if (scan.damage.stretches > 0) damaged++;
    rmSync(directory, { recursive: true });
  }
  t.diagnostic(`${trials} trials, ${damaged} of them damaged`);
});

test('an owner may write on while its files are read', async (t) => {
  const directory = tempDir(t);
  const spool = new Spool({ spool: directory, segmentBytes: 64 * 1024 });
  let isOver = false;
  t.after(() => {
    isOver = true;
    spool.close();
  });
  const kind = spool.kind('logs', SHOP, 'cart.item_added', ['otlp']);
  const cursor = spool.cursor('otlp');
  const write = (): void => {
    if (isOver) return;
    for (let count = 0; count < 100; count++) spool.append(kind, event(count));
    const batch = cursor.read();
    if (batch !== undefined && cursor.pending > 1000) cursor.ack(batch.to);
    else cursor.rewind();
    setImmediate(write);
  };
  write();
  for (let round = 0; round < 3; round++) {
    for (const command of ['verify', 'ls', 'cat']) {
      const { status, stdout, stderr } = await cli(command, directory);
      assert.deepEqual([status, stderr], [0, ''], stdout.slice(0, 1000));
      // All that was there when it looked may be settled and gone when it reads.
      if (command !== 'cat') assert.notEqual(stdout, '');
    }
  }
});

/** Flips bits, cuts, fills with zeros, repeats or leaves out a stretch: by the number of the trial. */
function damage(bytes: Buffer, trial: number): Buffer {
  const random = randomOf(trial);
  const copy = Buffer.from(bytes);
  const [a, b] = [random(bytes.length), random(bytes.length)].sort((x, y) => x - y) as [number, number];
  if (trial % 5 === 0) return copy.subarray(0, a);
  if (trial % 5 === 1) return copy.fill(0, a);
  if (trial % 5 === 2) return Buffer.concat([copy.subarray(0, a), copy.subarray(b)]);
  if (trial % 5 === 3) return Buffer.concat([copy.subarray(0, b), copy.subarray(a)]);
  for (let flips = 0; flips < 3; flips++) {
    const place = random(bytes.length);
    copy[place] = (copy[place] ?? 0) ^ (1 << random(8));
  }
  return copy;
}

/** Mulberry32: the same numbers each time, so that a failure can be looked at. */
function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % limit;
  };
}
