// What nobody uses is deleted. A value that only tests use is a window that was cut for them: they go by the door.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { sourcesIn } from '../scripts/sources-in.ts';

const root = path.join(import.meta.dirname, '..');
const sources = sourcesIn(path.join(root, 'src'));

/** The front doors: what they export is for apps. */
const doors = new Set(
  [...readFileSync(path.join(root, 'package.json'), 'utf8').matchAll(/"\.\/dist\/([^"]+)\.js"/g)].map(
    ([, file]) => `${file}.ts`,
  ),
);

/** Exported functions, classes and constants that no other file of `src/` names. Types are for who reads the API. */
function unused(): string[] {
  const exported = /^export (?:async )?(?:abstract )?(?:function\*?|class|const|let) (\w+)/gm;
  return sources
    .filter(({ file }) => !doors.has(file))
    .flatMap(({ file, text }) =>
      [...text.matchAll(exported)]
        .map(([, name = '']) => name)
        .filter((name) => !sources.some((other) => other.file !== file && isNamed(other.text, name)))
        .map((name) => `${file}: ${name}`),
    );
}

function isNamed(text: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(text);
}

test('every exported value is used by another file, or is a door of the package', () => {
  assert.ok(doors.has('index.ts') && doors.size > 5, `found ${[...doors].join(', ')}`);
  assert.deepEqual(unused(), []);
});
