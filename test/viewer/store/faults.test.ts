import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { EventFile } from '../../../src/viewer/store/file/event-file.ts';
import { storeFiles } from '../../../src/viewer/store/file/store-files.ts';
import { openStore, type StoreOptions } from '../../../src/viewer/store/threads/open-store.ts';
import { smallDisk } from '../../harness/small-disk.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { Dice } from './made-rows.ts';
import { numberedRequest, RECORDS } from './numbered-request.ts';

const ALL = { where: undefined, range: {} };
const REQUEST = { of: 'attribute', path: 'request' } as const;

/** 60 say more, and take minutes. */
const KILLS = Number(process.env.STORE_KILLS ?? 6);

async function opened(t: TestContext, directory: string, options: Partial<StoreOptions> = {}) {
  const store = await openStore({ directory, blockRows: 64, fileRows: 512, ...options });
  t.after(() => store.close());
  return store;
}

/** How many records of each request there are. */
async function kept(store: Awaited<ReturnType<typeof opened>>): Promise<Map<number, number>> {
  const { value } = await store.facets(ALL, { fields: [REQUEST], top: 1000, withinMs: 60_000 });
  const [facet] = value;
  assert.ok((facet?.distinct ?? 0) <= 1000, 'the test asks for all');
  return new Map(facet?.values.map(({ value: number, count }) => [number as number, count]));
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((resolve) => child.once('exit', resolve));
}

test('kill -9 loses nothing that was acknowledged, and keeps no half of a request', async (t) => {
  const directory = tempDir(t);
  const dice = new Dice(Date.now());
  const acknowledged = new Set<number>();
  let from = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const program = path.join(import.meta.dirname, 'children/ingest.ts');
    const child = spawn(process.execPath, [program, directory, String(from)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    // From the first acknowledgement on, at any time.
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await new Promise((resolve) => setTimeout(resolve, dice.below(150)));
    child.kill('SIGKILL');
    await ended(child);
    for (const line of output.split('\n')) if (line !== '') acknowledged.add(Number(line));
    from = Math.max(...acknowledged) + 10;
    if (from > 700) break;
  }
  const store = await opened(t, directory);
  const found = await kept(store);
  assert.ok(acknowledged.size > KILLS);
  for (const number of acknowledged) assert.equal(found.get(number), RECORDS, `request ${number}`);
  for (const [number, count] of found) assert.equal(count, RECORDS, `request ${number}`);
  assert.deepEqual((await store.status()).damaged, []);
  assert.deepEqual(await integrity(directory), []);
});

/** What SQLite finds wrong. */
async function integrity(directory: string): Promise<string[]> {
  return storeFiles(directory).flatMap((file) => {
    const { db, close } = opening(file);
    const found = db
      .prepare('pragma integrity_check')
      .all()
      .map((row) => String(row.integrity_check));
    db.exec("insert into words(words) values('integrity-check')");
    close();
    return found.filter((text) => text !== 'ok');
  });
}

function opening(file: string): { db: EventFile['db']; close: () => void } {
  const opened = EventFile.open(file, 'normal');
  return { db: opened.db, close: () => opened.close() };
}

test('a full disk takes nothing of a request, and goes on when there is room again', async (t) => {
  const disk = smallDisk(t, '6m');
  if (disk === undefined) return;
  const ballast = path.join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(3_000_000));
  const store = await opened(t, path.join(disk, 'store'));
  const dice = new Dice(1);
  const acknowledged: number[] = [];
  let refused = 0;
  for (let number = 0; number < 400 && refused < 5; number++) {
    try {
      await store.ingest(numberedRequest(number, dice.hex(6000)));
      acknowledged.push(number);
    } catch (error) {
      const { code, retry } = error as { code: string; retry: unknown };
      assert.deepEqual({ code, retry }, { code: 'STORE_UNWRITABLE', retry: {} });
      refused++;
    }
  }
  assert.equal(refused, 5, 'the disk was full');
  rmSync(ballast);
  for (let number = 1000; number < 1020; number++) {
    await store.ingest(numberedRequest(number));
    acknowledged.push(number);
  }
  const found = await kept(store);
  assert.deepEqual(
    [...found.keys()].sort((one, other) => one - other),
    acknowledged,
  );
  for (const [number, count] of found) assert.equal(count, RECORDS, `request ${number}`);
  assert.equal((await store.count(ALL)).value, acknowledged.length * RECORDS);
});

/** A store of three files, closed. */
async function threeFiles(t: TestContext): Promise<string[]> {
  const directory = tempDir(t);
  const store = await openStore({ directory, blockRows: 64, fileRows: 140 });
  for (let number = 0; number < 50; number++) await store.ingest(numberedRequest(number));
  await store.close();
  const files = storeFiles(directory);
  assert.equal(files.length, 3);
  return files;
}

