import { buildModule } from './build-module.ts';
import type { Service } from './service.ts';

/** The release that is built, as the image is called; its Go module says v0.315.0. */
export const PROMETHEUS_VERSION = '3.15.0';

/** Prometheus, without its page: the assets are not in the module. */
export const prometheus: Service = {
  name: 'prometheus',
  version: PROMETHEUS_VERSION,
  tools: ['go'],
  build: (build) =>
    buildModule(build, {
      module: `github.com/prometheus/prometheus@v${moduleVersion(PROMETHEUS_VERSION)}`,
      name: 'prometheus',
      goFlags: '-mod=mod',
      ldFlags: `-X github.com/prometheus/common/version.Version=${PROMETHEUS_VERSION}`,
    }),
};

/** 3.15.0 is v0.315.0: as a library Prometheus has no stable version. */
function moduleVersion(release: string): string {
  const [major = '', minor = '', patch = ''] = release.split('.');
  return `0.${major}${minor.padStart(2, '0')}.${patch}`;
}
