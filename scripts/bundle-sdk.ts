import { writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { apiShim } from './api-shim.ts';
import { type BundledPackage, bundledPackages } from './bundled-packages.ts';

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
    target: 'node22.16',
    charset: 'utf8',
    legalComments: 'inline',
    plugins: [apiShim(), leaveOutMachineId()],
  });
  checkImports(metafile);
  const packages = bundledPackages(metafile, root, ['Apache-2.0']);
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
