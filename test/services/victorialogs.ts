import { buildModule } from './build-module.ts';
import type { Service } from './service.ts';

/**
 * The release that is built. What this tag has is the code of 1.52.0: the fixes of that line are not in its public
 * tags, and module proxies did not serve a newer one.
 */
export const VICTORIALOGS_VERSION = '1.52.2';

/** VictoriaLogs, with its page: it is in the module. */
export const victorialogs: Service = {
  name: 'victoria-logs',
  version: VICTORIALOGS_VERSION,
  tools: ['go'],
  build: (build) =>
    buildModule(build, {
      module: `github.com/VictoriaMetrics/VictoriaLogs@v${VICTORIALOGS_VERSION}`,
      name: 'victoria-logs',
      folder: 'app/victoria-logs',
      ldFlags: `-X github.com/VictoriaMetrics/VictoriaMetrics/lib/buildinfo.Version=victoria-logs-v${VICTORIALOGS_VERSION}`,
    }),
};
