import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { API_REPORT_FILE, apiDiff } from '../../scripts/check-package/api-report.ts';
import { entryPoints } from '../../scripts/check-package/entry-points.ts';
import { tempDir } from '../harness/temp-dir.ts';

const root = path.join(import.meta.dirname, '..', '..');
const accepted = readFileSync(API_REPORT_FILE, 'utf8');

test('the report that was accepted differs from itself in nothing', (t) => {
  assert.equal(apiDiff(accepted, tempDir(t)), '');
});

test('a type that has changed is shown as a diff, without files of this machine', (t) => {
  const before = '    durable(): Promise<void>;\n';
  const after = '    durable(): Promise<boolean>;\n';
  assert.ok(accepted.includes(before));
  const directory = tempDir(t);
  const diff = apiDiff(accepted.replace(before, after), directory);
  assert.match(diff, /^@@ /);
  assert.ok(diff.includes(`\n-${before}+${after}`), diff);
  assert.ok(!diff.includes(directory), diff);
});

test('the report has a namespace for every entry point that exports something', () => {
  const named = entryPoints(root)
    .map(({ subpath }) => subpath)
    .filter((subpath) => subpath !== './register')
    .map((subpath) => (subpath === '.' ? 'otel_events' : subpath.slice(2).replaceAll(/\W/g, '_')));
  const missing = named.filter((name) => !accepted.includes(`declare namespace ${name} {`));
  assert.deepEqual(missing, []);
});

test('every entry point has a source', () => {
  const points = entryPoints(root);
  assert.ok(points.length > 15, `found ${points.length}`);
  assert.deepEqual(
    points.filter(({ source }) => !existsSync(path.join(root, source))),
    [],
  );
});
