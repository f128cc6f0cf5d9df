import { statSync } from 'node:fs';

/**
 * Whether something is at `place`. A file system that cannot tell (no permission, a server that is away) has not
 * said that nothing is there.
 * @throws what it says then
 */
export function isThere(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false }) !== undefined;
}
