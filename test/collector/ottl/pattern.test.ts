import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pattern } from '../../../src/collector/ottl/pattern.ts';
import { cpuClock } from '../../harness/cpu-clock.ts';

/** What Go's `regexp.ReplaceAllString` gives, which was run for each of these. */
const REPLACED: readonly (readonly [pattern: string, text: string, replacement: string, result: string])[] = [
  ['a*', 'baaac', '-', '-b-c-'],
  ['', 'abc', 'x', 'xaxbxcx'],
  ['(\\w+)=(\\w+)', 'a=1 b=2', '$2=$1', '1=a 2=b'],
  ['(\\d+)', 'a12', '$1x', 'a'],
  ['(\\d+)', 'a12', '$' + '{1}x', 'a12x'],
  ['(?P<n>\\d+)', 'a12', '<$n>', 'a<12>'],
  ['(?<n>\\d+)', 'a12', '<$' + '{n}>', 'a<12>'],
  ['\\d', 'a1', '$$', 'a$'],
  ['\\d', 'a1', '$', 'a$'],
  ['(x)?y', 'y', '[$1]', '[]'],
  ['(?i)WORLD', 'Hello World', 'x', 'Hello x'],
  ['(?s)a.b', 'a\nb', 'x', 'x'],
  ['^', 'ab', 'x', 'xab'],
  ['(?m)^', 'a\nb', 'x', 'xa\nxb'],
  ['é', 'café 𝒳é', 'e', 'cafe 𝒳e'],
  ['\\pL', 'aé1', 'L', 'LL1'],
  ['[[:digit:]]+', 'a12b', '#', 'a#b'],
  ['\\bfoo\\b', 'foo food foo', 'x', 'x food x'],
  ['a{2,3}', 'aaaaa', 'x', 'xx'],
  ['a{2,3}?', 'aaaa', 'x', 'xx'],
];

for (const [pattern, text, replacement, result] of REPLACED) {
  test(`${pattern} in ${JSON.stringify(text)} is replaced by ${replacement} as Go does`, () => {
    const made = new Pattern(pattern);
    assert.equal(
      made.replace(text, (groups) => made.expand(replacement, groups)),
      result,
    );
  });
}

test('what RE2 does not have is refused', () => {
  for (const pattern of [
    '(?=x)',
    '(?!x)',
    '(?<=x)',
    '(a)\\1',
    '(?>x)',
    '(',
    '[z-a]',
    '*',
    'a**',
    '\\8',
    '(?P<1a>x',
  ]) {
    assert.throws(() => new Pattern(pattern), /./, pattern);
  }
});

test('a pattern takes time in proportion to the text', () => {
  for (const source of ['(a*)*b', '(a|a)*b', '(a+)+$', '(.*)*x(.*)*y', '^(a?){30}a{30}$']) {
    const pattern = new Pattern(source);
    const clock = cpuClock();
    pattern.test(`${'a'.repeat(50_000)}!b`.slice(0, 50_000));
    assert.ok(clock() < 10_000, source);
  }
});

test('a pattern that is a text finds what the same finds as an expression', () => {
  for (const [source, text] of [
    ['the order', 'the order of the orders'],
    ['aa', 'aaaaa'],
    ['a', 'bcd'],
    ['a-b: c', 'xa-b: c'],
  ] as const) {
    const [plain, grouped] = [new Pattern(source), new Pattern(`(?:${source})`)];
    const replacementOf = (pattern: Pattern) =>
      pattern.replace(text, (groups) => pattern.expand('<$0$$>', groups));
    assert.equal(plain.test(text), grouped.test(text));
    assert.deepEqual(plain.groups(text), grouped.groups(text));
    assert.equal(replacementOf(plain), replacementOf(grouped));
  }
});
