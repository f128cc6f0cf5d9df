import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of all benchmarks, with peers of its own. */
export const BENCH = path.join(import.meta.dirname, '..');

interface Package {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The peers by name, with the exact versions that a folder's `package.json` wants. */
export function pinnedPeers(folder: string = BENCH): Readonly<Record<string, string>> {
  return readPackage(folder)?.dependencies ?? {};
}

/** The version of a peer that a contender gets; `undefined`: not installed. */
export function installedPeer(name: string, folder: string = BENCH): string | undefined {
  return readPackage(path.join(folder, 'node_modules', name))?.version;
}

function readPackage(directory: string): Package | undefined {
  const file = path.join(directory, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Package) : undefined;
}
