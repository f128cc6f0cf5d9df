import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tarball } from './pack.ts';
import { npm, type Run } from './run.ts';

const apps = path.join(import.meta.dirname, 'apps');

/** An app with the packed package in it, outside the checkout: nothing is found by climbing up. */
export interface InstalledApp extends Disposable {
  readonly dir: string;
  /** What `npm install` had to say. */
  readonly install: Run;
}

/**
 * Copies an app of `apps/` and installs the package into it.
 * @param more - keys to add to its `package.json`
 * @throws when npm fails, offline for example, with npm's words
 */
export async function installApp(name: string, more: object = {}): Promise<InstalledApp> {
  const dir = mkdtempSync(path.join(os.tmpdir(), `otel-events-${name}-`));
  cpSync(path.join(apps, name), dir, { recursive: true });
  cpSync(path.join(apps, 'serve-one-request.mjs'), path.join(dir, 'serve-one-request.mjs'));
  const manifest = path.join(dir, 'package.json');
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), ...more }));
  const install = await npm(dir, ['install', tarball()]);
  const dispose = (): void => rmSync(dir, { recursive: true, force: true });
  if (install.code === 0) return { dir, install, [Symbol.dispose]: dispose };
  dispose();
  throw new Error(`${name}: npm install ended with ${install.code}\n${install.stderr}`);
}
