import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type OpenedFiles, openFiles } from '../../../src/viewer/files/open-files.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { line } from './event-lines.ts';

const ALL = { where: undefined, range: {} };

interface Asked {
  readonly names: readonly string[];
  readonly skipped: number;
  /** Bytes that were read for it, of those that had to be. */
  readonly read: number;
  readonly of: number;
}

/** Opens files, asks for all rows, oldest first, and closes them. */
async function ask(cache: string, ...files: readonly string[]): Promise<Asked> {
  let [read, of] = [0, 0];
  const opened = await openFiles(files, { cache, onProgress: (now, all) => ([read, of] = [now, all]) });
  const names = await namesIn(opened);
  await opened.close();
  return { names, skipped: opened.skipped, read, of };
}

async function namesIn({ store }: OpenedFiles): Promise<string[]> {
  const { rows } = await store.page(ALL, { order: 'oldest', limit: 1000 });
  return rows.map(({ name }) => name);
}

function files(t: TestContext): { readonly cache: string; readonly file: (name: string) => string } {
  const directory = tempDir(t);
  return { cache: path.join(directory, 'cache'), file: (name) => path.join(directory, name) };
}

test('of a file that has grown only what was added is read', async (t) => {
  const { cache, file } = files(t);
  const log = file('events.jsonl');
  writeFileSync(log, `${line({ name: 'a' })}\n`);
  assert.equal((await ask(cache, log)).of, statSync(log).size);
  assert.deepEqual(await ask(cache, log), { names: ['a'], skipped: 0, read: 0, of: 0 });
  const more = `${line({ name: 'b', at: 1 })}\n`;
  appendFileSync(log, more);
  const { names, read, of } = await ask(cache, log);
  assert.deepEqual([names, read, of], [['a', 'b'], more.length, more.length]);
});

test('a file that was replaced or written over is read anew', async (t) => {
  const { cache, file } = files(t);
  const log = file('events.jsonl');
  writeFileSync(log, `${line({ name: 'a' })}\n`);
  await ask(cache, log);
  writeFileSync(file('new'), `${line({ name: 'b' })}\n`);
  renameSync(file('new'), log);
  assert.deepEqual((await ask(cache, log)).names, ['b']);
  // In place, of the same length.
  writeFileSync(log, `${line({ name: 'c' })}\n`);
  utimesSync(log, 1, 1);
  assert.deepEqual((await ask(cache, log)).names, ['c']);
  // In place, and longer.
  writeFileSync(log, `${line({ name: 'd' })}\n${line({ name: 'e', at: 1 })}\n`);
  assert.deepEqual((await ask(cache, log)).names, ['d', 'e']);
});

test('half lines of a crash are skipped and counted; whole ones behind them are read', async (t) => {
  const { cache, file } = files(t);
  const log = file('events.jsonl');
  const half = line({ name: 'lost' }).slice(0, 150);
  // Closed with a line break, or not; the last one is still being written.
  writeFileSync(log, `${half}\nno JSON\n${half}${line({ name: 'a' })}\n${half}`);
  const first = await ask(cache, log);
  assert.deepEqual([first.names, first.skipped], [['a'], 4]);
  appendFileSync(log, `${line({ name: 'lost' }).slice(150)}\n`);
  const second = await ask(cache, log);
  assert.deepEqual([second.names.toSorted(), second.skipped], [['a', 'lost'], 3]);
});

test('the cache is for this user only, and the stores that were used last stay within its cap', async (t) => {
  const { cache, file } = files(t);
  const logs = ['a', 'b', 'c'].map((name) => file(name));
  for (const log of logs) writeFileSync(log, `${line({ name: path.basename(log) })}\n`);
  for (const log of logs) await ask(cache, log);
  const modes = readdirSync(cache, { recursive: true, encoding: 'utf8' }).map((name) => {
    const { mode } = statSync(path.join(cache, name));
    return mode & 0o077;
  });
  assert.deepEqual([statSync(cache).mode & 0o777, new Set(modes)], [0o700, new Set([0])]);
  assert.equal(readdirSync(cache).length, 3);
  const opened = await openFiles([file('c')], { cache, maxBytes: 1 });
  assert.equal(readdirSync(cache).length, 2, 'one store, and who has it');
  assert.deepEqual(await namesIn(opened), ['c']);
  await opened.close();
});

test('files that are being asked may be asked by another process', async (t) => {
  const { cache, file } = files(t);
  const log = file('events.jsonl');
  writeFileSync(log, `${line({ name: 'a' })}\n`);
  const first = await openFiles([log], { cache });
  const second = await openFiles([log], { cache });
  assert.deepEqual([await namesIn(first), await namesIn(second)], [['a'], ['a']]);
  const stores = readdirSync(cache).filter((name) => !name.endsWith('.lock'));
  assert.equal(stores.length, 2, 'each has its own');
  await second.close();
  await first.close();
  assert.equal(readdirSync(cache).length, 1);
});
