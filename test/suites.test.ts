// A test that nobody runs is worse than none: it looks like a promise.
import assert from 'node:assert/strict';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tempDir } from './harness/temp-dir.ts';

/** What is a test, or a target of `npm run test:fuzz`. */
const TESTS = ['**/*.test.{ts,js,mts,mjs,cts,cjs}', 'test/fuzz/*.fuzz.ts'];

/** Neither sources of ours nor tests of ours: other people's packages, what was built, apps of e2e tests. */
const NOT_OURS = ['**/node_modules/**', '.git/**', 'dist/**', 'test/e2e/apps/**'];

interface Suites {
  /** Test files that no script of package.json runs. */
  readonly unrun: readonly string[];
  /** Those that a script runs which `.ci/run` does not. */
  readonly notInCi: readonly string[];
  /** Files that call `test()` and are not named like a test, so that no suite finds them. */
  readonly misnamed: readonly string[];
}

function readSuites(root: string): Suites {
  const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const tests = filesOf(root, TESTS);
  const inCi = new Set(linesOf(read('.ci/run')).flatMap((line) => filesRunBy(root, scripts, line)));
  const inAny = new Set(Object.values(scripts).flatMap((line) => filesRunBy(root, scripts, line)));
  return {
    unrun: tests.filter((file) => !inAny.has(file)),
    notInCi: tests.filter((file) => inAny.has(file) && !inCi.has(file)),
    misnamed: filesOf(root, ['test/**/*.{ts,js,mts,mjs}'])
      .filter((file) => !tests.includes(file))
      .filter((file) => /^(test|suite|it|describe)\(/m.test(read(file))),
  };
}

/** Every file that a command leads to: by its own patterns, those of the runner it starts, and other scripts. */
function filesRunBy(root: string, scripts: Readonly<Record<string, string>>, command: string): string[] {
  return command.split('&&').flatMap((step) => {
    const [, called] = /^\s*(?:timeout \S+ )?npm (?:run )?(\S+)/.exec(step) ?? [];
    const script = called === undefined ? undefined : scripts[called];
    if (script !== undefined) return filesRunBy(root, scripts, script);
    const [, runner] = /^\s*node (test\/\S+\.ts)/.exec(step) ?? [];
    const text = runner === undefined ? step : readIfThere(path.join(root, runner));
    const patterns = [...text.matchAll(/["'](test\/[^"']*\*[^"']*)["']/g)].map(([, pattern = '']) => pattern);
    return filesOf(root, patterns);
  });
}

function filesOf(root: string, patterns: readonly string[]): string[] {
  return globSync(patterns, { cwd: root, exclude: NOT_OURS }).map((file) => file.split(path.sep).join('/'));
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => !line.startsWith('#'));
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

test('every test file is run by a script of package.json, and by .ci/run', () => {
  const root = path.join(import.meta.dirname, '..');
  assert.ok(filesOf(root, TESTS).length > 150, 'there are tests to check');
  assert.deepEqual(readSuites(root), { unrun: [], notInCi: [], misnamed: [] });
});

test('a test file that no suite runs, one that CI leaves out, and one with another name are named', (t) => {
  const root = tempDir(t);
  const plant = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  const scripts = {
    test: 'npm run check && node --test "test/{a,b}/**/*.test.ts"',
    check: 'node --test "test/checked/*.test.ts"',
    'test:fuzz': 'node test/fuzz/run.ts',
    'test:slow': 'node --test "test/slow/*.test.ts"',
  };
  plant('package.json', JSON.stringify({ scripts }));
  plant('.ci/run', '#!/bin/sh\n# npm run test:slow\ntimeout 5m npm test\nnpm run test:fuzz\n');
  plant('test/fuzz/run.ts', "const TARGETS = 'test/fuzz/*.fuzz.ts';");
  const run = ['test/a/x.test.ts', 'test/b/deep/y.test.ts', 'test/checked/z.test.ts', 'test/fuzz/v.fuzz.ts'];
  for (const file of [...run, 'test/slow/s.test.ts', 'test/c/lost.test.ts']) plant(file, '');
  plant('test/a/forgotten.ts', "test('looks like one', () => {});\n");
  assert.deepEqual(readSuites(root), {
    unrun: ['test/c/lost.test.ts'],
    notInCi: ['test/slow/s.test.ts'],
    misnamed: ['test/a/forgotten.ts'],
  });
});
