import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type ImportedFile, importFile } from '../../../src/viewer/files/import-file.ts';
import { readGoodRecords } from '../../../src/viewer/files/read-request.ts';
import { openStore } from '../../../src/viewer/store/threads/open-store.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { line, POINTS, spanLine } from './event-lines.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

async function imported(
  t: TestContext,
  name: string,
  bytes: string | Buffer,
): Promise<ImportedFile & { readonly names: readonly string[] }> {
  const directory = tempDir(t);
  const file = path.join(directory, name);
  writeFileSync(file, bytes);
  const store = await openStore({ directory: path.join(directory, 'store') });
  t.after(() => store.close());
  const result = await importFile(store, file);
  const { rows } = await store.page({ where: undefined, range: {} }, { order: 'oldest', limit: 1000 });
  return { ...result, names: rows.map(({ name }) => name) };
}

const COUNTS = { repeated: 0, metricPoints: 0, skipped: 0, skippedRecords: 0, isHalf: false };

test('lines of logs, spans and metrics are stored; blank ones are none', async (t) => {
  const spans = spanLine(TRACE, 'b7ad6b7169203331', '', 'GET /', 5);
  const text = `${line({ name: 'a', at: 1 })}\n\r\n${POINTS}\n${spans}`;
  const names = ['GET /', 'a'];
  const stored = { ...COUNTS, stored: 2, metricPoints: 2, end: text.length, names };
  assert.deepEqual(await imported(t, 'events.jsonl', text), stored);
});

test('packed files are known by their first bytes; members and frames behind each other are one file', async (t) => {
  const [one, two] = [`${line({ name: 'b', at: 1 })}\n`, `${line({ name: 'c', at: 2 })}\n`];
  const wanted = { ...COUNTS, stored: 2, end: one.length + two.length, names: ['b', 'c'] };
  const gzip = Buffer.concat([gzipSync(one), gzipSync(two)]);
  assert.deepEqual(await imported(t, 'events.jsonl.1', gzip), wanted);
  const zstd = Buffer.concat([zstdCompressSync(one), zstdCompressSync(two)]);
  assert.deepEqual(await imported(t, 'events.jsonl', zstd), wanted);
});

test('a packed file that breaks off is read as far as it goes', async (t) => {
  const lines = Array.from({ length: 2000 }, (_, at) => `${line({ name: `n${at}`, at })}\n`).join('');
  for (const packed of [gzipSync(lines), zstdCompressSync(lines)]) {
    const half = packed.subarray(0, packed.length / 2);
    const { stored, skipped, isHalf, names } = await imported(t, 'events.jsonl', half);
    assert.ok(stored > 100 && stored < 1999, `${stored}`);
    assert.deepEqual([names[0], skipped, isHalf], ['n0', 1, true]);
  }
});

test('what stands behind zeros in a packed file is read too', async (t) => {
  const [one, two] = [`${line({ name: 'b', at: 1 })}\n`, `${line({ name: 'c', at: 2 })}\n`];
  const wanted = { ...COUNTS, stored: 2, end: one.length + two.length, names: ['b', 'c'] };
  // As much as is read at once, and more.
  for (const zeros of [7, 256 * 1024 - gzipSync(one).length, 600_000]) {
    const behind = Buffer.concat([gzipSync(one), Buffer.alloc(zeros), gzipSync(two), Buffer.alloc(100)]);
    assert.deepEqual(await imported(t, 'events.jsonl.gz', behind), wanted, `${zeros}`);
  }
  const foreign = Buffer.concat([gzipSync(one), Buffer.alloc(7), Buffer.from('no gzip')]);
  const { stored, skipped } = await imported(t, 'events.jsonl.gz', foreign);
  assert.deepEqual([stored, skipped], [1, 1]);
});

test('one record that is no OTLP costs itself, and not the line; integers stay exact', async (t) => {
  const good = line({ name: 'a' }, { name: 'b', at: 1 }, { name: 'c', at: 2 });
  const bad = good.replace('"severityNumber":9', '"severityNumber":"high"');
  const exact = bad.replace('"eventName":"b"', '"eventName":"b","body":{"intValue":9007199254740993}');
  const span = spanLine(TRACE, 'b7ad6b7169203331', '', 'GET /', 5).replace(TRACE, 'no trace');
  const text = `${exact}\n${span}\n${line({ name: 'd', at: 3 })}\n`;
  const { stored, skipped, skippedRecords, names } = await imported(t, 'events.jsonl', text);
  assert.deepEqual({ stored, skipped, skippedRecords }, { stored: 3, skipped: 1, skippedRecords: 1 });
  assert.deepEqual(names, ['b', 'c', 'd']);
  const { request } = readGoodRecords(Buffer.from(exact));
  assert.match(String(request?.json()), /"intValue":"9007199254740993"/);
});
