import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * Brings the tools of `scripts/check-package/package.json` into `node_modules` beside it, unless exactly those are
 * there. They have a tree of their own: TypeDoc and API Extractor need the JavaScript API of TypeScript 6, which
 * TypeScript 7, the compiler of this project, does not have, and nobody who only runs the tests needs 110 MB more.
 */
export function installTools(): void {
  const wanted = Object.entries(manifestOf('.').dependencies ?? {});
  const missing = wanted.filter(
    ([name, version]) => manifestOf(path.join('node_modules', name)).version !== version,
  );
  if (missing.length === 0) return;
  console.error(
    `installing into scripts/check-package/node_modules: ${missing.map((entry) => entry.join(' ')).join(', ')}`,
  );
  // No tool needs a script of its own to work.
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
  });
}

function manifestOf(directory: string): Manifest {
  const file = path.join(import.meta.dirname, directory, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : {};
}
