import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { tempDir } from '../harness/temp-dir.ts';

const MODULE = pathToFileURL(
  path.join(import.meta.dirname, '..', '..', 'src', 'cli', 'compile-cache.ts'),
).href;
const CACHE = path.join('.cache', 'otel-events', 'compile-cache');

/** A process whose user has this home, and which loads a module then. @returns what is in the cache */
function loadWith(home: string, env: Readonly<Record<string, string>> = {}): string[] {
  const loaded = path.join(home, 'loaded.mjs');
  writeFileSync(loaded, 'export const one = 1;');
  const code = `import { useCompileCache } from '${MODULE}';
    useCompileCache(${JSON.stringify(home)});
    await import('${pathToFileURL(loaded).href}');`;
  const { NODE_COMPILE_CACHE: _, NODE_DISABLE_COMPILE_CACHE: __, ...others } = process.env;
  execFileSync(process.execPath, ['--input-type=module', '-e', code], { env: { ...others, ...env } });
  try {
    return readdirSync(path.join(home, CACHE));
  } catch {
    return [];
  }
}

test('what a command compiles is kept in the home of the user, where nobody else can write', (t) => {
  const home = tempDir(t);
  assert.equal(loadWith(home).length, 1);
  assert.equal(statSync(path.join(home, CACHE)).mode & 0o777, 0o700);
});

test('a cache that others can write is not used, and neither is one that is not wanted', (t) => {
  const [open, unwanted] = [tempDir(t), tempDir(t)];
  mkdirSync(path.join(open, CACHE), { recursive: true });
  chmodSync(path.join(open, CACHE), 0o777);
  assert.deepEqual(loadWith(open), []);
  assert.deepEqual(loadWith(unwanted, { NODE_DISABLE_COMPILE_CACHE: '1' }), []);
});

test('a home where nothing can be made is no reason to fail', (t) => {
  const home = tempDir(t);
  writeFileSync(path.join(home, '.cache'), 'no directory');
  assert.deepEqual(loadWith(home), []);
});
