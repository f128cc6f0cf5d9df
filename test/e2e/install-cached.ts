import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type CachedPackage, cachedDir, cachedFile } from './cached-package.ts';
import { npm } from './npm.ts';

/**
 * Installs a package into the cache, if it is not there yet.
 * @throws when npm fails, with npm's words
 */
export async function installCached(wanted: CachedPackage): Promise<void> {
  if (existsSync(cachedFile(wanted))) return;
  const { name, version } = wanted;
  const dir = cachedDir(wanted);
  // Renamed when it is complete: what was broken off is not taken for a package.
  const unfinished = `${dir}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const manifest = { private: true, dependencies: { [name]: version }, allowScripts: { [name]: true } };
  writeFileSync(path.join(unfinished, 'package.json'), JSON.stringify(manifest));
  const { code, stderr } = await npm(unfinished, ['install']);
  if (code === 0) {
    rmSync(dir, { recursive: true, force: true });
    renameSync(unfinished, dir);
  }
  rmSync(unfinished, { recursive: true, force: true });
  if (!existsSync(cachedFile(wanted))) throw new Error(`${name}@${version} cannot be installed\n${stderr}`);
}
