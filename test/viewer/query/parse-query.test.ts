import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseQuery } from '../../../src/viewer/query/parse-query.ts';
import type { Condition, Field } from '../../../src/viewer/query/query.ts';

const NOW = Date.UTC(2026, 10, 30, 12);
const where = (text: string): Condition | undefined => parseQuery(text, NOW).where;
const attribute = (path: string): Field => ({ of: 'attribute', path });
const row = (name: string): Field => ({ of: 'row', name }) as Field;
const is = (field: Field, value: string | number | boolean | null, bare = String(value)): Condition => ({
  kind: 'compare',
  field,
  is: '=',
  value,
  bare,
});
const text = (words: string): Condition => ({ kind: 'text', text: words });

test('words, fields and comparisons all have to hold', () => {
  assert.deepEqual(
    where('name:checkout.* user.id:42 severity:>=warn duration:>500ms "card declined" -service:worker'),
    {
      kind: 'and',
      parts: [
        { kind: 'compare', field: row('name'), is: 'like', value: 'checkout.*' },
        is(attribute('user.id'), 42),
        { kind: 'compare', field: row('severity'), is: '>=', value: 13 },
        { kind: 'compare', field: row('duration'), is: '>', value: 500 },
        text('card declined'),
        { kind: 'not', part: is(row('service'), 'worker') },
      ],
    },
  );
});

test('or binds less than what stands beside each other, parentheses bind most', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(text) as [Condition, Condition, Condition];
  assert.deepEqual(where('a b or c'), { kind: 'or', parts: [{ kind: 'and', parts: [a, b] }, c] });
  assert.deepEqual(where('a (b OR c)'), { kind: 'and', parts: [a, { kind: 'or', parts: [b, c] }] });
  assert.deepEqual(where('a and not b'), { kind: 'and', parts: [a, { kind: 'not', part: b }] });
  assert.deepEqual(where('-(a b)'), { kind: 'not', part: { kind: 'and', parts: [a, b] } });
});

test('values: lists, ranges, any, kinds, and what quotation marks keep as a text', () => {
  const sku = attribute('items.sku');
  assert.deepEqual(where('items[].sku:A1,B2'), { kind: 'or', parts: [is(sku, 'A1'), is(sku, 'B2')] });
  assert.deepEqual(where('n:1..5'), {
    kind: 'and',
    parts: [
      { kind: 'compare', field: attribute('n'), is: '>=', value: 1 },
      { kind: 'compare', field: attribute('n'), is: '<=', value: 5 },
    ],
  });
  assert.deepEqual(where('n:*'), { kind: 'exists', field: attribute('n') });
  assert.deepEqual(where('ok:true'), is(attribute('ok'), true));
  assert.deepEqual(where('id:"42"'), { kind: 'compare', field: attribute('id'), is: '=', value: '42' });
  assert.deepEqual(where('id:"a*"'), { kind: 'compare', field: attribute('id'), is: '=', value: 'a*' });
  assert.deepEqual(where('"odd key":x'), is(attribute('odd key'), 'x'));
  assert.deepEqual(where('urn:a:b:c'), is(attribute('urn'), 'a:b:c'));
  assert.deepEqual(where('say:"a \\"b\\" \\\\"'), {
    kind: 'compare',
    field: attribute('say'),
    is: '=',
    value: 'a "b" \\',
  });
});

test('severities by word cover four numbers', () => {
  const compare = (sign: string, value: number): object => ({
    kind: 'compare',
    field: row('severity'),
    is: sign,
    value,
  });
  assert.deepEqual(where('severity:error'), { kind: 'and', parts: [compare('>=', 17), compare('<=', 20)] });
  assert.deepEqual(where('level:>warn'), compare('>', 16));
  // 0 says that there is none, as of spans.
  const upTo = (sign: string, value: number) => ({
    kind: 'and',
    parts: [compare('>=', 1), compare(sign, value)],
  });
  assert.deepEqual(where('level:<warn'), upTo('<', 13));
  assert.deepEqual(where('level:<=warn'), upTo('<=', 16));
  assert.deepEqual(where('level:<=12'), upTo('<=', 12));
  assert.deepEqual(where('level:<1'), compare('<', 1));
  assert.deepEqual(where('level:0'), compare('=', 0));
  assert.deepEqual(where('severity:10'), compare('=', 10));
});

