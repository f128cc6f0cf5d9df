import path from 'node:path';
import { cacheDir } from '../services/cache-entry.ts';

/** A program that comes as a package of npm: outside of the checkout, so that a clean one reuses it. */
export interface CachedPackage {
  readonly name: string;
  readonly version: string;
  /** The file to run, from the root of the package. */
  readonly file: string;
}

/** The directory in which such a package is installed. */
export function cachedDir({ name, version }: CachedPackage): string {
  return path.join(cacheDir(), `${name.replace(/^@/, '').replace('/', '-')}-${version}`);
}

/** Where the file of a package is, or will be. */
export function cachedFile(wanted: CachedPackage): string {
  return path.join(cachedDir(wanted), 'node_modules', ...wanted.name.split('/'), wanted.file);
}
