import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tarball } from './pack.ts';
import { type Manager, packageManager } from './package-manager.ts';
import { type Run, runNode } from './run.ts';

const apps = path.join(import.meta.dirname, 'apps');

/** How an app is installed and run. */
export interface InstallOptions {
  /** Keys to add to its `package.json`. */
  readonly more?: { readonly dependencies?: Readonly<Record<string, string>>; readonly overrides?: object };
  /** Default npm. */
  readonly manager?: Manager;
  /** Version of Node for the package manager and for the app; default that of this process. */
  readonly node?: string;
}

/** An app with the packed package in it, outside the checkout: nothing is found by climbing up. */
export interface InstalledApp extends Disposable {
  readonly dir: string;
  /** What the package manager complained about; nothing in a good install. */
  readonly complaints: readonly string[];
  /** What it said of dependencies that do not fit each other. */
  misfits(): Promise<readonly string[]>;
  /** Versions of all installed copies of a package. */
  copiesOf(name: string): readonly string[];
  /** Runs a file of the app, with nothing but `env` in its environment. */
  run(args: readonly string[], env?: Record<string, string>): Promise<Run>;
}

/**
 * Copies an app of `apps/`, with the scripts that all of them share, and installs it and the package.
 * @throws when the package manager fails, offline for example, with its words
 */
export async function installApp(name: string, options: InstallOptions = {}): Promise<InstalledApp> {
  const dir = mkdtempSync(path.join(os.tmpdir(), `otel-events-${name}-`));
  const manager = packageManager(options.manager ?? 'npm');
  cpSync(path.join(apps, name), dir, { recursive: true });
  for (const file of readdirSync(apps).filter((each) => each.endsWith('.mjs'))) {
    cpSync(path.join(apps, file), path.join(dir, file));
  }
  writeManifest(dir, options.more ?? {});
  const install = await manager.install(dir, options.node);
  const dispose = (): void => rmSync(dir, { recursive: true, force: true });
  if (install.code === 0) {
    return {
      dir,
      complaints: manager.complaints(install),
      misfits: () => manager.misfits(dir, install),
      copiesOf: (wanted) => copiesOf(dir, wanted),
      run: (args, env = {}) => runNode(dir, args, { ...manager.env(dir), ...env }, options.node),
      [Symbol.dispose]: dispose,
    };
  }
  dispose();
  throw new Error(
    `${name}: ${manager.title} ended with ${install.code}\n${install.stdout}\n${install.stderr}`,
  );
}

function writeManifest(dir: string, more: NonNullable<InstallOptions['more']>): void {
  const file = path.join(dir, 'package.json');
  const own = JSON.parse(readFileSync(file, 'utf8'));
  const dependencies = { ...own.dependencies, ...more.dependencies, 'otel-events': `file:${tarball()}` };
  writeFileSync(file, JSON.stringify({ ...own, ...more, dependencies }));
}

function copiesOf(dir: string, name: string): string[] {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  if (files.includes('.pnp.cjs')) return versionsInYarnLock(dir, name);
  const manifests = files.filter((file) => file.endsWith(path.join('node_modules', name, 'package.json')));
  // pnpm links to one copy from many places.
  const real = new Set(manifests.map((file) => realpathSync(path.join(dir, file))));
  return [...real].map((file) => JSON.parse(readFileSync(file, 'utf8')).version);
}

/** Of an app without `node_modules`. */
function versionsInYarnLock(dir: string, name: string): string[] {
  const lock = readFileSync(path.join(dir, 'yarn.lock'), 'utf8');
  return [...lock.matchAll(/^ {2}resolution: "(.+)@npm:(.+)"$/gm)]
    .filter(([, resolved]) => resolved === name)
    .map(([, , version = '']) => version);
}
