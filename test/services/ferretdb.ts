import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { goEnv } from './go-env.ts';
import type { Build, Service } from './service.ts';

/** The release that is built. */
export const FERRETDB_VERSION = '1.24.0';

/** FerretDB: the MongoDB wire protocol on files of SQLite. */
export const ferretdb: Service = { name: 'ferretdb', version: FERRETDB_VERSION, tools: ['go'], build };

/** What its own build generates from version control, which a module does not hold. */
const GENERATED = {
  version: `v${FERRETDB_VERSION}`,
  commit: 'unknown',
  branch: 'unknown',
  package: 'unknown',
};

async function build({ workDir, outDir, step }: Build): Promise<void> {
  const sourceDir = path.join(workDir, 'ferretdb');
  const downloaded = await step({
    title: 'download the module',
    command: 'go',
    args: ['mod', 'download', '-json', `github.com/FerretDB/FerretDB@v${FERRETDB_VERSION}`],
    cwd: workDir,
    env: goEnv,
  });
  // A copy, because the module cache is read-only.
  await cp((JSON.parse(downloaded) as { Dir: string }).Dir, sourceDir, { recursive: true });
  await step({ title: 'make it writable', command: 'chmod', args: ['-R', 'u+w', '.'], cwd: sourceDir });
  for (const [name, text] of Object.entries(GENERATED)) {
    await writeFile(path.join(sourceDir, 'build/version', `${name}.txt`), `${text}\n`);
  }
  await step({
    title: 'compile',
    command: 'go',
    args: ['build', '-trimpath', '-ldflags=-s -w', '-o', path.join(outDir, 'ferretdb'), './cmd/ferretdb'],
    cwd: sourceDir,
    env: goEnv,
  });
}
