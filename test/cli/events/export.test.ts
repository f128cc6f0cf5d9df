import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { tempDir } from '../../harness/temp-dir.ts';
import { line } from '../../viewer/files/event-lines.ts';
import { runCli } from './run-cli.ts';
import { writeShopFile } from './shop-file.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const file = await writeShopFile(directory, 4000);
const cli = runCli(directory);

/** Cells by RFC 4180, read on its own. */
function readCsv(text: string): string[][] {
  return text
    .split('\r\n')
    .slice(0, -1)
    .map((record) =>
      [...record.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare = '']) =>
        quoted === undefined ? bare : quoted.replaceAll('""', '"'),
      ),
    );
}

test('CSV has all rows in order of time, with a column for each attribute', async () => {
  const { status, stdout, stderr } = await cli('export', '--csv', 'kind:event', file);
  assert.deepEqual([status, stderr], [0, '']);
  const [titles = [], ...records] = readCsv(stdout);
  const fixed = 'time,kind,severity,name,service,trace,span,parent,duration,status,body'.split(',');
  const attributes = ['error.type', 'items', 'log.record.uid', 'path', 'session.id', 'total', 'user.id'];
  assert.deepEqual(titles.toSpliced(0, fixed.length).toSorted(), attributes);
  assert.deepEqual(titles.slice(0, fixed.length), fixed);
  const count = Number((await cli('query', 'kind:event', file, '--count')).stdout);
  assert.equal(records.length, count);
  const of = (record: readonly string[], title: string): string => record[titles.indexOf(title)] ?? '';
  const times = records.map((record) => of(record, 'time'));
  assert.deepEqual(times, times.toSorted());
  const failed = records.find((record) => of(record, 'user.id') === 'u42' && of(record, 'severity') === '17');
  assert.ok(failed);
  assert.deepEqual(
    ['time', 'name', 'body', 'error.type', 'service', 'parent'].map((title) => of(failed, title)),
    ['2026-11-30T08:00:04.500000000Z', 'payment.failed', 'card declined', 'card_declined', 'shop', ''],
  );
  const added = records.find((record) => of(record, 'name') === 'cart.item_added') ?? [];
  assert.match(JSON.parse(of(added, 'items'))[0].sku, /^A\d+$/);
});

test('cells that a spreadsheet would run are texts; quotes, commas and numbers stay what they are', async (t) => {
  const log = path.join(tempDir(t), 'events.jsonl');
  const attributes = {
    a: '=1+1',
    b: '+x',
    c: '-x',
    d: '@x',
    e: 'say "a, b"',
    f: -5,
    g: '＝1',
    h: { n: -5 },
    i: '\n=1',
    name: 'own',
  };
  writeFileSync(log, `${line({ name: 'x', attributes })}\n`);
  const [titles = [], record = []] = readCsv((await cli('export', '--csv', log)).stdout);
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h.n', 'i', 'name', 'attributes.name'];
  assert.deepEqual(
    names.map((name) => record[titles.indexOf(name)]),
    ["'=1+1", "'+x", "'-x", "'@x", 'say "a, b"', '-5', "'＝1", '-5', "'\n=1", 'x', 'own'],
  );
});

test('JSON lines are those of query --json, of more rows than a page', async () => {
  const { stdout } = await cli('export', '--json', file);
  assert.equal(stdout.split('\n').length, 4001);
  const { stdout: queried } = await cli('query', '--json', '--limit', '4000', file);
  assert.equal(stdout, queried);
});

test('Parquet has the rows and columns of CSV', async (t) => {
  const out = path.join(tempDir(t), 'out.parquet');
  const { status, stderr } = await cli('export', '--parquet', 'kind:event', file, '-o', out);
  assert.deepEqual([status, stderr], [0, '']);
  const bytes = new Uint8Array(readFileSync(out)).buffer;
  const compressors = { ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) };
  const rows = await parquetReadObjects({ file: bytes, compressors });
  const [titles = [], ...records] = readCsv((await cli('export', '--csv', 'kind:event', file)).stdout);
  assert.deepEqual(Object.keys(rows[0] ?? {}), titles);
  const shown = ['name', 'user.id', 'total', 'items', 'severity'];
  assert.deepEqual(
    rows.map((row) => shown.map((title) => String(row[title] ?? ''))),
    records.map((record) => shown.map((title) => record[titles.indexOf(title)])),
  );
});

test('a file is there when it is whole, for its user only; a store is asked as files are', async (t) => {
  const base = tempDir(t);
  const [out, store] = [path.join(base, 'out.jsonl'), path.join(base, 'store')];
  await cli('import', file, '--directory', store);
  const { status, stdout } = await cli('export', '--json', '--directory', store, '-o', out);
  assert.deepEqual([status, stdout, statSync(out).mode & 0o777], [0, '', 0o600]);
  assert.equal(readFileSync(out, 'utf8'), (await cli('export', '--json', file)).stdout);
  const nowhere = await cli('export', '--json', file, '-o', path.join(base, 'none', 'x'));
  assert.deepEqual([nowhere.status, /ENOENT/.test(nowhere.stderr)], [2, true], nowhere.stderr);
  assert.deepEqual(readdirSync(base).toSorted(), ['out.jsonl', 'store']);
});

test('what is wrong with the arguments is said in words, and makes nothing', async (t) => {
  const gone = path.join(tempDir(t), 'gone');
  for (const [args, status, message] of [
    [['export', file], 1, /--csv, --json or --parquet: one of them/],
    [['export', '--csv', '--json', file], 1, /--csv, --json or --parquet: one of them/],
    [['export', '--csv', file, '--directory', gone], 1, /files, --directory and --url: one of them/],
    [['export', '--csv', '--directory', gone], 2, /ENOENT: cannot read /],
  ] as const) {
    const run = await cli(...args);
    assert.match(run.stderr, message);
    assert.deepEqual([run.status, existsSync(gone)], [status, false]);
  }
});
