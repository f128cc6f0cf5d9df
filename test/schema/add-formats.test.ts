import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { newAjv } from '../../src/schema/drafts/load-ajv.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';
import { cpuClock } from '../harness/cpu-clock.ts';

const ajv = newAjv('draft-07');
const check = (name: string): ((text: string) => unknown) => ajv.compile({ type: 'string', format: name });

/** Text before the part that is repeated: so that a pattern comes to where it may try for long. */
const STARTS: readonly string[] = [
  '',
  'http://',
  'http://a.b@',
  'a:',
  'a://',
  'a://a@',
  '//',
  '//[',
  '/',
  '#',
  '#/',
  '0',
  '1/',
  'a@',
  'a@a.',
  'P',
  'PT',
  '2020-01-01T00:00:00.',
  '12:00:00.',
  't',
  '{',
  '{a',
  'urn:uuid:',
  '::',
  '^',
];
const PARTS: readonly string[] = [
  ':',
  'a',
  '%',
  '%41',
  '1',
  '.',
  '{',
  '}',
  '{a}',
  '/',
  '@',
  '-',
  '[',
  ']',
  '~',
  '~0',
  '#',
  '?',
  '=',
  ' ',
  'a.',
  'a-',
  'a@',
  '::',
  '1:',
  '(',
  '\\',
  'é',
  '/@',
  ':@',
  '*',
  '+',
  ',',
  'T',
];
const ENDS: readonly string[] = ['', '\n', '"', '@', '-', '/'];

const LENGTH = 100_000;

for (const name of Object.keys(ajv.formats)) {
  test(`the format ${name} takes time that grows with the text`, () => {
    const isFormat = check(name);
    isFormat('warm');
    for (const start of STARTS) {
      for (const part of PARTS) {
        const repeated = part.repeat(Math.ceil(LENGTH / part.length));
        for (const end of ENDS) {
          const clock = cpuClock();
          isFormat(start + repeated + end);
          const tookMs = clock();
          assert.ok(tookMs < 400, `${start}${part}…${end} took ${tookMs} ms`);
        }
      }
    }
  });
}

test('a million characters are no problem for any format', () => {
  for (const name of Object.keys(ajv.formats)) {
    for (const part of [':', 'a', '%41', '1', '.', '{a}', '/', '@', '~0', 'a.']) {
      const clock = cpuClock();
      check(name)(`http://${part.repeat(1_000_000 / part.length)}`);
      const tookMs = clock();
      assert.ok(tookMs < 2_000, `${name}: ${part} took ${tookMs} ms`);
    }
  }
});

test('a URL is what the format says, however it is looked for', () => {
  const { fullFormats } = createRequire(import.meta.url)('ajv-formats/dist/formats') as {
    fullFormats: { readonly url: RegExp };
  };
  const isUrl = check('url');
  const part = fc.constantFrom(
    'a',
    'b.co',
    'example.com',
    '@',
    '/',
    ':',
    '8080',
    '.',
    '-',
    '1',
    '10.0.0.1',
    '8.8.8.8',
    'é',
    '?',
    '#',
    ' ',
    '::',
    '//',
    'a-b',
    'x.y.zz',
    'http://',
  );
  const text = fc
    .tuple(fc.constantFrom('http://', 'https://', 'ftp://', 'HTTP://', ''), fc.array(part, { maxLength: 8 }))
    .map(([scheme, parts]) => scheme + parts.join(''));
  fc.assert(
    fc.property(text, (given) => assert.equal(isUrl(given), fullFormats.url.test(given), given)),
    { numRuns: 20_000 },
  );
});

test('a text that is longer than its format can be is refused', () => {
  assert.equal(check('email')(`${'a'.repeat(64)}@${'b'.repeat(63)}.example`), true);
  assert.equal(check('email')(`${'a'.repeat(300)}@${'b'.repeat(63)}.example`), false);
  assert.equal(check('date-time')('2020-01-01T00:00:00.123456789Z'), true);
  assert.equal(check('date-time')(`2020-01-01T00:00:00.${'1'.repeat(100)}Z`), false);
  assert.equal(check('regex')('a'.repeat(10_001)), false);
});

test('hundreds of long texts of a format are checked under a time limit', () => {
  const registry = new SchemaRegistry();
  const properties = { a: { items: { format: 'regex' } } };
  const schema = registry.register({ $id: 'urn:formats', version: 1, properties });
  schema.validate({});
  const clock = cpuClock();
  schema.validate({ a: Array(400).fill('[a-z](b)|'.repeat(1_000)) });
  assert.ok(clock() < 5_000);
});