test('names: data. is what the app logged, attributes. and resource. say where', () => {
  assert.deepEqual(where('data.total:>100'), {
    kind: 'or',
    parts: ['total', 'data.total'].map((path) => ({
      kind: 'compare',
      field: attribute(path),
      is: '>',
      value: 100,
    })),
  });
  assert.deepEqual(where('attributes.name:x'), is(attribute('name'), 'x'));
  assert.deepEqual(where('resource.host.name:x'), is({ of: 'resource', path: 'host.name' }, 'x'));
  assert.deepEqual(where('trace_id:ab'), is(row('trace'), 'ab'));
});

test('what looks like a field and is none is a word', () => {
  assert.deepEqual(where('https://example.org/a?b=c'), text('https://example.org/a?b=c'));
  assert.deepEqual(where('10:30'), text('10:30'));
  assert.deepEqual(where('hello, /cart/77/ wor-ld'), {
    kind: 'and',
    parts: [text('hello,'), text('/cart/77/'), text('wor-ld')],
  });
  assert.deepEqual(where('"a*" "/e.*/"'), { kind: 'and', parts: [text('a*'), text('/e.*/')] });
  assert.deepEqual(where('or:1'), is(attribute('or'), 1));
});

test('ranges', () => {
  assert.deepEqual(parseQuery('', NOW), { where: undefined, range: {} });
  assert.deepEqual(parseQuery('last:2h', NOW).range, { fromMs: NOW - 7_200_000 });
  assert.deepEqual(parseQuery('(a or b) since:1d12h until:30m', NOW).range, {
    fromMs: NOW - 129_600_000,
    toMs: NOW - 1_800_000,
  });
  assert.deepEqual(parseQuery('since:2026-11-30T10:00Z', NOW).range, { fromMs: Date.UTC(2026, 10, 30, 10) });
  assert.deepEqual(parseQuery('on:2026-11-30', NOW).range, {
    fromMs: new Date(2026, 10, 30).getTime(),
    toMs: new Date(2026, 11, 1).getTime(),
  });
  assert.deepEqual(parseQuery('until:2026-11-30', NOW).range, { toMs: new Date(2026, 11, 1).getTime() });
  assert.deepEqual(parseQuery('since:1764496800', NOW).range, { fromMs: 1764496800000 });
});

