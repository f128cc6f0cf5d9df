import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { eraseFile } from '../../../src/erase/erase-file.ts';
import { PersonMatch } from '../../../src/erase/person-match.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { line } from '../../viewer/files/event-lines.ts';

const THEIRS = `${line({ name: 'one', attributes: { 'user.id': 'ada' } })}\n`;
const OTHERS = `${line({ name: 'one', attributes: { 'user.id': 'ben' } })}\n`;
const STAYS =
  ': all of it stays; put a whole one in its place, or drop what cannot be read with --drop-unreadable';
const ADA = new PersonMatch({ users: ['ada'], sessions: [] });

test('a file that somebody writes to meanwhile stays as it is', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl');
  writeFileSync(file, THEIRS + OTHERS);
  let written = '';
  const onRead = (): void => {
    if (written !== '') return;
    written = OTHERS;
    appendFileSync(file, written);
  };
  assert.deepEqual(await eraseFile(file, ADA, { dryRun: false, onRead }), {
    found: 1,
    erased: 0,
    problem: 'it was written to meanwhile: run this again',
  });
  assert.deepEqual(
    [readFileSync(file, 'utf8'), readdirSync(base)],
    [THEIRS + OTHERS + OTHERS, ['events.jsonl']],
  );
});

test('a file with a line that is too long to be read stays as it is: the line may be of somebody else', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl.gz');
  const long = Buffer.alloc(256 * 1024 * 1024 + 1, 'x');
  const level = constants.Z_BEST_SPEED;
  const packed = gzipSync(Buffer.concat([Buffer.from(THEIRS), long, Buffer.from(`\n${OTHERS}`)]), { level });
  writeFileSync(file, packed);
  assert.deepEqual(await eraseFile(file, ADA, { dryRun: false }), {
    found: 1,
    erased: 0,
    problem: `1 line too long to be read${STAYS}`,
  });
  assert.deepEqual([readFileSync(file).equals(packed), readdirSync(base)], [true, ['events.jsonl.gz']]);
});

test('a packed file that is damaged in its middle stays as it is, unless what cannot be read is to go', async (t) => {
  const base = tempDir(t);
  const half = `{"resourceLogs":[{"half`;
  for (const [pack, unpack] of [
    [gzipSync, gunzipSync],
    [zstdCompressSync, zstdDecompressSync],
  ] as const) {
    const file = path.join(base, 'events.jsonl.gz');
    const members = [pack(THEIRS + OTHERS), pack(OTHERS), pack(OTHERS)];
    members[1]?.fill(0xff, 10, 60);
    const damaged = Buffer.concat(members);
    writeFileSync(file, damaged);
    const problem = `it breaks off in line 3${STAYS}`;
    assert.deepEqual(await eraseFile(file, ADA, { dryRun: false }), { found: 1, erased: 0, problem });
    assert.ok(readFileSync(file).equals(damaged));
    const todo = { dropUnreadable: true };
    const dropped = { found: 1, problem: undefined, dropped: 'it breaks off in line 3' };
    assert.deepEqual(await eraseFile(file, ADA, { ...todo, dryRun: true }), { ...dropped, erased: 0 });
    assert.ok(readFileSync(file).equals(damaged));
    assert.deepEqual(await eraseFile(file, ADA, { ...todo, dryRun: false }), { ...dropped, erased: 1 });
    assert.equal(String(unpack(readFileSync(file))), OTHERS);
  }
  // Nothing of hers can be read; what cannot may be of her.
  const file = path.join(base, 'cut.jsonl.gz');
  writeFileSync(file, Buffer.concat([gzipSync(OTHERS + half), gzipSync(THEIRS).subarray(0, 12)]));
  const left = await eraseFile(file, ADA, { dryRun: false });
  assert.deepEqual(left, { found: 0, erased: 0, problem: `it breaks off in line 2${STAYS}` });
  const gone = await eraseFile(file, ADA, { dryRun: false, dropUnreadable: true });
  const dropped = 'it breaks off in line 2';
  assert.deepEqual(gone, { found: 0, erased: 0, problem: undefined, dropped });
  assert.equal(String(gunzipSync(readFileSync(file))), OTHERS + half);
});

test('a line that is damaged and holds the id stays with what it has of others, unless it is to go', async (t) => {
  const file = path.join(tempDir(t), 'events.jsonl');
  const [ada, ben] = [{ 'user.id': 'ada' }, { 'user.id': 'ben' }];
  const whole = line({ name: 'one', attributes: ada }, { name: 'two', attributes: ben });
  const torn = `${whole.slice(0, 60)}\0\0${whole.slice(62)}\n`;
  const bad = `${whole.replace('"severityNumber":9', '"severityNumber":"high"')}\n`;
  const foreign = 'user ada said\n';
  const text = OTHERS + torn + THEIRS + bad + foreign + OTHERS;
  writeFileSync(file, text);
  const problem =
    'an id in 3 lines of no OTLP/JSON (first: line 2): look at it, or drop it with --drop-unreadable';
  assert.deepEqual(await eraseFile(file, ADA, { dryRun: false }), { found: 1, erased: 1, problem });
  assert.equal(readFileSync(file, 'utf8'), OTHERS + torn + bad + foreign + OTHERS);
  const { dropped, ...counts } = await eraseFile(file, ADA, { dryRun: false, dropUnreadable: true });
  assert.deepEqual(counts, { found: 3, erased: 3, problem: undefined });
  assert.equal(dropped, 'an id in 3 lines of no OTLP/JSON (first: line 2)');
  // Of the line of which one record is no OTLP the other one can be read, and is of somebody else.
  const rest = readFileSync(file, 'utf8').split('\n');
  assert.deepEqual([rest[0], rest[2], rest[3], rest.length], [OTHERS.trim(), OTHERS.trim(), '', 4]);
  assert.match(rest[1] ?? '', /"eventName":"two"/);
  assert.ok(!rest[1]?.includes('ada'));
});

test('a line that is too long goes if what cannot be read is to go', async (t) => {
  const file = path.join(tempDir(t), 'events.jsonl');
  const handle = openSync(file, 'w');
  writeSync(handle, THEIRS);
  const piece = Buffer.alloc(16 * 1024 * 1024, 'x');
  for (let at = 0; at < 17; at++) writeSync(handle, piece);
  writeSync(handle, `\n${OTHERS}`);
  closeSync(handle);
  const { found, erased, dropped } = await eraseFile(file, ADA, { dryRun: false, dropUnreadable: true });
  assert.deepEqual([found, erased, dropped], [1, 1, '1 line too long to be read']);
  assert.equal(readFileSync(file, 'utf8'), OTHERS);
});
