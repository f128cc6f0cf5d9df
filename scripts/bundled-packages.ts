import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Metafile } from 'esbuild';

/** A package whose code is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly author: string;
  readonly license: string;
  readonly repository: string;
  /** The text of its licence. */
  readonly licenseText: string;
}

/**
 * The packages whose code esbuild put into its outputs, by name.
 * @param licenses - those that somebody has read, and whose terms the build keeps
 */
export function bundledPackages(
  { outputs }: Metafile,
  root: string,
  licenses: readonly string[],
): BundledPackage[] {
  const folders = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  const packages = [...folders].map((folder) => readPackage(path.join(root, folder), licenses));
  return packages.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function readPackage(folder: string, licenses: readonly string[]): BundledPackage {
  const { name, version, author, license, repository } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  if (!licenses.includes(license)) {
    throw new Error(`${name} ${version} is bundled and its licence is ${license}: see what it asks for`);
  }
  return {
    name,
    version,
    author: typeof author === 'string' ? author : (author?.name ?? 'see its licence'),
    license,
    repository:
      typeof repository === 'string'
        ? `https://github.com/${repository.replace(/^github:/, '')}`
        : repository.url,
    licenseText: readFileSync(path.join(folder, 'LICENSE'), 'utf8'),
  };
}
