import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Environment } from './environments.ts';

/** What makes the environments; must be on the PATH. */
export const PYTHON = 'python3.11';

/**
 * The interpreter of an environment below the user's cache directory. One that is not there is made, from PyPI,
 * which takes some seconds.
 * @throws if there is no Python, or its packages cannot be installed
 */
export function pythonOf({ name, packages }: Environment): string {
  const digest = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  const directory = path.join(cache, 'otel-events', `originals-${digest}`, name);
  const python = path.join(directory, 'bin', 'python');
  const complete = path.join(directory, 'complete');
  if (existsSync(complete)) return python;
  console.log(`installing ${packages.join(' ')}`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(path.dirname(directory), { recursive: true });
  execFileSync(PYTHON, ['-m', 'venv', directory], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...packages], { stdio: 'inherit' });
  // Last, and at once: an installation that was interrupted is made anew.
  writeFileSync(`${complete}.tmp`, '');
  renameSync(`${complete}.tmp`, complete);
  return python;
}
