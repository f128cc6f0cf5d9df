// docs/threat-model.md says which test holds what: a title that no test has would be a promise.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readPage } from './read-guide.ts';

const docs = path.join(import.meta.dirname, '..', '..', 'docs');

/** What stands in the page as `[title](../test/file)` and is in no such file. */
function unheld(text: string): string[] {
  const claims = [...text.matchAll(/\[([^\]]+)\]\((\.\.\/test\/[^)]+)\)/g)];
  return claims.flatMap(([, title = '', link = '']) => {
    const file = path.join(docs, link);
    if (!existsSync(file)) return [`${link} is not there`];
    const isTarget = link.endsWith('.fuzz.ts');
    return isTarget || readFileSync(file, 'utf8').includes(title) ? [] : [`${link} has no "${title}"`];
  });
}

test('every test that the threat model relies on is there', () => {
  const { text } = readPage('threat-model.md');
  assert.ok((text.match(/\.\.\/test\//g) ?? []).length > 30);
  assert.deepEqual(unheld(text), []);
});

test('a test that is not there, and one of another title, are found', () => {
  const text =
    '[a](../test/none.test.ts) [no such title](../test/suites.test.ts) [misnamed](../test/suites.test.ts)';
  assert.deepEqual(unheld(text), [
    '../test/none.test.ts is not there',
    '../test/suites.test.ts has no "no such title"',
  ]);
});
