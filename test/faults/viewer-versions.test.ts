// Stores of the viewer that other versions of this package have written.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EventFile } from '../../src/viewer/store/file/event-file.ts';
import { storeFiles } from '../../src/viewer/store/file/store-files.ts';
import { openStore } from '../../src/viewer/store/threads/open-store.ts';
import { threeFiles } from './viewer-store.ts';

for (const [which, at] of [
  ['oldest', 0],
  ['newest', -1],
] as const) {
  test(`a store whose ${which} file is of a newer version is refused in words, and stays as it is`, async (t) => {
    const files = await threeFiles(t);
    const directory = path.dirname(files[0] as string);
    const changed = EventFile.open(files.at(at) as string, 'normal');
    changed.setMeta('schema_version', 99);
    changed.close();
    const before = files.map((file) => readFileSync(file));
    await assert.rejects(openStore({ directory }), {
      code: 'STORE_VERSION',
      message: /is of version 99 of the store, this package knows \d+ \(update otel-events\)/,
    });
    assert.deepEqual(storeFiles(directory), files);
    for (const [index, file] of files.entries()) {
      assert.ok(readFileSync(file).equals(before[index] as Buffer), file);
    }
  });
}
