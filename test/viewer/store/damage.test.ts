import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { ReadStore } from '../../../src/viewer/store/read/read-store.ts';
import { Search } from '../../../src/viewer/store/read/search.ts';
import { Dice, makeRows, requestsOf } from './made-rows.ts';
import { storeUnderTest, wired } from './store-under-test.ts';

const ALL = { where: undefined, range: {} };

function filledStore(t: TestContext) {
  const store = storeUnderTest(t);
  for (const request of requestsOf(makeRows(new Dice(8), 200))) store.writer.ingest([wired(request)]);
  store.reader.refreshFiles();
  return store;
}

test('an error that says nothing of damage ends its question, and the rows are there for the next one', (t) => {
  const { reader } = filledStore(t);
  for (const error of [
    new RangeError('Invalid string length'),
    new RangeError('Array buffer allocation failed'),
    new TypeError('a mistake in the code'),
    Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 }),
    Object.assign(new Error('not enough memory'), { code: 'ZSTD_error_memory_allocation' }),
  ]) {
    const search = new Search(reader, ALL, {});
    const [block] = search.blocks;
    assert.ok(block);
    const fail = (): never => {
      throw error;
    };
    assert.throws(() => search.read(block, fail), error);
    assert.deepEqual(reader.damaged(), []);
    assert.ok(reader.blocks.includes(block));
  }
});

test('what stands in a file without a checksum, and cannot be taken apart, is damage', (t) => {
  const { directory, reader } = filledStore(t);
  const [file] = reader.files;
  assert.ok(file);
  const database = new DatabaseSync(file.path);
  database.exec("update block set keys = x'01020304'");
  database.close();
  const again = new ReadStore({ directory, cacheBytes: 1 << 20 });
  t.after(() => again.close());
  const search = new Search(again, ALL, {});
  const [block] = search.blocks;
  assert.ok(block);
  assert.equal(
    search.read(block, () => block.keys()),
    undefined,
  );
  assert.match(again.damaged()[0]?.reason ?? '', /Invalid typed array length/);
  assert.ok(!again.blocks.includes(block));
});
