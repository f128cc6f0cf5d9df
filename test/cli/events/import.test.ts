import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { openStore } from '../../../src/viewer/store/threads/open-store.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { line, POINTS } from '../../viewer/files/event-lines.ts';
import { jsonLines } from '../spool-samples.ts';
import { MAIN, runCli } from './run-cli.ts';
import { writeShopFile } from './shop-file.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const file = await writeShopFile(directory, 4000);
const cli = runCli(directory);

async function countIn(store: string): Promise<number> {
  const opened = await openStore({ directory: store });
  const { value } = await opened.count({ where: undefined, range: {} });
  await opened.close();
  return value;
}

test('rotated and packed files are stored once, however often they are given', async (t) => {
  const base = tempDir(t);
  const store = path.join(base, 'store');
  const lines = readFileSync(file, 'utf8').split('\n');
  const [one, two] = [path.join(base, 'events-1.jsonl.gz'), path.join(base, 'events-2.jsonl.zst')];
  writeFileSync(one, gzipSync(`${lines.slice(0, 4).join('\n')}\n`));
  writeFileSync(two, zstdCompressSync(lines.slice(4).join('\n')));
  const args = ['import', one, two, '--directory', store];
  assert.deepEqual(await cli(...args), { status: 0, stdout: '4000 records stored\n', stderr: '' });
  const { status, stdout } = await cli(...args);
  assert.deepEqual([status, stdout], [0, '0 records stored, 4000 there already\n']);
  assert.equal(await countIn(store), 4000);
});

test('what was skipped and counted is told, and of each file with --json', async (t) => {
  const base = tempDir(t);
  const log = path.join(base, 'events.jsonl');
  const bad = line({ name: 'b' }, { name: 'c' }).replace('"severityNumber":9', '"severityNumber":"high"');
  writeFileSync(log, `${line({ name: 'a' })}\n${bad}\n${POINTS}\n{"resourceLogs":[{\n`);
  const args = ['import', log, '--directory', path.join(base, 'store')];
  const { stdout } = await cli(...args);
  assert.equal(
    stdout,
    '2 records stored, 2 points of metrics counted, 1 record skipped that cannot be read, 1 line skipped that cannot be read\n',
  );
  const { stdout: json } = await cli(...args, '--json');
  assert.deepEqual(jsonLines(json), [
    { file: log, stored: 2, repeated: 0, metricPoints: 2, skipped: 1, skippedRecords: 1 },
  ]);
});

test('what is wrong is said before anything is made', async (t) => {
  const store = path.join(tempDir(t), 'store');
  const none = await cli('import', '--directory', store);
  assert.deepEqual([none.status, none.stderr.includes('no file given')], [1, true]);
  const nowhere = await cli('import', file);
  assert.deepEqual([nowhere.status, nowhere.stderr.includes('--directory: into which store?')], [1, true]);
  const gone = await cli('import', file, '/not/there', '--directory', store);
  assert.deepEqual([gone.status, gone.stderr], [2, 'otel-events import: ENOENT: cannot read /not/there\n']);
  const noStore = await cli('import', file, '--directory', path.join(file, 'store'));
  assert.match(noStore.stderr, /^otel-events import: STORE_UNWRITABLE: /);
  assert.equal(noStore.status, 2);
});

test('told to stop, it keeps what it has read, and goes on when it is run again', async (t) => {
  const base = tempDir(t);
  const store = path.join(base, 'store');
  const big = path.join(base, 'big.jsonl');
  const text = readFileSync(file, 'utf8');
  writeFileSync(big, text.repeat(40));
  const child = spawn(process.execPath, [MAIN, 'import', big, '--directory', store]);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  while (child.exitCode === null && !(await hasFile(store)))
    await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGINT');
  const [status] = (await once(child, 'close')) as [number];
  assert.deepEqual([status, /told to stop/.test(stderr)], [2, true], stderr);
  assert.equal((await cli('import', big, '--directory', store)).status, 0);
  assert.equal(await countIn(store), 4000);
});

async function hasFile(store: string): Promise<boolean> {
  try {
    return readFileSync(path.join(store, 'events-000000000000.db-wal')).length > 500_000;
  } catch {
    return false;
  }
}
