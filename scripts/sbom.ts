/** `npm run sbom -- [FILE]`: writes what the published package is made of, as CycloneDX JSON. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BundledPackage } from './bundled-packages.ts';
import { type PackedManifest, packedManifest } from './packed-files.ts';
import { noticedPackages } from './third-party-notices.ts';

const DEFAULT_FILE = path.join('tmp', 'otel-events.cdx.json');

/** The parts of a CycloneDX document that are read or written here. */
export interface Sbom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: SbomComponent };
  readonly components: readonly SbomComponent[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

export interface SbomComponent {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly license: { readonly id: string } }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/**
 * npm's list of what is installed beside the package, in the versions of the lock file, and what esbuild put inside of it,
 * of which npm knows nothing. The WebAssembly in it is compiled from `wasm/` alone, without a library.
 * @param root - of the project, built: the notices say what is inside
 */
export function sbomOf(root: string): Sbom {
  const installed = installedSbom(root);
  const notices = readFileSync(path.join(root, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  const inside = noticedPackages(notices).map(component);
  const { 'bom-ref': self } = installed.metadata.component;
  const refs = inside.map((each) => each['bom-ref']);
  return {
    ...installed,
    components: [...installed.components, ...inside],
    dependencies: [
      ...installed.dependencies.map(({ ref, dependsOn = [] }) => ({
        ref,
        dependsOn: ref === self ? [...dependsOn, ...refs] : dependsOn,
      })),
      ...refs.map((ref) => ({ ref })),
    ],
  };
}

/**
 * `npm sbom` of a project that has the package's own dependencies and no others. Asked in this one, even with `--omit=dev`,
 * it leaves out each package that something for development wants too.
 */
function installedSbom(root: string): Sbom {
  const parent = mkdtempSync(path.join(tmpdir(), 'otel-events-sbom-'));
  try {
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as PackedManifest;
    // npm calls a project as its directory is called.
    const directory = path.join(parent, String(manifest.name));
    mkdirSync(directory);
    writeFileSync(path.join(directory, 'package.json'), JSON.stringify(packedManifest(manifest)));
    copyFileSync(path.join(root, 'package-lock.json'), path.join(directory, 'package-lock.json'));
    // Takes out of the lock file what is for development, and leaves the versions of the rest.
    npm(
      directory,
      'install',
      '--package-lock-only',
      '--offline',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
    );
    return JSON.parse(npm(directory, 'sbom', '--sbom-format=cyclonedx', '--package-lock-only')) as Sbom;
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', [...args, '--loglevel=error'], { cwd, encoding: 'utf8' });
}

/** @see CycloneDX property taxonomy, `cdx:npm:package:bundled` */
function component({ name, version, license, repository }: Omit<BundledPackage, 'licenseText'>) {
  return {
    'bom-ref': `bundled:${name}@${version}`,
    type: 'library',
    name,
    version,
    scope: 'required',
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    properties: [{ name: 'cdx:npm:package:bundled', value: 'true' }],
    externalReferences: [{ type: 'vcs', url: repository }],
    licenses: [{ license: { id: license } }],
  };
}

if (import.meta.main) {
  const root = path.join(import.meta.dirname, '..');
  const file = path.resolve(process.argv[2] ?? path.join(root, DEFAULT_FILE));
  const sbom = sbomOf(root);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
  console.log(`${file}: ${sbom.components.length} components, CycloneDX ${sbom.specVersion}`);
}
