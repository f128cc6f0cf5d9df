import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type FileExporterOptions, fileExporter } from '../../src/exporters/file.ts';
import { EventLogger, type EventRecord } from '../../src/index.ts';
import { testLogger } from '../../src/testing.ts';
import { runNode } from '../harness/run-node.ts';
import { smallDisk } from '../harness/small-disk.ts';
import { tempDir } from '../harness/temp-dir.ts';

const src = pathToFileURL(path.join(import.meta.dirname, '../../src')).href;

/** A logger that writes to a file, which is closed after the test. */
function logging(t: TestContext, options: FileExporterOptions): EventLogger {
  const events = new EventLogger({ delivery: 'none', logLevel: 'none', exporters: [fileExporter(options)] });
  t.after(() => events.close({ timeoutMs: 100 }));
  return events;
}

const fileIn = (dir: string): string => path.join(dir, 'events.jsonl');

/** The names of the events in a file; every line of it has to be whole. */
function namesIn(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  assert.ok(text === '' || text.endsWith('\n'), 'the last line is whole');
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { name: string }).name);
}

/** Names of the events in all files of a directory, backups first. */
function namesInDir(dir: string): string[] {
  const backups = readdirSync(dir).filter((name) => name !== 'events.jsonl');
  return [...backups.sort(), 'events.jsonl'].flatMap((name) => namesIn(path.join(dir, name)));
}

async function records(...names: string[]): Promise<readonly EventRecord[]> {
  const logger = testLogger();
  for (const name of names) logger.log(name);
  await logger.close();
  return logger.records;
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);
const { signal } = new AbortController();

test('each event is one line, in order, in a directory that is made', async (t) => {
  const file = path.join(tempDir(t), 'a', 'b', 'events.jsonl');
  const events = logging(t, { path: file });
  for (const name of numbered(1000)) events.log(name, { text: 'two\nlines' });
  assert.equal((await events.flush()).acked, 1000);
  assert.deepEqual(namesIn(file), numbered(1000));
  assert.ok(events.stats().sinks[`file:${file}`]);
});

test('the format decides what a line holds; otlp is a line of OTLP/JSON', async (t) => {
  const dir = tempDir(t);
  for (const [format, key] of [
    ['leip', 'aid'],
    ['edx', 'context'],
    ['otlp', 'resourceLogs'],
  ] as const) {
    const file = path.join(dir, format);
    const events = logging(t, { path: file, format });
    events.log('a');
    await events.close();
    assert.ok(key in JSON.parse(readFileSync(file, 'utf8')));
  }
});

test('what is in the file stays; half a line of a crash goes, a line of others is ended', async (t) => {
  const whole = '{"name":"before"}\n';
  for (const [found, expected] of [
    [whole, ['before', 'new']],
    [`${whole}{"name":"torn`, ['before', 'new']],
    [`${whole}{"name":"ended"}`, ['before', 'ended', 'new']],
  ] as const) {
    const file = fileIn(tempDir(t));
    writeFileSync(file, found);
    const events = logging(t, { path: file, format: 'edx' });
    events.log('new');
    await events.close();
    assert.deepEqual(namesIn(file), expected);
  }
});

test('rotation by size: no file is larger, nothing is lost, the oldest backups go', async (t) => {
  const dir = tempDir(t);
  const events = logging(t, { path: fileIn(dir), format: 'edx', rotation: { maxBytes: 2000 } });
  for (const name of numbered(200)) events.log(name);
  await events.flush();
  assert.deepEqual(namesInDir(dir), numbered(200));
  assert.ok(readdirSync(dir).length > 5);
  assert.ok(readdirSync(dir).every((name) => readFileSync(path.join(dir, name)).length <= 2000));

  const few = tempDir(t);
  const pruned = logging(t, { path: fileIn(few), rotation: { maxBytes: 2000, maxBackups: 2 } });
  for (const name of numbered(200)) pruned.log(name);
  await pruned.flush();
  assert.equal(readdirSync(few).length, 3);
});

test('rotation by age: a file that was made too long ago is set aside', async (t) => {
  const dir = tempDir(t);
  const events = logging(t, { path: fileIn(dir), format: 'edx', rotation: { maxAgeMs: 60 } });
  events.log('a');
  await events.flush();
  await sleep(80);
  events.log('b');
  await events.flush();
  assert.equal(readdirSync(dir).length, 2);
  assert.deepEqual(namesInDir(dir), ['a', 'b']);
  assert.deepEqual(namesIn(fileIn(dir)), ['b']);
});

