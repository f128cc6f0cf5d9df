import { openSync } from 'node:fs';
import { isForWant } from './is-for-want.ts';

/**
 * Opens a directory to sync its entries.
 * @returns undefined where there is nothing to sync: it is gone, which the look after the write finds out, or
 *   this system has no such thing
 * @throws for want of file handles: its entries are not on the disk then
 */
export function openDirectory(directory: string): number | undefined {
  try {
    return openSync(directory, 'r');
  } catch (error) {
    if (isForWant(error)) throw error;
    return undefined;
  }
}
