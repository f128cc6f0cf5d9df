import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** An app that installs one package and nothing else, outside the project. */
export interface SizedApp extends Disposable {
  readonly directory: string;
  /** Packages in its tree, the one that it asked for included. */
  readonly packages: number;
  /** What npm wrote, in bytes of the files. */
  readonly installBytes: number;
}

/**
 * Installs a package as a user does.
 * @param what - as for `npm install`: a name with a version, or a tarball
 * @throws Error when npm fails, offline for example, after it has said why
 */
export function installSizedApp(what: string): SizedApp {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'otel-events-size-'));
  const dispose = (): void => rmSync(directory, { recursive: true, force: true });
  try {
    writeFileSync(path.join(directory, 'package.json'), '{ "private": true, "type": "module" }');
    const args = ['install', what, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', args, { cwd: directory, env: onThisNode(), stdio: ['ignore', 'ignore', 'inherit'] });
    const modules = path.join(directory, 'node_modules');
    const tree = JSON.parse(readFileSync(path.join(modules, '.package-lock.json'), 'utf8')) as Tree;
    const packages = Object.keys(tree.packages).length;
    return { directory, packages, installBytes: bytesIn(modules), [Symbol.dispose]: dispose };
  } catch (cause) {
    dispose();
    throw cause;
  }
}

/** Bytes of all files in a directory. What begins with a dot is npm's own and not the packages'. */
export function bytesIn(directory: string): number {
  let bytes = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.name.startsWith('.') && path.basename(directory) === 'node_modules') continue;
    bytes += entry.isDirectory() ? bytesIn(file) : lstatSync(file).size;
  }
  return bytes;
}

interface Tree {
  readonly packages: Readonly<Record<string, unknown>>;
}

/** npm picks versions by the Node that it runs on. */
function onThisNode(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}` };
}
