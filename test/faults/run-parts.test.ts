// `npm run test:faults -- PART`
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';

test('a part that no fault test has ends the run with 2, and says which there are', () => {
  const file = path.join(import.meta.dirname, 'run.ts');
  const { status, stderr } = spawnSync(process.execPath, ['--no-warnings', file, 'colector'], {
    encoding: 'utf8',
  });
  assert.equal(status, 2);
  assert.match(stderr, /no file has colector in its name; known: .*collector, .*spool/);
});
