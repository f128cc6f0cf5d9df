import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compileRedact } from '../../src/redact/redact.ts';
import { CARD, EMAIL, IPV4 } from '../../src/redact/redact-patterns.ts';
import { type Case, CORPORA, UNTELLABLE } from './pattern-corpus.ts';

const PATTERNS = { CARD, EMAIL, IPV4 };

const GUIDE = new URL('../../docs/privacy.md', import.meta.url);

function redactorOf(name: keyof typeof CORPORA): (value: unknown) => unknown {
  const redact = compileRedact({ patterns: [PATTERNS[name]] });
  const nothing = { session: {}, context: {}, message: undefined, failure: undefined };
  return (value) => redact({ ...nothing, data: { value } }).data.value;
}

const expected = ({ text, taken }: Case): string =>
  taken === undefined ? text : text.replace(taken, () => '[Redacted]');

const percent = (part: number, of: number): string => `${((100 * part) / of).toFixed(1)} %`;

for (const name of ['CARD', 'EMAIL', 'IPV4'] as const) {
  test(`${name} takes all true cases of the corpus and next to none of the false ones, as the guide says`, (t) => {
    const redact = redactorOf(name);
    const { trueCases, falseCases } = CORPORA[name];
    const wrong = (cases: readonly Case[]): string[] =>
      cases.filter((each) => redact(each.text) !== expected(each)).map(({ text }) => text);
    const missed = wrong(trueCases);
    const taken = wrong(falseCases);
    const found = percent(trueCases.length - missed.length, trueCases.length);
    const row = `| \`${name}\` | ${found} of ${trueCases.length} | ${percent(taken.length, falseCases.length)} of ${falseCases.length} |`;
    t.diagnostic(row);
    assert.deepEqual(missed.slice(0, 20), []);
    assert.ok(taken.length <= falseCases.length / 100, taken.slice(0, 20).join('\n'));
    assert.ok(readFileSync(GUIDE, 'utf8').includes(row), `the guide wants the row ${row}`);
  });
}

test('what is around a pattern tells it from what it looks like: a pattern gets the whole text', () => {
  const within = (found: string, index: number, text: string): [number, number][] =>
    text[index - 1] === '#' ? [] : [[0, found.length]];
  const redact = compileRedact({
    patterns: [{ pattern: /(?<n>\d)\d/, within, mayBeIn: (text) => !text.startsWith('!') }],
  });
  const nothing = { session: {}, context: {}, message: undefined, failure: undefined };
  const after = redact({ ...nothing, data: { a: '#12 34', b: '!12' } });
  assert.deepEqual(after.data, { a: '#12 [Redacted]', b: '!12' });
});

test('how often CARD takes numbers that only their length makes one is in the guide too', (t) => {
  const redact = redactorOf('CARD');
  for (const [what, texts] of UNTELLABLE) {
    const rate = percent(texts.filter((text) => redact(text) !== text).length, texts.length);
    t.diagnostic(`${what}: ${rate}`);
    assert.ok(readFileSync(GUIDE, 'utf8').includes(`${what}: ${rate}`), `the guide wants ${what}: ${rate}`);
  }
});
