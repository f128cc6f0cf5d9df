import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setAside } from '../../src/exporters/backups.ts';
import type { BatchExporter } from '../../src/exporters/batch-exporter.ts';
import { type OtlpFileOptions, openOtlpFile } from '../../src/exporters/otlp-file.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { batchOf, namesIn, namesInFile } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';

const ROTATION = { maxBytes: 1024, maxDays: 0, maxBackups: 0, localTime: false };
const LINE = `${OtlpRequest.of(batchOf('whole')).json().toString()}\n`;
const BACKUP = /^events-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}\.jsonl$/;

async function open(t: TestContext, options: OtlpFileOptions): Promise<BatchExporter> {
  const exporter = await openOtlpFile(options);
  t.after(() => exporter.close(0));
  return exporter;
}

const fileIn = (dir: string): string => path.join(dir, 'events.jsonl');

/** All names in a directory, oldest file first, backups before the file itself. */
function namesInDir(dir: string): string[] {
  const backups = readdirSync(dir).filter((name) => BACKUP.test(name));
  return [...backups.sort(), 'events.jsonl'].flatMap((name) => namesInFile(path.join(dir, name)));
}

test('a batch is one line of OTLP/JSON, in the file when consume resolves', async (t) => {
  const file = fileIn(tempDir(t));
  const exporter = await open(t, { path: file });
  await exporter.consume(batchOf('a', 'b'));
  assert.equal(readFileSync(file, 'utf8'), `${OtlpRequest.of(batchOf('a', 'b')).json().toString()}\n`);
});

test('batches that come together are written in order', async (t) => {
  const file = fileIn(tempDir(t));
  const exporter = await open(t, { path: file });
  const names = Array.from({ length: 500 }, (_, index) => `n${index}`);
  await Promise.all(names.map((name) => exporter.consume(batchOf(name))));
  assert.deepEqual(namesInFile(file), names);
});

test('close writes what still waits', async (t) => {
  const file = fileIn(tempDir(t));
  const exporter = await openOtlpFile({ path: file });
  const writes = [exporter.consume(batchOf('a')), exporter.consume(batchOf('b'))];
  await exporter.close(1_000);
  await Promise.all(writes);
  assert.deepEqual(namesInFile(file), ['a', 'b']);
});

test('without append a file is emptied at start, with it or with rotation it is continued', async (t) => {
  for (const [options, expected] of [
    [{}, ['new']],
    [{ append: true }, ['whole', 'new']],
    [{ rotation: ROTATION }, ['whole', 'new']],
  ] as const) {
    const file = fileIn(tempDir(t));
    writeFileSync(file, LINE);
    const exporter = await open(t, { path: file, ...options });
    await exporter.consume(batchOf('new'));
    assert.deepEqual(namesInFile(file), expected);
  }
});

