import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { apiNamesJson } from '../../scripts/list-api-names.ts';
import { tarball } from './pack.ts';

const unpacked = mkdtempSync(path.join(os.tmpdir(), 'otel-events-unpacked-'));
after(() => rmSync(unpacked, { recursive: true, force: true }));
execFileSync('tar', ['-xzf', tarball(), '-C', unpacked]);

const dir = path.join(unpacked, 'package');
const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) =>
  statSync(path.join(dir, file)).isFile(),
);
const read = (file: string): string => readFileSync(path.join(dir, file), 'utf8');
const manifest = JSON.parse(read('package.json'));

/** Imports of packages, as the compiler and esbuild write them. */
const IMPORTS =
  /^(?:import|export)\b[^;'"]*?\bfrom ['"]([^'".][^'"]*)['"]|^import ['"]([^'".][^'"]*)['"]|\bimport\(['"]([^'".][^'"]*)['"]\)/gm;

test('every file that package.json names is packed', () => {
  const named = [manifest.exports, manifest.bin, manifest.types, manifest.files].flatMap(textsIn);
  const missing = named.filter((file) => !existsSync(path.join(dir, file)));
  assert.deepEqual(missing, []);
});

test('the command is executable and starts with a line that says how', () => {
  for (const file of textsIn(manifest.bin)) {
    assert.equal(statSync(path.join(dir, file)).mode & 0o111, 0o111, file);
    assert.match(read(file), /^#!\/usr\/bin\/env node\n/);
  }
});

test('nothing is packed but what runs, what describes it and what explains it', () => {
  const wanted =
    /^(dist\/.+\.(c?js|d\.c?ts)|dist\/viewer-page\/(index\.html|page\.css|icon\.svg)|collector\/embedded\.yaml|package\.json|[A-Z-]+(\.md|\.txt)?)$/;
  assert.deepEqual(
    files.filter((file) => !wanted.test(file.replaceAll(path.sep, '/'))),
    [],
  );
});

test('no file refers to a source map: what is packed reads like the source', () => {
  const wrong = files.filter((file) => /\.c?js$/.test(file) && /^\/\/# sourceMappingURL=/m.test(read(file)));
  assert.deepEqual(wrong, []);
});

test('what is imported comes with Node or is a dependency', () => {
  const allowed = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
  const wrong: string[] = [];
  // The viewer's page is one bundle for browsers; it shows programs that import things.
  const code = files.filter((name) => /\.(c?js|d\.c?ts)$/.test(name) && !name.includes('viewer-page'));
  for (const file of code) {
    for (const [, from, plain, dynamic] of read(file).matchAll(IMPORTS)) {
      const name = from ?? plain ?? dynamic ?? '';
      if (!isBuiltin(name) && !allowed.has(name)) wrong.push(`${file} imports ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('package.json has no scripts, and no page has a link to a file that is not packed', () => {
  assert.equal(manifest.scripts, undefined);
  const dead = ['README.md', 'CHANGELOG.md'].flatMap((file) =>
    [...read(file).matchAll(/\]\((?![a-z]+:|#)([^()\s#]+)[^()]*\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(path.join(dir, target))),
  );
  assert.deepEqual(dead, []);
});

test('the notices name every package in the bundle, with its licence', () => {
  const notices = read('THIRD-PARTY-NOTICES.txt');
  const [banner = ''] = /^\/\*!.*?\*\//s.exec(read('dist/otel/sdk.js')) ?? [];
  const bundled = [...banner.matchAll(/(@opentelemetry\/\S+ \S+)/g)].map(([, name = '']) => name);
  assert.ok(bundled.length > 10, `found ${bundled.length}`);
  assert.deepEqual(
    bundled.filter((name) => !notices.includes(`${name}, copyright OpenTelemetry Authors, Apache-2.0`)),
    [],
  );
  assert.match(notices, /Apache License\n\s+Version 2\.0, January 2004/);
});

test('the names that the bundle takes from the api are those that its versions share', () => {
  const file = path.join(import.meta.dirname, '..', '..', 'scripts', 'api-names.json');
  assert.equal(readFileSync(file, 'utf8'), apiNamesJson(), 'run node scripts/list-api-names.ts');
});

/** All texts in a value of `package.json`. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
