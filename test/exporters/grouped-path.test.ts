import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { GroupedPath } from '../../src/exporters/grouped-path.ts';

const CASES: readonly [pattern: string, value: string, file: string | undefined][] = [
  ['/data/*.jsonl', 'shop', '/data/shop.jsonl'],
  ['/data/*.jsonl', 'eu/shop', '/data/eu/shop.jsonl'],
  ['/data/*.jsonl', '', '/data/.jsonl'],
  ['/data/*.jsonl', './shop', '/data/shop.jsonl'],
  ['/data/*.jsonl', '../shop', '/data/shop.jsonl'],
  ['/data/*.jsonl', '../../etc/passwd', '/data/etc/passwd.jsonl'],
  ['/data/*.jsonl', 'a/../../b', '/data/b.jsonl'],
  ['/data/*.jsonl', '/etc/passwd', '/data/etc/passwd.jsonl'],
  ['/data/*/out', '..', '/data/out'],
  ['/data/out-*', 'a', '/data/out-a'],
  ['/data/out-*', '../../x', '/data/out-/x'],
  ['/data/out-*', 'a/', '/data/out-a'],
  ['/data/../data/*', 'a', '/data/a'],
  ['/*', '../../a', '/a'],
  ['/data/*', '..\\', '/data/..\\'],
  ['/data/*', '', undefined],
  ['/data/*', '..', undefined],
  ['/data/*', 'a\0b', undefined],
  ['/data/*', 'é'.repeat(120), undefined],
  ['/data/*', 'a/'.repeat(2_500), undefined],
];

test('the value of an attribute stands in the place of the star, and its file stays behind what is before', () => {
  for (const [pattern, value, file] of CASES) {
    assert.equal(new GroupedPath(pattern).fileOf(value), file, `${pattern} ${value}`);
  }
});

test('whatever the value and the path, no file is outside', () => {
  const piece = fc.constantFrom('..', '.', '/', '//', 'a', '../', '/..', '\\', ' ', '*', 'é', '\n');
  const value = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  const before = fc.constantFrom(
    '/data/',
    '/data/out-',
    './',
    '../',
    '../../x-',
    'a/../b/',
    '/',
    '/data/../',
  );
  const after = fc.constantFrom('', '.jsonl', '/out', '/../x', '/../../x');
  fc.assert(
    fc.property(before, value, after, (start, text, end) => {
      const file = new GroupedPath(`${start}*${end}`).fileOf(text);
      // What the pattern itself asks for.
      const home = `${path.resolve(start)}${start.endsWith('/') ? '/' : ''}`.replace('//', '/');
      if (file === undefined) return;
      assert.ok(file.startsWith(home), `${start}*${end} ${text}: ${file}`);
      assert.equal(path.normalize(file), file);
    }),
    { numRuns: 2_000 },
  );
});
