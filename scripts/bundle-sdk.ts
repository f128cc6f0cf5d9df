import { readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { apiShim } from './api-shim.ts';

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

const API = '@opentelemetry/api';

/**
 * Bundles `src/otel/sdk.ts` with the SDK inside over `dist/otel/sdk.js`, so that an app gets our SDK without
 * a second one in its tree. The api stays outside: the app's copy has to be the one that is used.
 * @returns the packages inside, by name
 */
export async function bundleSdk(root: string): Promise<readonly BundledPackage[]> {
  const outfile = path.join(root, 'dist', 'otel', 'sdk.js');
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/otel/sdk.ts'],
    outfile,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.15',
    charset: 'utf8',
    legalComments: 'inline',
    plugins: [apiShim(), leaveOutMachineId()],
  });
  checkImports(metafile);
  const packages = packagesIn(metafile, root);
  const [code] = outputFiles;
  writeFileSync(outfile, `${banner(packages)}\n${code?.text}`);
  return packages;
}

/**
 * The resource detectors are not used and fall away, but what one of them imports dynamically would still
 * turn every module that it shares with the rest into a lazy one.
 */
function leaveOutMachineId(): Plugin {
  return {
    name: 'leave-out-machine-id',
    setup({ onResolve }) {
      onResolve({ filter: /\/getMachineId-\w+\.mjs$/ }, ({ path: name }) => ({ path: name, external: true }));
    },
  };
}

function packagesIn({ outputs }: Metafile, root: string): BundledPackage[] {
  const folders = new Set<string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  const packages = [...folders].map((folder) => readPackage(path.join(root, folder)));
  return packages.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function readPackage(folder: string): BundledPackage {
  const { name, version, author, license, repository } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  if (license !== 'Apache-2.0') {
    throw new Error(`${name} ${version} is bundled and its licence is ${license}: see what it asks for`);
  }
  return {
    name,
    version,
    author: typeof author === 'string' ? author : author.name,
    license,
    repository: typeof repository === 'string' ? `https://github.com/${repository}` : repository.url,
    licenseText: readFileSync(path.join(folder, 'LICENSE'), 'utf8'),
  };
}

/** @see Apache License 2.0, section 4 (b): modified files say that they were changed */
function banner(packages: readonly BundledPackage[]): string {
  const names = packages.map(({ name, version }) => ` *   ${name} ${version}`);
  return [
    '/*!',
    ' * Part of otel-events, with code of these packages, bundled by esbuild, which left out what is unused:',
    ...names,
    ' * Copyright OpenTelemetry Authors, licensed under Apache-2.0; see THIRD-PARTY-NOTICES.txt.',
    ' */',
  ].join('\n');
}

/** What is imported from outside has to be there in every app. */
function checkImports({ outputs }: Metafile): void {
  const outside = Object.values(outputs).flatMap(({ imports }) => imports.map((each) => each.path));
  const wrong = outside.filter((name) => name !== API && !isBuiltin(name));
  if (wrong.length > 0) throw new Error(`dist/otel/sdk.js imports ${wrong.join(', ')}`);
}
