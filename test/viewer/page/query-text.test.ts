import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryParts, rangeOf, withRange, withTerm } from '../../../src/viewer/page/query-text.ts';
import { parseQuery } from '../../../src/viewer/query/parse-query.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');

test('a query is taken apart into what and when', () => {
  const cases: [query: string, where: string, range: string][] = [
    ['', '', ''],
    ['name:a last:2h user:7', 'name:a user:7', 'last:2h'],
    ['since:2026-11-30T10:00 card until:30m', 'card', 'since:2026-11-30T10:00 until:30m'],
    ['"last:2h  x"', '"last:2h  x"', ''],
    ['note:"since:1h" b', 'note:"since:1h" b', ''],
    ['(a or b) on:today', '(a or b)', 'on:today'],
    ['a or b', '(a or b)', ''],
    ['name:or', 'name:or', ''],
    ['"no end', '"no end', ''],
  ];
  for (const [query, where, range] of cases) assert.deepEqual(queryParts(query), { where, range }, query);
});

test('what is added holds beside all that was there', () => {
  assert.equal(withTerm('a or b', 'name:x'), '(a or b) name:x');
  assert.equal(withTerm('a last:1h', 'name:x'), 'a name:x last:1h');
  assert.equal(withTerm('a name:x', 'name:x'), 'a name:x');
  assert.equal(withRange('a or b', 'last:5m'), '(a or b) last:5m');
  assert.equal(withRange('(a or b) last:5m', ''), 'a or b');
  assert.equal(withRange('(a) (b) last:5m', ''), '(a) (b)');
});

test('a range reads back as the same milliseconds, at any time', () => {
  for (const [from, to] of [
    [0, 1],
    [1_764_500_000_123, 1_764_500_000_124],
  ] as const) {
    assert.deepEqual(parseQuery(rangeOf(from, to), NOW).range, { fromMs: from, toMs: to });
  }
});
