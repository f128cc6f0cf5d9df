import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { tempDir } from '../harness/temp-dir.ts';

const MODULE = pathToFileURL(
  path.join(import.meta.dirname, '..', '..', 'src', 'cli', 'compile-cache.ts'),
).href;
const CACHE = path.join('.cache', 'otel-events', 'compile-cache');

interface Run {
  readonly env?: Readonly<Record<string, string>>;
  /** It does not end, and is killed after so long. */
  readonly killMs?: number;
}

/** A process whose user has this home, and which loads a module then. @returns the files of the cache */
function loadWith(home: string, { env = {}, killMs }: Run = {}): string[] {
  const loaded = path.join(home, 'loaded.mjs');
  writeFileSync(loaded, 'export const one = 1;');
  const code = `import { useCompileCache } from '${MODULE}';
    useCompileCache(${JSON.stringify(home)});
    await import('${pathToFileURL(loaded).href}');
    ${killMs === undefined ? '' : 'setInterval(() => {}, 1_000)'}`;
  const { NODE_COMPILE_CACHE: _, NODE_DISABLE_COMPILE_CACHE: __, ...others } = process.env;
  const { status, signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...others, ...env },
    encoding: 'utf8',
    timeout: killMs,
    killSignal: 'SIGKILL',
  });
  assert.deepEqual([status, signal], killMs === undefined ? [0, null] : [null, 'SIGKILL'], stderr);
  try {
    const found = readdirSync(path.join(home, CACHE), { recursive: true, withFileTypes: true });
    return found.filter((entry) => entry.isFile()).map(({ name }) => name);
  } catch {
    return [];
  }
}

test('what a command compiles is kept in the home of the user, where nobody else can write', (t) => {
  const home = tempDir(t);
  assert.equal(loadWith(home).length, 1);
  assert.equal(statSync(path.join(home, CACHE)).mode & 0o777, 0o700);
});

test('it is kept of a process that is killed, too', (t) => {
  assert.equal(loadWith(tempDir(t), { killMs: 6_000 }).length, 1);
});

test('a cache that others can write is not used, and neither is one that is not wanted', (t) => {
  const [open, unwanted] = [tempDir(t), tempDir(t)];
  mkdirSync(path.join(open, CACHE), { recursive: true });
  chmodSync(path.join(open, CACHE), 0o777);
  assert.deepEqual(loadWith(open), []);
  assert.deepEqual(loadWith(unwanted, { env: { NODE_DISABLE_COMPILE_CACHE: '1' } }), []);
});

test('a home where nothing can be made is no reason to fail', (t) => {
  const home = tempDir(t);
  writeFileSync(path.join(home, '.cache'), 'no directory');
  assert.deepEqual(loadWith(home), []);
});
