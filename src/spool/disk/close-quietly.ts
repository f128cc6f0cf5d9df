import { closeSync } from 'node:fs';

/** Closes a file of which nothing more is wanted: a file system may answer even that with an error. */
export function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // The handle is gone in any case.
  }
}
