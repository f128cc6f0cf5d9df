import path from 'node:path';
import type { Metafile } from 'esbuild';

/** The names of packs by module, as paths below `dist/`, and what each has. */
export interface Packs {
  readonly nameOf: ReadonlyMap<string, string>;
  readonly members: ReadonlyMap<string, readonly string[]>;
}

/**
 * Which modules are to lie in one file. esbuild makes a file of those that the same entry points need, and there are so many
 * of these that most files are of one or two modules. Here only some count: modules that the same of `roots` need belong
 * together. They can: a path from one to another leads through no third that is not of them, so no pack needs itself.
 * @param roots - what is started, each a list of modules that are loaded together
 */
export function packModules({ inputs }: Metafile, roots: readonly (readonly string[])[]): Packs {
  const signatures = new Map<string, string>();
  for (const [index, root] of roots.entries()) {
    for (const file of neededBy(inputs, root)) signatures.set(file, `${signatures.get(file) ?? ''}-${index}`);
  }
  const imported = new Set(Object.keys(inputs).flatMap((file) => importsOf(inputs, file)));
  const members = new Map<string, string[]>();
  const nameOf = new Map<string, string>();
  for (const [file, signature] of signatures) {
    // Packages are files of their own already, and nobody imports what is only started.
    if (file.startsWith('..') || !imported.has(file)) continue;
    nameOf.set(file, signature);
    members.set(signature, [...(members.get(signature) ?? []), file]);
  }
  return { nameOf, members };
}

/** The packs whose modules a module imports, its own not. */
export function packsBehind({ nameOf }: Packs, { inputs }: Metafile, file: string): string[] {
  const names = importsOf(inputs, file).flatMap((target) => nameOf.get(target) ?? []);
  return [...new Set(names)].filter((name) => name !== nameOf.get(file));
}

function neededBy(inputs: Metafile['inputs'], root: readonly string[]): ReadonlySet<string> {
  const found = new Set(root);
  for (const file of found) for (const target of importsOf(inputs, file)) found.add(target);
  return found;
}

function importsOf(inputs: Metafile['inputs'], file: string): string[] {
  const { imports = [] } = inputs[file] ?? {};
  return imports
    .filter(({ kind, external }) => kind === 'import-statement' && !external)
    .map(({ path: target }) => path.posix.normalize(target));
}
