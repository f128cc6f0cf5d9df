import { copyFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { buildModule } from './build-module.ts';
import { binaryOf } from './cache-entry.ts';
import { isOnPath } from './is-on-path.ts';
import type { Build, Service } from './service.ts';

/** The release that is built, as the image is called; its Go module says v0.315.0. */
export const PROMETHEUS_VERSION = '3.15.0';

const PACKAGE_TOOLS = ['apt-get', 'dpkg-deb'];
const BUILT = { name: 'prometheus', version: PROMETHEUS_VERSION };

/**
 * Prometheus: the distribution's package where there is one (10 s; the compiler takes 5 minutes on a machine that does
 * nothing else), unless the release of the image was built before. What dashboards ask is older than either: 2.42 of
 * Debian 12 answers all of it.
 */
export const prometheus: Service =
  binaryOf(BUILT) === undefined && PACKAGE_TOOLS.every(isOnPath)
    ? { name: 'prometheus', version: 'package', tools: PACKAGE_TOOLS, build: unpackOrCompile }
    : { ...BUILT, tools: ['go'], build: compile };

async function unpackOrCompile(build: Build): Promise<void> {
  try {
    await unpack(build);
  } catch {
    // No lists of packages, or none of this name.
    await compile(build);
  }
}

/** Without installing it, which would need root and start a service. */
async function unpack({ workDir, outDir, step }: Build): Promise<void> {
  const run = (title: string, command: string, ...args: string[]): Promise<string> =>
    step({ title, command, args, cwd: workDir });
  await run('download the package', 'apt-get', 'download', 'prometheus');
  const [deb = ''] = (await readdir(workDir)).filter((name) => name.endsWith('.deb'));
  await run('unpack it', 'dpkg-deb', '--extract', deb, 'unpacked');
  await copyFile(path.join(workDir, 'unpacked/usr/bin/prometheus'), path.join(outDir, 'prometheus'));
}

/** Without its page: the assets are not in the module. */
function compile(build: Build): Promise<void> {
  return buildModule(build, {
    module: `github.com/prometheus/prometheus@v${moduleVersion(PROMETHEUS_VERSION)}`,
    name: 'prometheus',
    goFlags: '-mod=mod',
    ldFlags: `-X github.com/prometheus/common/version.Version=${PROMETHEUS_VERSION}`,
  });
}

/** 3.15.0 is v0.315.0: as a library Prometheus has no stable version. */
function moduleVersion(release: string): string {
  const [major = '', minor = '', patch = ''] = release.split('.');
  return `0.${major}${minor.padStart(2, '0')}.${patch}`;
}
