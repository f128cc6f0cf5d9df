import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type InstalledApp, installApp } from './install-app.ts';
import { runNode } from './run.ts';

const modules = path.join(import.meta.dirname, '..', '..', 'node_modules');

/** As strict as an app can be: our declarations are checked, too. */
const STRICT = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'];
const PLATFORM = ['--target', 'es2024', '--lib', 'es2024,esnext.disposable', '--types', 'node'];

const RESOLUTIONS = [
  { moduleResolution: 'node16', module: 'node16' },
  { moduleResolution: 'bundler', module: 'esnext' },
];

for (const app of ['typed-sdk3', 'typed-sdk2']) {
  describe(`a TypeScript app with ${app === 'typed-sdk3' ? 'SDK 3.x and api 1.10' : 'SDK 2.x and api 1.9'}`, () => {
    let installed: InstalledApp;
    before(async () => {
      installed = await installApp(app);
    });
    after(() => installed?.[Symbol.dispose]());

    for (const { module, moduleResolution } of RESOLUTIONS) {
      test(`type-checks with module resolution ${moduleResolution}`, async () => {
        const run = await runNode(installed.dir, [
          path.join(modules, 'typescript', 'bin', 'tsc'),
          ...STRICT,
          ...PLATFORM,
          ...['--typeRoots', path.join(modules, '@types')],
          ...['--module', module, '--moduleResolution', moduleResolution],
          'app.ts',
        ]);
        assert.deepEqual({ code: run.code, errors: run.stdout }, { code: 0, errors: '' });
      });
    }
  });
}
