import assert from 'node:assert/strict';
import path from 'node:path';
import { describe } from 'node:test';
import { installInRow } from './run-in-row.ts';

const modules = path.join(import.meta.dirname, '..', '..', 'node_modules');

/** As strict as an app can be: our declarations are checked, too. */
const STRICT = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'];
const PLATFORM = ['--target', 'es2024', '--lib', 'es2024,esnext.disposable', '--types', 'node'];

const RESOLUTIONS = [
  { moduleResolution: 'node16', module: 'node16' },
  { moduleResolution: 'nodenext', module: 'nodenext' },
  { moduleResolution: 'bundler', module: 'esnext' },
];

for (const app of ['typed-sdk3', 'typed-sdk2']) {
  const versions = app === 'typed-sdk3' ? 'SDK 3.x' : 'SDK 2.x';
  describe(`a TypeScript app with ${versions}`, () => {
    const { row, installed } = installInRow({ fixture: `TypeScript, ${versions}`, app });
    for (const { module, moduleResolution } of RESOLUTIONS) {
      row.check('other', `type-checks with module resolution ${moduleResolution}`, async () => {
        const run = await installed().run([
          path.join(modules, 'typescript', 'bin', 'tsc'),
          ...STRICT,
          ...PLATFORM,
          ...['--typeRoots', path.join(modules, '@types')],
          ...['--module', module, '--moduleResolution', moduleResolution],
          'app.ts',
        ]);
        assert.deepEqual({ code: run.code, errors: run.stdout }, { code: 0, errors: '' });
        return moduleResolution;
      });
    }
  });
}
