// The table of what the originals do is written from the tests, and can be trusted only while it fits them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PARITY_FILE, parityDocument } from '../scripts/parity.ts';
import { ORIGINALS } from './parity/rows.ts';

test('every behaviour of the originals has a test, and docs/parity.md says which', () => {
  for (const { name, rows } of ORIGINALS) {
    for (const { original, tests } of rows) assert.ok(tests.length > 0, `${name}: ${original}`);
  }
  assert.equal(readFileSync(PARITY_FILE, 'utf8'), parityDocument(), 'run npm run docs:parity');
});
