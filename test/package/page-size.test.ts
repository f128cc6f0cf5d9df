import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bundlePage } from '../../scripts/bundle-page.ts';
import { tempDir } from '../harness/temp-dir.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

/** What a browser loads before it shows anything, compressed. */
const MAX_FIRST_BYTES = 40_000;

/** All scripts, each compressed by itself. */
const MAX_BYTES = 62_000;

async function scriptsOf(t: TestContext): Promise<ReadonlyMap<string, string>> {
  const directory = tempDir(t);
  await bundlePage(ROOT, directory);
  const names = readdirSync(directory).filter((name) => name.endsWith('.js'));
  return new Map(names.map((name) => [name, readFileSync(path.join(directory, name), 'utf8')]));
}

/** A script and those that it cannot begin without. */
function withImports(name: string, scripts: ReadonlyMap<string, string>, found = new Set<string>()) {
  if (found.has(name)) return found;
  found.add(name);
  const text = scripts.get(name) ?? '';
  for (const [, from = ''] of text.matchAll(/\bimport(?:[^"'()]*?from)?["']\.\/([^"']+)["']/g)) {
    withImports(from, scripts, found);
  }
  return found;
}

const zipped = (text: string): number => gzipSync(text).length;

test("the page's scripts stay small, and what draws charts is loaded with the first chart", async (t) => {
  const scripts = await scriptsOf(t);
  const first = [...withImports('page.js', scripts)];
  const bytes = first.reduce((sum, name) => sum + zipped(scripts.get(name) ?? ''), 0);
  assert.ok(bytes > 10_000 && bytes <= MAX_FIRST_BYTES, `${first.join(' + ')}: ${bytes} bytes`);
  const all = [...scripts.values()].reduce((sum, text) => sum + zipped(text), 0);
  assert.ok(all > bytes + 20_000 && all <= MAX_BYTES, `${[...scripts.keys()].join(' + ')}: ${all} bytes`);
});
