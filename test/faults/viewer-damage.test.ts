// Files of a viewer's store are deleted, cut off, overwritten, and have bytes flipped.
import assert from 'node:assert/strict';
import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { numberedRequest, RECORDS } from '../viewer/store/numbered-request.ts';
import { ALL, openedStore, REQUEST, threeFiles } from './viewer-store.ts';

test('a file that is gone is told, and the rest answers', async (t) => {
  const files = await threeFiles(t);
  rmSync(files[1] as string);
  const store = await openedStore(t, path.dirname(files[0] as string));
  const { damaged, rows, files: count } = await store.status();
  assert.deepEqual(damaged, [
    {
      file: path.basename(files[1] as string),
      reason: `140 rows in front of ${path.basename(files[2] as string)} are gone with their file`,
    },
  ]);
  assert.deepEqual({ rows, count }, { rows: 50 * RECORDS - 140, count: 2 });
  const { value, complete } = await store.count(ALL);
  assert.deepEqual({ value, complete }, { value: 50 * RECORDS - 140, complete: false });
  assert.equal((await store.group(ALL, {})).complete, false);
  // Of a page the rows are those that are asked for; nobody has looked at all.
  assert.equal((await store.page(ALL)).complete, true);
});

test('a file that is no file of SQLite any more is told, and the rest answers', async (t) => {
  const files = await threeFiles(t);
  const [first = ''] = files;
  truncateSync(first, Math.floor(statSync(first).size / 3));
  writeFileSync(first, Buffer.alloc(4096, 7), { flag: 'r+' });
  const store = await openedStore(t, path.dirname(first));
  const { damaged } = await store.status();
  assert.deepEqual(damaged, [{ file: path.basename(first), reason: 'file is not a database' }]);
  assert.equal((await store.count(ALL)).value, 50 * RECORDS - 140);
});

test('a file that is cut off is told, and the rest answers', async (t) => {
  const files = await threeFiles(t);
  const [first = ''] = files;
  truncateSync(first, 8192 * Math.floor(statSync(first).size / 8192 / 2));
  const store = await openedStore(t, path.dirname(first));
  const where = { kind: 'compare', field: REQUEST, is: '>=', value: 20 } as const;
  assert.equal((await store.count({ where, range: {} })).value, 30 * RECORDS);
  const { damaged } = await store.status();
  assert.deepEqual(damaged, [{ file: path.basename(first), reason: 'database disk image is malformed' }]);
});

test('the newest file is damaged: rows go on in a new one, and no number is given twice', async (t) => {
  const files = await threeFiles(t);
  const last = files.at(-1) as string;
  writeFileSync(last, Buffer.alloc(statSync(last).size, 7));
  const store = await openedStore(t, path.dirname(last));
  await store.ingest(numberedRequest(1000));
  const [newest] = (await store.page(ALL, { limit: 1 })).rows;
  assert.equal(newest?.attributes.request, 1000);
  assert.ok(Number(newest?.id) >= 50 * RECORDS);
  assert.equal((await store.count(ALL)).value, 280 + RECORDS);
});

test('flipped bytes in rows and columns cost their blocks only, and are told', async (t) => {
  const files = await threeFiles(t);
  const [first = ''] = files;
  const bytes = readFileSync(first);
  const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
  const descriptor = openSync(first, 'r+');
  // In each piece that is compressed, behind its head.
  let flipped = 0;
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    writeSync(descriptor, Buffer.from([(bytes[at + 30] as number) ^ 1]), 0, 1, at + 30);
    flipped++;
  }
  closeSync(descriptor);
  assert.ok(flipped > 20, `${flipped} pieces`);
  const store = await openedStore(t, path.dirname(first));
  const where = { kind: 'compare', field: REQUEST, is: '>=', value: 0 } as const;
  const { value, complete } = await store.count({ where, range: {} });
  assert.deepEqual({ value, complete }, { value: 50 * RECORDS - 140, complete: false });
  const [damage] = (await store.status()).damaged;
  assert.equal(damage?.file, path.basename(first));
  // What zstd says of it, which depends on where the byte is.
  assert.match(damage?.reason ?? '', /checksum|corrupt|Data|frame|block|Src|literal|Destination/i);
});
