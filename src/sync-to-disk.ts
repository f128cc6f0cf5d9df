import { closeSync, fsyncSync, openSync } from 'node:fs';

/**
 * Has a file, or the names in a directory, on the disk before it returns: a file that was renamed is only there for good when
 * its directory is.
 * @throws what the file system throws
 */
export function syncToDisk(place: string): void {
  const fd = openSync(place, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
