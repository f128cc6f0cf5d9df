import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { constants, gzipSync } from 'node:zlib';
import { eraseFile } from '../../../src/erase/erase-file.ts';
import { PersonMatch } from '../../../src/erase/person-match.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { line } from '../../viewer/files/event-lines.ts';

const THEIRS = `${line({ name: 'one', attributes: { 'user.id': 'ada' } })}\n`;
const OTHERS = `${line({ name: 'one', attributes: { 'user.id': 'ben' } })}\n`;
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
    problem: 'a line is too long to be read: take it out, and run this again',
  });
  assert.deepEqual([readFileSync(file).equals(packed), readdirSync(base)], [true, ['events.jsonl.gz']]);
});

test('of a packed file that breaks off, what can be read is done, and told', async (t) => {
  const file = path.join(tempDir(t), 'events.jsonl.gz');
  const whole = gzipSync(THEIRS + OTHERS);
  writeFileSync(file, Buffer.concat([whole, whole.subarray(0, 40)]));
  const { found, erased, problem } = await eraseFile(file, ADA, { dryRun: false });
  assert.deepEqual([found, erased, problem], [1, 1, 'it breaks off']);
});
