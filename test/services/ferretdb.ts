import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildModule } from './build-module.ts';
import type { Service } from './service.ts';

/** The release that is built. */
export const FERRETDB_VERSION = '1.24.0';

/** What its own build generates from version control, which a module does not hold. */
const GENERATED = {
  version: `v${FERRETDB_VERSION}`,
  commit: 'unknown',
  branch: 'unknown',
  package: 'unknown',
};

/** FerretDB: the MongoDB wire protocol on files of SQLite. */
export const ferretdb: Service = {
  name: 'ferretdb',
  version: FERRETDB_VERSION,
  tools: ['go'],
  build: (build) =>
    buildModule(build, {
      module: `github.com/FerretDB/FerretDB@v${FERRETDB_VERSION}`,
      name: 'ferretdb',
      prepare: async (sourceDir) => {
        for (const [name, text] of Object.entries(GENERATED)) {
          await writeFile(path.join(sourceDir, 'build/version', `${name}.txt`), `${text}\n`);
        }
      },
    }),
};
