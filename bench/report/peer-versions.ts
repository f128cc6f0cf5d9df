import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const BENCH = path.join(import.meta.dirname, '..');

interface Package {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The peers by name, with the exact versions that `bench/package.json` wants. */
export function pinnedPeers(): Readonly<Record<string, string>> {
  return readPackage('.')?.dependencies ?? {};
}

/** The version of a peer that a contender gets; `undefined`: not installed. */
export function installedPeer(name: string): string | undefined {
  return readPackage(path.join('node_modules', name))?.version;
}

function readPackage(directory: string): Package | undefined {
  const file = path.join(BENCH, directory, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Package) : undefined;
}
