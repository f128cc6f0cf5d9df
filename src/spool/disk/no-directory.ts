/** What to do where a path that is to be a directory is none. */
export const NO_DIRECTORY = 'it is a file, or lies in one: give the option spool the path of a directory';

/** Whether the path of a directory is that of a file, or goes through one. */
export function isNoDirectory(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOTDIR' || code === 'EEXIST';
}
