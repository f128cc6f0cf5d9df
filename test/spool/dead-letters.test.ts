import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { OtelEventsError } from '../../src/errors.ts';
import { toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { type DeadLetter, DeadLetters, readDeadLetters } from '../../src/spool/send/dead-letters.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { ENVELOPE, logField, textsInRequest } from './sending.ts';

const MIB = 1024 * 1024;

const letter = (name: string, request: Uint8Array = toRequest(ENVELOPE, [logField(name)])): DeadLetter => ({
  time: '2026-01-02T03:04:05.678Z',
  sink: 'otlp',
  reason: 'http_400',
  signal: 'logs',
  name,
  answer: 'bad trace id',
  request,
});

const filesOf = (directory: string): string[] => readdirSync(path.join(directory, 'dead-letter'));
const namesOf = (directory: string): string[] =>
  [...readDeadLetters(directory)].map((found) => found.letter.name);

test('a refused record is one JSON line that holds a whole request, readable only for us', (t) => {
  const directory = path.join(tempDir(t), 'spool');
  assert.equal(new DeadLetters(directory).add(letter('cart.item_added')), true);
  const [file = ''] = filesOf(directory);
  assert.match(file, /^[0-9a-f]{16}\.jsonl$/);
  const whole = path.join(directory, 'dead-letter', file);
  assert.equal(statSync(path.dirname(whole)).mode & 0o777, 0o700);
  assert.equal(statSync(whole).mode & 0o777, 0o600);
  const text = readFileSync(whole, 'utf8');
  assert.equal(text.indexOf('\n'), text.length - 1);
  const { request, ...rest } = JSON.parse(text);
  assert.deepEqual(rest, {
    time: '2026-01-02T03:04:05.678Z',
    sink: 'otlp',
    reason: 'http_400',
    signal: 'logs',
    name: 'cart.item_added',
    answer: 'bad trace id',
  });
  assert.deepEqual(textsInRequest(Buffer.from(request, 'base64')), ['cart.item_added']);
});

test('what is read back is what was kept, with its file and line', (t) => {
  const directory = tempDir(t);
  const letters = new DeadLetters(directory);
  const { answer: _, ...silent } = letter('b');
  const kept = [letter('a'), { ...silent, signal: 'traces' as const }];
  for (const one of kept) letters.add(one);
  const found = [...readDeadLetters(directory)];
  assert.deepEqual(
    found.map(({ line }) => line),
    [1, 2],
  );
  assert.deepEqual(
    found.map((one) => ({ ...one.letter, request: Buffer.from(one.letter.request) })),
    kept.map((one) => ({ ...one, request: Buffer.from(one.request) })),
  );
  assert.equal(found[0]?.file, path.join(directory, 'dead-letter', filesOf(directory)[0] ?? ''));
});

test('of what the destination said 1,000 characters are kept', (t) => {
  const directory = tempDir(t);
  new DeadLetters(directory).add({ ...letter('a'), answer: 'x'.repeat(5000) });
  assert.equal([...readDeadLetters(directory)][0]?.letter.answer, 'x'.repeat(1000));
});

test('each writer has files of its own, the oldest are read first', (t) => {
  const directory = tempDir(t);
  const [first, second] = [new DeadLetters(directory), new DeadLetters(directory)];
  first.add(letter('1'));
  second.add(letter('2'));
  first.add(letter('3'));
  assert.equal(filesOf(directory).length, 2);
  assert.deepEqual(namesOf(directory).sort(), ['1', '2', '3']);
});

test('without a directory there are none', (t) => {
  assert.deepEqual([...readDeadLetters(path.join(tempDir(t), 'none'))], []);
});

test('cut at any byte, a file gives every line before the cut, and nothing else', (t) => {
  const directory = tempDir(t);
  const letters = new DeadLetters(directory);
  for (const name of ['a', 'b', 'ö']) letters.add(letter(name));
  const file = path.join(directory, 'dead-letter', filesOf(directory)[0] ?? '');
  const bytes = readFileSync(file);
  for (let size = 0; size <= bytes.length; size++) {
    writeFileSync(file, bytes.subarray(0, size));
    const cut = bytes.subarray(0, size).toString().split('\n').length - 1;
    // A line that lacks nothing but its line break is whole.
    const whole = bytes[size] === 0x0a ? cut + 1 : cut;
    assert.equal(namesOf(directory).length, whole, `cut at ${size}`);
  }
});

test('lines that are no dead letters are passed over', (t) => {
  const directory = tempDir(t);
  new DeadLetters(directory).add(letter('a'));
  const file = path.join(directory, 'dead-letter', filesOf(directory)[0] ?? '');
  appendFileSync(file, 'null\n[]\n{"time":1}\n{"signal":"metrics"}\n\n');
  writeFileSync(path.join(directory, 'dead-letter', 'notes.txt'), readFileSync(file));
  assert.deepEqual(namesOf(directory), ['a']);
});

test('a file gets no more at 8 MiB; at 64 MiB in the directory letters are only counted, reported once', (t) => {
  const directory = tempDir(t);
  const errors: OtelEventsError[] = [];
  const letters = new DeadLetters(directory, (error) => errors.push(error));
  const other = new DeadLetters(directory);
  const large = letter('large', Buffer.alloc(MIB));
  let kept = 0;
  while (kept < 100 && (kept % 2 === 0 ? letters : other).add(large)) kept++;
  assert.equal(namesOf(directory).length, kept);
  const sizes = filesOf(directory).map((file) => statSync(path.join(directory, 'dead-letter', file)).size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(total <= 64 * MIB && total > 61 * MIB, String(total));
  assert.ok(Math.max(...sizes) < 9.5 * MIB && Math.min(...sizes) > MIB, String(sizes));
  for (let count = 0; count < 3; count++) assert.equal(letters.add(large), false);
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['QUEUE_FULL'],
  );
  for (const file of filesOf(directory)) rmSync(path.join(directory, 'dead-letter', file));
  assert.equal(letters.add(letter('again')), true);
  assert.deepEqual(namesOf(directory), ['again']);
});

test('a directory that was removed is made again', (t) => {
  const directory = tempDir(t);
  const letters = new DeadLetters(directory);
  letters.add(letter('a'));
  rmSync(path.join(directory, 'dead-letter'), { recursive: true });
  assert.equal(letters.add(letter('b')), true);
  assert.deepEqual(namesOf(directory), ['b']);
});

test('what cannot be written is not kept, reported once until it works again, and never thrown', (t) => {
  const directory = tempDir(t);
  const errors: OtelEventsError[] = [];
  const letters = new DeadLetters(directory, (error) => {
    errors.push(error);
    throw error;
  });
  const inTheWay = path.join(directory, 'dead-letter');
  writeFileSync(inTheWay, 'a file');
  for (let count = 0; count < 2; count++) assert.equal(letters.add(letter('a')), false);
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['SPOOL_UNWRITABLE'],
  );
  assert.doesNotMatch(errors[0]?.message ?? '', /bad trace id/);
  rmSync(inTheWay);
  assert.equal(letters.add(letter('b')), true);
  rmSync(inTheWay, { recursive: true });
  writeFileSync(inTheWay, 'a file');
  assert.equal(letters.add(letter('c')), false);
  assert.equal(errors.length, 2);
});

test('a full disk tears no line: what was kept is whole, and it goes on when there is room', (t) => {
  const disk = smallDisk(t, '256k');
  if (disk === undefined) return;
  const errors: string[] = [];
  const letters = new DeadLetters(disk, ({ code }) => errors.push(code));
  const filler = path.join(disk, 'filler');
  writeFileSync(filler, Buffer.alloc(128 * 1024));
  let kept = 0;
  while (kept < 1000 && letters.add(letter(`${kept}`, Buffer.alloc(3000)))) kept++;
  assert.ok(kept > 10 && kept < 1000, `${kept} kept`);
  assert.equal(letters.add(letter('no room', Buffer.alloc(3000))), false);
  assert.deepEqual(errors, ['SPOOL_UNWRITABLE']);
  rmSync(filler);
  assert.equal(letters.add(letter('behind', Buffer.alloc(3000))), true);
  assert.deepEqual(namesOf(disk), [...Array.from({ length: kept }, (_, index) => `${index}`), 'behind']);
  const [file = ''] = filesOf(disk);
  const lines = readFileSync(path.join(disk, 'dead-letter', file), 'utf8')
    .trimEnd()
    .split('\n');
  assert.equal(lines.length, kept + 1, 'no torn line in between');
});
