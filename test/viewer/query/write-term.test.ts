import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completing } from '../../../src/viewer/query/completing.ts';
import { parseQuery } from '../../../src/viewer/query/parse-query.ts';
import type { Field } from '../../../src/viewer/query/query.ts';
import { writeTerm } from '../../../src/viewer/query/write-term.ts';

const FIELDS: readonly Field[] = [
  { of: 'row', name: 'name' },
  ...[
    'user.id',
    'name',
    'data.total',
    'odd key',
    'a"b\\c',
    '-x',
    'last',
    'or',
    'ключ',
    'resource.x',
    '10',
  ].map((path): Field => ({ of: 'attribute', path })),
  { of: 'resource', path: 'host.name' },
];
const TEXTS = [
  'checkout',
  'a b',
  '42',
  'true',
  'a*',
  '/^pay/',
  '>5',
  '"q"',
  'b\\',
  'x:y',
  '',
  '-',
  'a,b',
  '(a)',
  '1..5',
  '//x',
  'é',
  '漢字',
  'a..b',
];

test('a term is read as exactly the field and the value that it was written of', () => {
  for (const field of FIELDS) {
    for (const value of [...TEXTS, 42, -1.5, true, null]) {
      const { where } = parseQuery(writeTerm(field, value), 0);
      assert.ok(where?.kind === 'compare', `${writeTerm(field, value)}: ${JSON.stringify(where)}`);
      assert.deepEqual([where.field, where.is, where.value], [field, '=', value], writeTerm(field, value));
      if (typeof value === 'string') assert.ok((where.bare ?? value) === value);
    }
    const { where } = parseQuery(writeTerm(field, undefined), 0);
    assert.deepEqual(where, { kind: 'not', part: { kind: 'exists', field } });
  }
});

const COMPLETIONS: readonly (readonly [string, object | undefined])[] = [
  ['us|', { what: 'name', prefix: 'us', from: 0, to: 2 }],
  ['a -us|er b', { what: 'name', prefix: 'us', from: 3, to: 7 }],
  ['(|', { what: 'name', prefix: '', from: 1, to: 1 }],
  ['name:che|', { what: 'value', prefix: 'che', from: 5, to: 8 }],
  ['name:a,b|c', { what: 'value', prefix: 'b', from: 7, to: 9 }],
  ['n:>=1|', { what: 'value', prefix: '1', from: 4, to: 5 }],
  ['name:"che|"', { what: 'value', prefix: 'che', from: 5, to: 10 }],
  ['"odd key":x|', { what: 'value', prefix: 'x', from: 10, to: 11 }],
  ['"card de|', undefined],
];

for (const [text, wanted] of COMPLETIONS) {
  test(`what is being written at ${text}`, () => {
    const found = completing(text.replace('|', ''), text.indexOf('|'));
    if (found === undefined) assert.equal(wanted, undefined);
    else {
      const { fields, ...rest } = found;
      assert.deepEqual(rest, wanted);
      assert.equal(fields.length > 0, found.what === 'value');
    }
  });
}
