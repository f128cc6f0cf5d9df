import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from '../services/cache-entry.ts';
import { type CachedPackage, cachedFile } from './cached-package.ts';
import { nodeBinary } from './node-version.ts';
import { npm } from './npm.ts';
import { type Run, run } from './run.ts';

/** Who installs an app. `yarn-pnp` is yarn without `node_modules`. */
export type Manager = 'npm' | 'pnpm' | 'yarn' | 'yarn-pnp';

/** What a package manager is asked to do, and how its words are read. */
export interface PackageManager {
  /** As the matrix shows it. */
  readonly title: string;
  /** Installs what the `package.json` in `dir` asks for, on a version of Node. */
  install(dir: string, node: string | undefined): Promise<Run>;
  /** What it complains about: lines that a clean install does not have. */
  complaints(install: Run): string[];
  /** What it says of dependencies that do not fit each other; nothing if all fit. */
  misfits(dir: string, install: Run): Promise<string[]>;
  /** For the environment of the app. */
  env(dir: string): Record<string, string>;
}

export const PNPM: CachedPackage = { name: 'pnpm', version: '10.34.8', file: 'bin/pnpm.cjs' };
export const YARN: CachedPackage = { name: '@yarnpkg/cli-dist', version: '4.18.1', file: 'bin/yarn.js' };

/**
 * What yarn says of every install: headings, what was added, and how much of it. Scripts of others are not run
 * (YN0004), and Plug'n'Play says that its loader of ES modules is experimental (YN0092).
 */
const YARN_CALM = /^➤ (YN0000|YN0013|YN0085|YN0092|YN0004: │ (?!otel-events))/;

/** Messages of yarn about peer dependencies: not provided, of a wrong version, or some of both. */
const YARN_PEERS = /YN0002|YN0060|YN0086/;

const noMore = (): Record<string, string> => ({});

function yarn(title: string, nodeLinker: string, env: PackageManager['env']): PackageManager {
  return {
    title,
    install: (dir, node) => {
      // Else it looks for a project further up.
      writeFileSync(path.join(dir, 'yarn.lock'), '');
      writeFileSync(path.join(dir, '.yarnrc.yml'), `nodeLinker: ${nodeLinker}\n`);
      return run(nodeBinary(node), [cachedFile(YARN), 'install'], dir, {
        ...process.env,
        YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
        YARN_ENABLE_TELEMETRY: 'false',
        YARN_GLOBAL_FOLDER: path.join(cacheDir(), 'yarn'),
      });
    },
    complaints: ({ stdout, stderr }) => linesOf(stdout + stderr).filter((line) => !YARN_CALM.test(line)),
    misfits: async (_, { stdout }) => linesOf(stdout).filter((line) => YARN_PEERS.test(line)),
    env,
  };
}

const MANAGERS: Record<Manager, PackageManager> = {
  npm: {
    title: 'npm',
    install: (dir, node) => npm(dir, ['install'], node),
    complaints: ({ stderr }) => linesOf(stderr),
    misfits: async (dir) => {
      const { code, stdout, stderr } = await npm(dir, ['ls', '--all']);
      return code === 0 && stderr === '' ? [] : linesOf(`${stdout}\n${stderr}`);
    },
    env: noMore,
  },
  pnpm: {
    title: `pnpm ${PNPM.version}`,
    install: (dir, node) => {
      const store = `--store-dir=${path.join(cacheDir(), 'pnpm-store')}`;
      const args = ['install', '--no-frozen-lockfile', '--reporter=append-only', store];
      return run(nodeBinary(node), [cachedFile(PNPM), ...args], dir, { ...process.env });
    },
    complaints: ({ stdout, stderr }) => [
      ...linesOf(stdout).filter((line) => /\bWARN\b|otel-events.*build script/.test(line)),
      ...linesOf(stderr),
    ],
    misfits: async (_, { stdout }) => linesOf(stdout).filter((line) => /(unmet|missing) peer/.test(line)),
    env: noMore,
  },
  yarn: yarn(`yarn ${YARN.version}`, 'node-modules', noMore),
  'yarn-pnp': yarn(`yarn ${YARN.version} pnp`, 'pnp', (dir) => ({
    // What `yarn node` sets.
    NODE_OPTIONS: `--require ${dir}/.pnp.cjs --experimental-loader ${dir}/.pnp.loader.mjs --disable-warning=ExperimentalWarning`,
  })),
};

/** The package manager of this name. */
export function packageManager(name: Manager): PackageManager {
  return MANAGERS[name];
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