test('a file that is moved or removed is followed by a new one', async (t) => {
  const dir = tempDir(t);
  const events = logging(t, { path: fileIn(dir), format: 'edx' });
  const log = async (name: string): Promise<void> => {
    events.log(name);
    await events.flush();
  };
  await log('a');
  renameSync(fileIn(dir), path.join(dir, 'moved'));
  await log('b');
  await log('c');
  assert.deepEqual([...namesIn(path.join(dir, 'moved')), ...namesIn(fileIn(dir))], ['a', 'b', 'c']);
  unlinkSync(fileIn(dir));
  await log('d');
  assert.deepEqual(namesIn(fileIn(dir)), ['d']);
});

test('SIGHUP, where the app listens to it, opens the file anew; one listener for all exporters, one for all loggers', async (t) => {
  const dir = tempDir(t);
  const before = process.listenerCount('SIGHUP');
  const heard: string[] = [];
  const listener = (): number => heard.push('app');
  process.on('SIGHUP', listener);
  t.after(() => process.off('SIGHUP', listener));
  const loggers = ['x', 'y'].map((name) => logging(t, { path: path.join(dir, name), format: 'edx' }));
  for (const events of loggers) {
    events.log('a');
    await events.flush();
  }
  // The app's, that of files, and that of loggers, which flush at a signal.
  assert.equal(process.listenerCount('SIGHUP'), before + 3);
  renameSync(path.join(dir, 'x'), path.join(dir, 'moved'));
  process.kill(process.pid, 'SIGHUP');
  while (heard.length === 0) await sleep(5);
  loggers[0]?.log('b');
  await loggers[0]?.flush();
  // Without the signal the first line after the move would be in the file that was moved.
  assert.deepEqual([...namesIn(path.join(dir, 'moved')), ...namesIn(path.join(dir, 'x'))], ['a', 'b']);
  assert.deepEqual(namesIn(path.join(dir, 'moved')), ['a']);
  for (const events of loggers) await events.close();
  assert.equal(process.listenerCount('SIGHUP'), before + 1);
});

const CHILD = `
  import { EventLogger } from '${src}/index.ts';
  import { fileExporter } from '${src}/exporters/file.ts';
  const path = process.env.TEST_FILE;
  const events = new EventLogger({ delivery: 'none', exporters: [fileExporter({ path })] });
  events.log('a');
  await events.flush();
`;

test('SIGHUP still ends a process in which nobody else listens to it', async (t) => {
  const program = `${CHILD} process.kill(process.pid, 'SIGHUP'); setTimeout(() => {}, 20_000);`;
  const { signal: endedBy } = await runNode(program, { env: { TEST_FILE: fileIn(tempDir(t)) } });
  assert.equal(endedBy, 'SIGHUP');
});

test('an exporter that is not closed does not keep the process alive', async (t) => {
  const file = fileIn(tempDir(t));
  const { code } = await runNode(CHILD, { env: { TEST_FILE: file } });
  assert.equal(code, 0);
  assert.deepEqual(namesIn(file), ['a']);
});

/** Logs for as long as it lives; says up to which event all are safe. */
const BUSY = `
  import { EventLogger } from '${src}/index.ts';
  import { fileExporter } from '${src}/exporters/file.ts';
  const { TEST_FILE: path, TEST_SPOOL: spool, TEST_COUNT: count, TEST_LIFE_MS: lifeMs } = process.env;
  const exporters = [fileExporter({ path, format: 'edx', flushBatchSize: 100 })];
  const events = new EventLogger({ delivery: 'none', spool, exporters });
  for (let n = 0; n < count; n++) events.log('x', { n, text: 'x'.repeat(200) });
  await events.durable();
  if (lifeMs === 'close') await events.close();
  else setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(lifeMs));
`;

test('killed while it writes: no event is missing, no line is torn, one batch at most comes again', async (t) => {
  for (const lifeMs of [0, 4, 9]) {
    const dir = tempDir(t);
    const file = fileIn(dir);
    const env = { TEST_FILE: file, TEST_SPOOL: path.join(dir, 'spool'), TEST_COUNT: '3000' };
    const killed = await runNode(BUSY, { env: { ...env, TEST_LIFE_MS: String(lifeMs) } });
    assert.equal(killed.signal, 'SIGKILL');
    const rest = await runNode(BUSY, { env: { ...env, TEST_COUNT: '1', TEST_LIFE_MS: 'close' } });
    assert.equal(rest.signal ?? rest.code, 0, rest.stderr);
    const numbers = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { data: { n: number } }).data.n);
    assert.deepEqual(new Set(numbers), new Set(Array.from({ length: 3000 }, (_, n) => n)));
    assert.ok(numbers.length - 3001 <= 100, `${numbers.length - 3001} came again`);
  }
});

