import { cp } from 'node:fs/promises';
import path from 'node:path';
import { goEnv } from './go-env.ts';
import type { Build } from './service.ts';

export interface ModuleBuild {
  /** Path and version, such as `github.com/FerretDB/FerretDB@v1.24.0`. */
  readonly module: string;
  /** The name of the executable. */
  readonly name: string;
  /** The folder of its `main` package. Default `cmd/` and the name. */
  readonly folder?: string;
  /** Puts right in a writable copy of the sources what their own repository would have. */
  readonly prepare?: (sourceDir: string) => Promise<void>;
  /** Beside `-buildvcs=false`. */
  readonly goFlags?: string;
  /** Linker flags beside those that leave out symbols. */
  readonly ldFlags?: string;
}

/** Builds a program from a published Go module that `go install` refuses, for its replace directives for example. */
export async function buildModule(build: Build, options: ModuleBuild): Promise<void> {
  const { workDir, outDir, step } = build;
  const { module, name, folder = `cmd/${name}`, prepare, goFlags = '', ldFlags = '' } = options;
  const sourceDir = path.join(workDir, name);
  const downloaded = await step({
    title: 'download the module',
    command: 'go',
    args: ['mod', 'download', '-json', module],
    cwd: workDir,
    env: goEnv,
  });
  // A copy, because the module cache is read-only.
  await cp((JSON.parse(downloaded) as { Dir: string }).Dir, sourceDir, { recursive: true });
  await step({ title: 'make it writable', command: 'chmod', args: ['-R', 'u+w', '.'], cwd: sourceDir });
  await prepare?.(sourceDir);
  await step({
    title: 'compile',
    command: 'go',
    args: ['build', '-trimpath', `-ldflags=-s -w ${ldFlags}`, '-o', path.join(outDir, name), `./${folder}`],
    cwd: sourceDir,
    env: { ...goEnv, GOFLAGS: `${goEnv.GOFLAGS} ${goFlags}`.trim() },
  });
}