/** The query, where the mark has to stand, and a part of what is said. */
const WRONG: readonly (readonly [string, number, RegExp])[] = [
  ['a "b', 2, /no end/],
  ['(a', 0, /not closed/],
  ['a)', 1, /nothing is open/],
  ['()', 0, /hold nothing/],
  ['a or', 2, /between two conditions/],
  ['or a', 0, /between two conditions/],
  ['and a', 0, /between two conditions/],
  ['name:', 5, /a value has to follow, as in name:checkout/],
  ['name: x', 5, /a value has to follow/],
  ['name:>', 6, /a value has to follow/],
  [':x', 0, /a name has to stand in front/],
  ['a *', 2, /all rows are found without it; .* name:\*/],
  ['check*', 5, /words are found whole; write body:\*check\* .* name:check\* .* "check\*" for the words/],
  ['hello, world - and', 13, /a word has letters or digits; .* body:\*%\*/],
  ['"&&"', 0, /a word has letters or digits/],
  ['/err.*/i', 0, /no regular expressions; .* write "\/err\.\*\/i" for the text/],
  ['name:/^pay/', 5, /no regular expressions; .* name:checkout\.\*/],
  ['severity:warm', 9, /no severity.*did you mean warn\?/],
  ['severity:>=warning', 11, /did you mean warn\?/],
  ['duration:>5x', 10, /no duration; write it as 500ms/],
  ['kind:evnt', 5, /kind is event, log or span/],
  ['status:>ok', 8, /status is ok, error or unset/],
  ['total>5', 5, /write total:>5 to compare/],
  ['total==5', 5, /write total:5/],
  ['total!=5', 5, /write -total:5/],
  ['total:!=5', 6, /write -total:… for what must not be/],
  ['size:>5ms', 6, /only duration: knows units.*>5 for milliseconds/],
  ['n:>a*', 3, /cannot be compared with >/],
  ['n:>*', 3, /cannot be compared with >/],
  ['last:2x', 5, /no time for last:, which is as in last:2h/],
  ['last:0s', 5, /no time/],
  ['on:2026-06-31', 3, /no time for on:/],
  ['last:1h last:2h', 8, /said already/],
  ['since:1h until:2h', 9, /ends before it begins/],
  ['-last:1h', 1, /holds for the whole query/],
  ['a or last:1h', 2, /between two conditions/],
  ['a or b last:1h', 7, /put what belongs to "or" in parentheses/],
];

for (const [query, at, said] of WRONG) {
  test(`wrong: ${query}`, () => {
    assert.throws(
      () => parseQuery(query, NOW),
      (error: { code: string; message: string }) => {
        const [first = '', line, mark = ''] = error.message.split('\n');
        assert.equal(error.code, 'QUERY_INVALID');
        assert.match(first, said);
        assert.equal(line, `  ${query}`);
        assert.equal(mark.indexOf('^') - 2, at);
        return true;
      },
    );
  });
}

test('the mark stands below its character when characters before it are wide', () => {
  assert.throws(
    () => parseQuery('名前 level:warm', NOW),
    /at character 10: .*\n {2}名前 level:warm\n {13}\^$/,
  );
});

test('what is too long or too deep is refused at once', () => {
  assert.throws(() => parseQuery('x'.repeat(10_001), NOW), /at most 10000 characters/);
  assert.throws(() => parseQuery(`${'('.repeat(5_000)}x`, NOW), /at most 50 levels/);
  assert.throws(() => parseQuery(`${'-'.repeat(9_000)}x`, NOW), /at most 50 levels/);
});

test('the examples of the documentation are queries', () => {
  const guide = readFileSync(path.join(import.meta.dirname, '../../../docs/queries.md'), 'utf8');
  const rows = guide.split('\n').filter((line) => line.startsWith('| `'));
  const written = rows.flatMap((line) =>
    [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, one]) => one ?? ''),
  );
  const queries = written.filter((one) => one.includes(':') && !/^[<>]/.test(one));
  assert.ok(queries.length > 15, `${queries.length} examples`);
  for (const query of queries) parseQuery(query, NOW);
  const [first = ''] = /(?<=```text\n)name:[^`]+/.exec(guide) ?? [];
  assert.equal(where(first)?.kind, 'and');
  const [, error = '', wrong = ''] = /```text\n(at .*\n {2}(.*)\n +\^)/.exec(guide) ?? [];
  assert.throws(() => parseQuery(wrong, NOW), { message: error });
});

test('any text is a query, or refused as one that is none', () => {
  const pieces = fc.constantFrom(
    ...'name:,"()-<>=!*\\ '.split(''),
    'last:',
    '2h',
    'or',
    'and',
    '[]',
    'duration:>',
  );
  const text = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 12 });
  let read = 0;
  fc.assert(
    fc.property(text, (parts) => {
      try {
        parseQuery(parts.join(''), NOW);
        read++;
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'QUERY_INVALID', String((error as Error).stack));
      }
    }),
    { numRuns: 5_000 },
  );
  assert.ok(read > 100, `${read} read`);
});
