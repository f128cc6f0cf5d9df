import assert from 'node:assert/strict';
import path from 'node:path';
import { describe } from 'node:test';
import { build } from 'esbuild';
import { logRecordsOf } from '../harness/otlp-json.ts';
import type { InstalledApp } from './install-app.ts';
import { installInRow, runAgain } from './run-in-row.ts';

/** Bundles the app, as a file that stands in a directory of its own. */
async function bundle(app: InstalledApp, format: 'esm' | 'cjs', external: string[]): Promise<string> {
  const file = path.join('out', `${format}-${external.length}`, format === 'esm' ? 'app.mjs' : 'app.cjs');
  await build({
    absWorkingDir: app.dir,
    entryPoints: ['app.js'],
    outfile: file,
    bundle: true,
    platform: 'node',
    format,
    external,
    logLevel: 'silent',
  });
  return file;
}

for (const format of ['esm', 'cjs'] as const) {
  describe(`an app bundled by esbuild as ${format}`, () => {
    const { row, installed } = installInRow({ fixture: `esbuild, ${format}`, app: 'bundled' });

    row.check('once', 'with otel-events external its events arrive once', async () => {
      const args = [await bundle(installed(), format, ['otel-events'])];
      const { run, seen, requests } = await runAgain(installed(), { args });
      assert.equal(run.stderr, '');
      assert.deepEqual(seen, { acked: 2, pending: 0, rejected: 0, dropped: 0 });
      const names = logRecordsOf(requests).map(({ eventName }) => eventName);
      assert.deepEqual(names.sort(), ['cart.item_added', 'checkout']);
    });

    row.check('warnings', 'with otel-events inside it does not start, and says what to do', async () => {
      const run = await installed().run([await bundle(installed(), format, [])]);
      assert.equal(run.code, 1);
      assert.match(run.stderr, /otel-events was bundled into another file.*external: \['otel-events'\]/);
      return 'if inside';
    });
  });
}
