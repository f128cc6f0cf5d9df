import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a directory, and those above it, where they are missing. Node's own `recursive` never ends where the
 * system says that the directory above is missing and it is not, as below `/proc`.
 */
export async function makeDirectory(directory: string, mode = 0o777): Promise<void> {
  if (await makeOne(directory, mode)) return;
  await makeDirectory(path.dirname(directory), mode);
  await mkdir(directory, { mode }).catch(unless('EEXIST'));
}

/** @returns false when the directory above is missing */
async function makeOne(directory: string, mode: number): Promise<boolean> {
  const isTop = path.dirname(directory) === directory;
  const found = await mkdir(directory, { mode }).catch(
    unless('EEXIST', 'EISDIR', ...(isTop ? [] : ['ENOENT'])),
  );
  return found !== 'ENOENT';
}

function unless(...codes: readonly string[]): (error: NodeJS.ErrnoException) => string {
  return (error) => {
    if (error.code === undefined || !codes.includes(error.code)) throw error;
    return error.code;
  };
}
