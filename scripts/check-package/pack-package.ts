import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');

/** The package as npm would publish it. Disposing removes what was made for it. */
export interface PackedPackage extends Disposable {
  /** Path of the `.tgz`. */
  readonly tarball: string;
  /** Where it is unpacked. Below the project: the types of Node and of the api are found by climbing up. */
  readonly directory: string;
  /** For files of the checks, such as configurations and results. */
  readonly workDirectory: string;
}

/**
 * Builds and packs the package; with `OTEL_EVENTS_TARBALL` takes that tarball instead.
 * @throws Error when the build or npm fails, after they have said why
 */
export function packPackage(): PackedPackage {
  mkdirSync(path.join(root, 'tmp'), { recursive: true });
  const workDirectory = mkdtempSync(path.join(root, 'tmp', 'package-'));
  const dispose = (): void => rmSync(workDirectory, { recursive: true, force: true });
  try {
    const tarball = process.env.OTEL_EVENTS_TARBALL ?? pack(workDirectory);
    execFileSync('tar', ['-xzf', tarball, '-C', workDirectory]);
    const directory = path.join(workDirectory, 'package');
    return { tarball, directory, workDirectory, [Symbol.dispose]: dispose };
  } catch (cause) {
    dispose();
    throw cause;
  }
}

/** With the `prepack` script, as `npm publish` does it: what is checked is what a build makes now. */
function pack(into: string): string {
  execFileSync('npm', ['pack', '--loglevel=error', '--pack-destination', into], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const name = readdirSync(into).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error('npm pack made no tarball');
  return path.join(into, name);
}
