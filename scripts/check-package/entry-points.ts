import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A module that apps import. */
export interface EntryPoint {
  /** As in `package.json`: `.`, `./exporters/file`. */
  readonly subpath: string;
  /** Its types, relative to the package: `dist/exporters/file.d.ts`. */
  readonly types: string;
  /** Its source, relative to the project: `src/exporters/file.ts`. */
  readonly source: string;
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly default: { readonly types: string } }>>;
}

/** Every module in `exports` of the `package.json` in a directory, in its order. */
export function entryPoints(directory: string): EntryPoint[] {
  const { exports } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as Manifest;
  return Object.entries(exports).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return [];
    const types = path.posix.normalize(target.default.types);
    return [{ subpath, types, source: types.replace(/^dist\//, 'src/').replace(/\.d\.ts$/, '.ts') }];
  });
}
