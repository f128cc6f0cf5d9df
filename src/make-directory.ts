import { mkdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a directory, and what is missing above it. Node's own recursive way never ends where a parent is there and
 * nothing can be made in it (`/proc`, some network file systems), and says ENOENT for a full file system.
 * @throws what the file system throws; not if something of this name is there
 */
export function makeDirectory(directory: string, mode = 0o777): void {
  try {
    mkdirSync(directory, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EISDIR: the root, on some systems.
    if (code === 'EEXIST' || code === 'EISDIR') return;
    const parent = path.dirname(directory);
    if (code !== 'ENOENT' || parent === directory) throw error;
    makeDirectory(parent, mode);
    makeOne(directory, mode);
  }
}

/** Somebody else may have been faster. */
function makeOne(directory: string, mode: number): void {
  try {
    mkdirSync(directory, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