test('a file that is gone is told, and the rest answers', async (t) => {
  const files = await threeFiles(t);
  rmSync(files[1] as string);
  const store = await opened(t, path.dirname(files[0] as string));
  const { damaged, rows, files: count } = await store.status();
  assert.deepEqual(damaged, [
    {
      file: path.basename(files[1] as string),
      reason: `140 rows in front of ${path.basename(files[2] as string)} are gone with their file`,
    },
  ]);
  assert.deepEqual({ rows, count }, { rows: 50 * RECORDS - 140, count: 2 });
  assert.equal((await store.count(ALL)).value, 50 * RECORDS - 140);
});

test('a file that is no file of SQLite any more is told, and the rest answers', async (t) => {
  const files = await threeFiles(t);
  const [first = ''] = files;
  truncateSync(first, Math.floor(statSync(first).size / 3));
  writeFileSync(first, Buffer.alloc(4096, 7), { flag: 'r+' });
  const store = await opened(t, path.dirname(first));
  const { damaged } = await store.status();
  assert.deepEqual(damaged, [{ file: path.basename(first), reason: 'file is not a database' }]);
  assert.equal((await store.count(ALL)).value, 50 * RECORDS - 140);
});

test('a file that is cut off is told, and the rest answers', async (t) => {
  const files = await threeFiles(t);
  const [first = ''] = files;
  truncateSync(first, 8192 * Math.floor(statSync(first).size / 8192 / 2));
  const store = await opened(t, path.dirname(first));
  const where = { kind: 'compare', field: REQUEST, is: '>=', value: 20 } as const;
  assert.equal((await store.count({ where, range: {} })).value, 30 * RECORDS);
  const { damaged } = await store.status();
  assert.deepEqual(damaged, [{ file: path.basename(first), reason: 'database disk image is malformed' }]);
});

test('the newest file is damaged: rows go on in a new one, and no number is given twice', async (t) => {
  const files = await threeFiles(t);
  const last = files.at(-1) as string;
  writeFileSync(last, Buffer.alloc(statSync(last).size, 7));
  const store = await opened(t, path.dirname(last));
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
  const store = await opened(t, path.dirname(first));
  const where = { kind: 'compare', field: REQUEST, is: '>=', value: 0 } as const;
  const { value, complete } = await store.count({ where, range: {} });
  assert.deepEqual({ value, complete }, { value: 50 * RECORDS - 140, complete: false });
  const [damage] = (await store.status()).damaged;
  assert.equal(damage?.file, path.basename(first));
  assert.match(damage?.reason ?? '', /checksum|corrupt|Data|frame|block|Src|literal/i);
});

test('a store of a newer version is refused in words, and stays as it is', async (t) => {
  const files = await threeFiles(t);
  const last = EventFile.open(files.at(-1) as string, 'normal');
  last.setMeta('schema_version', 99);
  last.close();
  await assert.rejects(openStore({ directory: path.dirname(files[0] as string) }), {
    code: 'STORE_VERSION',
    message: /is of version 99 of the store, this package knows 1 \(update otel-events\)/,
  });
  assert.deepEqual(storeFiles(path.dirname(files[0] as string)), files);
});

test('files beyond the cap on size go as a whole, and their rows are counted', async (t) => {
  const directory = tempDir(t);
  const dice = new Dice(2);
  const store = await openStore({ directory, blockRows: 64, fileRows: 70, maxBytes: 1_500_000 });
  for (let number = 0; number < 200; number++) await store.ingest(numberedRequest(number, dice.hex(500)));
  await store.close();
  // At its start a store looks at its files.
  const again = await opened(t, directory, { maxBytes: 1_500_000 });
  const { rows, removed, damaged, bytes } = await again.status();
  assert.ok(removed > 0, `${removed} removed`);
  assert.equal(rows + removed, 200 * RECORDS);
  assert.ok(bytes <= 1_500_000 + 400_000, `${bytes} bytes`);
  assert.deepEqual(damaged, []);
  assert.equal((await again.count(ALL)).value, rows);
  const [oldest] = (await again.page(ALL, { order: 'oldest', limit: 1 })).rows;
  assert.equal(Number(oldest?.id), removed, 'the oldest went');
});

test('files whose newest row is beyond the cap on age go', async (t) => {
  const directory = tempDir(t);
  const store = await openStore({ directory, blockRows: 64, fileRows: 70 });
  for (let number = 0; number < 28; number++) await store.ingest(numberedRequest(number));
  await store.close();
  const again = await opened(t, directory, { maxAgeMs: 60_000 });
  // The rows are of 2025; the file that is being filled stays.
  await again.ingest(numberedRequest(100));
  const { rows, removed } = await again.status();
  assert.equal(rows + removed, 29 * RECORDS);
  assert.equal(removed, 140);
  assert.equal(readdirSync(directory).filter((name) => name.endsWith('.db')).length, 1);
});

test('the clock goes back: pages are in order of time all the same', async (t) => {
  const store = await opened(t, tempDir(t));
  for (const number of [5, 3, 9, 1, 7]) await store.ingest(numberedRequest(number));
  const { rows } = await store.page(ALL);
  const times = rows.map(({ timeMs }) => timeMs);
  assert.deepEqual(
    times,
    [...times].sort((one, other) => other - one),
  );
  assert.equal(rows.length, 5 * RECORDS);
});
