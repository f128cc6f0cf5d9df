// A block that nothing runs would be a promise that nobody keeps.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readGuide } from './read-guide.ts';

const docs = path.join(import.meta.dirname, '..', '..', 'docs');
const services = path.join(import.meta.dirname, '..', 'services', 'guides.test.ts');

const names = readdirSync(docs).flatMap((file) => /^coming-from-(.+)\.md$/.exec(file)?.[1] ?? []);

const tests = [
  ...readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join(import.meta.dirname, file)),
  services,
].map((file) => readFileSync(file, 'utf8'));

test('there is a guide for each original, and for those whose place we can take', () => {
  assert.deepEqual(names.sort(), ['edx', 'jupyter', 'leip', 'pino', 'posthog', 'segment', 'trubrics']);
});

for (const name of names) {
  const { infos } = readGuide(name);

  test(`${name}: there is code before and after, and what comes out the same`, () => {
    assert.ok(infos.includes('js before') || infos.includes('python before'));
    assert.ok(infos.includes('js after'));
    assert.ok(infos.includes('json same') || infos.includes('jsonl same'));
  });

  test(`${name}: every block is named by a test that reads this guide`, () => {
    const reading = tests.filter((text) => text.includes(`readGuide('${name}')`));
    const unnamed = infos.filter((info) => !reading.some((text) => text.includes(`'${info}'`)));
    assert.deepEqual(unnamed, []);
  });
}
