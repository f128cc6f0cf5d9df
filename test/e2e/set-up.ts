// What `npm run test:dropin` does before and after all test files: tools and the packed package, then the matrix.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installCached } from './install-cached.ts';
import { MATRIX_FILE } from './matrix-row.ts';
import { NEW_NODE, nodePackage, OLD_NODE } from './node-version.ts';
import { pack, TARBALL, tarball } from './pack.ts';
import { PNPM, YARN } from './package-manager.ts';
import { printMatrix } from './print-matrix.ts';

/** Installs package managers and versions of Node once for all times, and packs the package once for all files. */
export async function globalSetup(): Promise<void> {
  for (const each of [PNPM, YARN, nodePackage(OLD_NODE), nodePackage(NEW_NODE)]) await installCached(each);
  const file = await pack();
  const notes = path.join(path.dirname(file), 'matrix.jsonl');
  writeFileSync(notes, '');
  process.env[TARBALL] = file;
  process.env[MATRIX_FILE] = notes;
}

/** Prints the matrix; a row that is not good fails the run. */
export function globalTeardown(): void {
  const notes = process.env[MATRIX_FILE];
  if (notes === undefined) return;
  if (!printMatrix(notes)) process.exitCode = 1;
  rmSync(path.dirname(tarball()), { recursive: true, force: true });
}
