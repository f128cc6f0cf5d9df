import { type CachedPackage, cachedFile } from './cached-package.ts';

/** The oldest Node that is allowed, and the newest. The tests themselves run on the one between. */
export const OLD_NODE = '22.16.0';
export const NEW_NODE = '26.10.0';

/** The package of npm that has a Node of this version. */
export function nodePackage(version: string): CachedPackage {
  return { name: 'node', version, file: 'bin/node' };
}

/** The executable of a version of Node; undefined is that of this process. */
export function nodeBinary(version: string | undefined): string {
  return version === undefined ? process.execPath : cachedFile(nodePackage(version));
}