test('files are readable by their owner only', async (t) => {
  const file = fileIn(tempDir(t));
  await open(t, { path: file });
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('lines are not written behind messages, which nobody could read any more', async (t) => {
  const file = fileIn(tempDir(t));
  const messages = await openOtlpFile({ path: file, append: true, format: 'proto' });
  await messages.consume(batchOf('a'));
  await messages.close(0);
  const before = readFileSync(file);
  await assert.rejects(openOtlpFile({ path: file, append: true }), {
    code: 'EXPORT_FAILED',
    message: /it holds messages and no lines; rename it, or change the path$/,
  });
  assert.deepEqual(readFileSync(file), before);
  // What a crash has left empty is no message.
  writeFileSync(file, '\0'.repeat(64));
  const lines = await open(t, { path: file, append: true });
  await lines.consume(batchOf('b'));
  assert.deepEqual(namesIn(readFileSync(file, 'utf8').replace(/^[\s\0]+/, '')), ['b']);
});

test('a missing directory is made if that is asked for, and an error otherwise', async (t) => {
  const file = path.join(tempDir(t), 'a', 'b', 'events.jsonl');
  await assert.rejects(openOtlpFile({ path: file }), {
    code: 'EXPORT_FAILED',
    message: /could not open .*: ENOENT/,
  });
  await open(t, { path: file, createDirectory: true });
  assert.ok(existsSync(file));
});

const ENDS: readonly [string, string, string][] = [
  ['half a line of ours becomes blanks', LINE.slice(0, 40), ''],
  ['a few bytes of ours become blanks', LINE.slice(0, 3), ''],
  ['a whole line of ours gets its line break', LINE.slice(0, -1), LINE],
  ['a line of somebody else is kept and completed', 'not ours', 'not ours\n'],
  ['a line break at the end is left alone', LINE, LINE],
  ['half a line longer than a block becomes blanks', `{"resourceLogs":["${'x'.repeat(200_000)}`, ''],
];

for (const [name, end, expected] of ENDS) {
  test(`after a crash, ${name}`, async (t) => {
    const file = fileIn(tempDir(t));
    for (const before of ['', LINE]) {
      writeFileSync(file, before + end);
      const exporter = await open(t, { path: file, append: true });
      await exporter.consume(batchOf('next'));
      // Blanks are behind the line before, or in front of the first one: readers of JSON do not see them.
      const found = readFileSync(file, 'utf8').replace(/^ +| +$/gm, '');
      assert.equal(found, `${before}${expected}${OtlpRequest.of(batchOf('next')).json().toString()}\n`);
    }
  });
}

test('a file that would grow too large is set aside first', async (t) => {
  const dir = tempDir(t);
  const exporter = await open(t, { path: fileIn(dir), rotation: ROTATION });
  const names = Array.from({ length: 40 }, (_, index) => `n${index}`);
  for (const name of names) await exporter.consume(batchOf(name));
  assert.deepEqual(namesInDir(dir), names);
  const sizes = readdirSync(dir).map((name) => statSync(path.join(dir, name)).size);
  assert.ok(sizes.length > 3 && sizes.every((size) => size <= ROTATION.maxBytes), String(sizes));
  assert.ok(readdirSync(dir).every((name) => name === 'events.jsonl' || BACKUP.test(name)));
});

test('batches that come together are rotated too, none lost', async (t) => {
  const dir = tempDir(t);
  const exporter = await open(t, { path: fileIn(dir), rotation: ROTATION });
  const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
  await Promise.all(names.map((name) => exporter.consume(batchOf(name))));
  assert.deepEqual(namesInDir(dir), names);
  assert.ok(readdirSync(dir).every((name) => statSync(path.join(dir, name)).size <= ROTATION.maxBytes));
});

test('a line longer than a file may be is written alone', async (t) => {
  const dir = tempDir(t);
  const exporter = await open(t, { path: fileIn(dir), rotation: ROTATION });
  const long = 'x'.repeat(3_000);
  for (const name of ['a', long, 'b']) await exporter.consume(batchOf(name));
  assert.deepEqual(namesInDir(dir), ['a', long, 'b']);
  assert.equal(readdirSync(dir).length, 3);
});

test('backups beyond max_backups and older than max_days go; other files stay', async (t) => {
  const dir = tempDir(t);
  const day = (daysAgo: number) =>
    new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 23).replaceAll(':', '-');
  const backup = (daysAgo: number, suffix = '') => `events-${day(daysAgo)}${suffix}.jsonl`;
  // The OpenTelemetry Collector adds a reason to the name.
  const recent = [backup(1), backup(2, '-size')];
  const others = ['events-2.jsonl', 'events-2020-01-01.jsonl', 'other-2020-01-01T00-00-00.000.jsonl'];
  for (const name of [...recent, backup(3), backup(4), ...others]) writeFileSync(path.join(dir, name), '');
  await open(t, { path: fileIn(dir), rotation: { ...ROTATION, maxBackups: 2 } });
  assert.deepEqual(readdirSync(dir).sort(), [...others, ...recent, 'events.jsonl'].sort());

  for (const name of [backup(5), backup(8)]) writeFileSync(path.join(dir, name), '');
  await open(t, { path: fileIn(dir), rotation: { ...ROTATION, maxDays: 7 } });
  assert.equal(readdirSync(dir).filter((name) => BACKUP.test(name) || name.includes('-size')).length, 3);
});

test('backups are named in UTC, or in local time', async (t) => {
  const { TZ } = process.env;
  t.after(() => {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  });
  process.env.TZ = 'Asia/Tokyo';
  const ms = Date.UTC(2026, 10, 22, 20, 18, 53, 123);
  const dir = tempDir(t);
  for (const localTime of [false, true]) {
    writeFileSync(fileIn(dir), '');
    await setAside(fileIn(dir), localTime, ms);
  }
  const names = ['events-2026-11-22T20-18-53.123.jsonl', 'events-2026-11-23T05-18-53.123.jsonl'];
  assert.deepEqual(readdirSync(dir).sort(), names);
});

test('a file that is moved away is followed by a new one', async (t) => {
  const dir = tempDir(t);
  const exporter = await open(t, { path: fileIn(dir) });
  await exporter.consume(batchOf('a'));
  renameSync(fileIn(dir), path.join(dir, 'moved'));
  await exporter.consume(batchOf('b'));
  await exporter.consume(batchOf('c'));
  assert.deepEqual([...namesInFile(path.join(dir, 'moved')), ...namesInFile(fileIn(dir))], ['a', 'b', 'c']);
});

test('a file that is deleted costs nothing that comes after', async (t) => {
  const dir = tempDir(t);
  const exporter = await open(t, { path: fileIn(dir) });
  await exporter.consume(batchOf('a'));
  unlinkSync(fileIn(dir));
  await exporter.consume(batchOf('b'));
  assert.deepEqual(namesInFile(fileIn(dir)), ['b']);
});

test('a directory that is deleted is made again if that was asked for', async (t) => {
  const dir = path.join(tempDir(t), 'data');
  const exporter = await open(t, { path: fileIn(dir), createDirectory: true });
  rmSync(dir, { recursive: true });
  await exporter.consume(batchOf('a'));
  assert.deepEqual(namesInFile(fileIn(dir)), ['a']);
});

test('a directory that is away is an error that may be tried again', async (t) => {
  const dir = path.join(tempDir(t), 'data');
  mkdirSync(dir);
  const exporter = await open(t, { path: fileIn(dir) });
  renameSync(dir, `${dir}-away`);
  // The first one is in the file that was moved away with its directory.
  await exporter.consume(batchOf('a'));
  await assert.rejects(exporter.consume(batchOf('b')), { code: 'EXPORT_FAILED', retry: {} });
  mkdirSync(dir);
  await exporter.consume(batchOf('c'));
  assert.deepEqual(namesInFile(fileIn(dir)), ['c']);
  assert.deepEqual(namesInFile(path.join(`${dir}-away`, 'events.jsonl')), ['a']);
});

test('a file that is cut short by others goes on at its new end, and counts from there', async (t) => {
  const dir = tempDir(t);
  const exporter = await open(t, { path: fileIn(dir), rotation: { ...ROTATION, maxBytes: 3 * LINE.length } });
  for (let count = 0; count < 2; count++) await exporter.consume(batchOf('whole'));
  truncateSync(fileIn(dir));
  for (let count = 0; count < 3; count++) await exporter.consume(batchOf('whole'));
  assert.deepEqual(namesInFile(fileIn(dir)), ['whole', 'whole', 'whole']);
  assert.deepEqual(readdirSync(dir), ['events.jsonl']);
});

test('lines of another writer stay whole', async (t) => {
  const file = fileIn(tempDir(t));
  const exporter = await open(t, { path: file, append: true });
  await exporter.consume(batchOf('a'));
  appendFileSync(file, LINE);
  await exporter.consume(batchOf('b'));
  assert.deepEqual(namesIn(readFileSync(file, 'utf8')), ['a', 'whole', 'b']);
});
