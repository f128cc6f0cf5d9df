import { goEnv } from './go-env.ts';
import type { Build } from './service.ts';

/** Builds a program that `go install` takes. @param program - path and version, such as `example.org/cmd/name@v1.2.3` */
export async function installProgram({ workDir, outDir, step }: Build, program: string): Promise<void> {
  await step({
    title: 'install',
    command: 'go',
    args: ['install', '-trimpath', '-ldflags=-s -w', program],
    cwd: workDir,
    env: { ...goEnv, GOBIN: outDir },
  });
}