test('fsync batch: lines are written all the same', async (t) => {
  const dir = tempDir(t);
  const events = logging(t, { path: fileIn(dir), fsync: 'batch', rotation: { maxBytes: 20_000 } });
  for (const name of numbered(300)) events.log(name);
  assert.equal((await events.flush()).acked, 300);
  assert.deepEqual(namesInDir(dir), numbered(300));
});

test('a full disk: a batch that failed half-way is continued, no line is torn or doubled', async (t) => {
  const dir = smallDisk(t, '64k');
  if (dir === undefined) return;
  const filler = path.join(dir, 'filler');
  writeFileSync(filler, Buffer.alloc(40 * 1024));
  const exporter = fileExporter({
    path: fileIn(dir),
    format: ({ eventName }) => ({ name: eventName, fill }),
  });
  const batch = await records(...numbered(60));
  await assert.rejects(exporter.send(batch, signal), { code: 'EXPORT_FAILED', retry: {} });
  const first = namesIn(fileIn(dir)).length;
  assert.ok(first > 0 && first < 60, `${first} lines`);
  rmSync(filler);
  await exporter.send(batch, signal);
  assert.deepEqual(namesIn(fileIn(dir)).sort(), numbered(60).sort());
  await exporter.send(batch.slice(0, 1), signal);
  assert.equal(namesIn(fileIn(dir)).length, 61, 'what was delivered long ago is not remembered');
  await exporter.close?.();
});

const fill = 'x'.repeat(700);

test('a directory that is away is an error that may be tried again', async (t) => {
  const dir = path.join(tempDir(t), 'data');
  writeFileSync(dir, 'a file is in the way');
  const exporter = fileExporter({ path: fileIn(dir), format: 'edx' });
  const batch = await records('a', 'b');
  await assert.rejects(exporter.send(batch, signal), { code: 'EXPORT_FAILED', retry: {} });
  unlinkSync(dir);
  await exporter.send(batch, signal);
  assert.deepEqual(namesIn(fileIn(dir)), ['a', 'b']);
  await exporter.close?.();
});

test('an event that its format refuses is rejected alone', async (t) => {
  const file = fileIn(tempDir(t));
  const format = ({ eventName }: EventRecord): unknown => {
    if (eventName === 'odd') throw new Error('odd');
    return { name: eventName };
  };
  const events = logging(t, { path: file, format });
  for (const name of ['a', 'odd', 'b']) events.log(name);
  assert.deepEqual(await events.flush(), {
    acked: 2,
    pending: 0,
    rejected: 1,
    dropped: 0,
  });
  assert.deepEqual(namesIn(file), ['a', 'b']);
});

test('two writers share a file line by line; a closed exporter opens again', async (t) => {
  const file = fileIn(tempDir(t));
  const exporter = fileExporter({ path: file, format: 'edx' });
  await exporter.send(await records('a'), signal);
  appendFileSync(file, '{"name":"other"}\n');
  await exporter.close?.();
  await exporter.send(await records('b'), signal);
  await exporter.close?.();
  assert.deepEqual(namesIn(file), ['a', 'other', 'b']);
});

test('records without an id are written too', async (t) => {
  const file = fileIn(tempDir(t));
  const exporter = fileExporter({ path: file, format: 'edx' });
  const bare = (await records('a', 'b')).map((record) => ({ ...record, attributes: {} }));
  for (const batch of [bare, bare]) await exporter.send(batch, signal);
  assert.deepEqual(namesIn(file), ['a', 'b', 'a', 'b']);
  await exporter.close?.();
});

test('options that do not exist or cannot be are errors', (t) => {
  const dir = tempDir(t);
  mkdirSync(path.join(dir, 'made'));
  const file = fileIn(dir);
  assert.throws(() => fileExporter({ path: '' }), { code: 'OPTION_INVALID' });
  assert.throws(() => fileExporter({ path: file, fsync: 'always' as never }), { code: 'OPTION_INVALID' });
  assert.throws(() => fileExporter({ path: file, rotation: { maxBytes: 0 } }), { code: 'OPTION_INVALID' });
  assert.throws(() => fileExporter({ path: file, rotation: { maxByte: 1 } as never }), {
    code: 'OPTION_UNKNOWN',
    message: /did you mean maxBytes\?/,
  });
  assert.equal(existsSync(file), false, 'making an exporter touches no file');
});
