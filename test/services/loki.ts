import { buildModule } from './build-module.ts';
import type { Service } from './service.ts';

/** The release that is built; the image is called the same. */
export const LOKI_VERSION = '3.7.8';

/** Loki: one binary with all of it, as the image has it. */
export const loki: Service = {
  name: 'loki',
  version: LOKI_VERSION,
  tools: ['go'],
  build: (build) =>
    buildModule(build, {
      module: `github.com/grafana/loki/v3@v${LOKI_VERSION}`,
      name: 'loki',
      // Its go.mod replaces a package of the same repository by a folder, which a published module does not have.
      prepare: async (sourceDir) => {
        await build.step({
          title: 'take its own package from the registry',
          command: 'go',
          args: ['mod', 'edit', '-dropreplace', 'github.com/grafana/loki/pkg/push'],
          cwd: sourceDir,
        });
      },
      goFlags: '-mod=mod',
      ldFlags: `-X github.com/grafana/loki/v3/pkg/util/build.Version=${LOKI_VERSION}`,
    }),
};
