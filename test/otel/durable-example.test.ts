// The example that people copy, run as it is.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const root = path.join(import.meta.dirname, '../..');

test('examples/durable-processors shows that nothing is lost by a burst or a crash, and ends by itself', async () => {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['examples/durable-processors/start.ts'],
    { cwd: root, env: { PATH: process.env.PATH } },
  );
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s{2,}/));
  assert.deepEqual(rows.slice(3), [
    ['DurableLogRecordProcessor', '5000', '0'],
    ['killed, then started again', '5000', '0'],
    [''],
  ]);
  assert.equal(stderr, '');
});
