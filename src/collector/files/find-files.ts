import { glob } from 'node:fs/promises';
import path from 'node:path';

/** Which files are read. */
export interface FileChoice {
  /** Globs: `*`, `?`, `[a-z]`, `{a,b}` and `**`. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** The paths that are chosen now, in order; they need not be files. */
export async function findFiles({ include, exclude }: FileChoice): Promise<string[]> {
  const found = new Set<string>();
  const excluded = exclude.map((pattern) => path.resolve(pattern));
  for (const pattern of include) {
    for await (const entry of glob(path.resolve(pattern))) {
      if (!excluded.some((one) => path.matchesGlob(entry, one))) found.add(entry);
    }
  }
  return [...found].sort();
}
