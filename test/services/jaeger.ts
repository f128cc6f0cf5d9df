import { cp } from 'node:fs/promises';
import path from 'node:path';
import { goEnv } from './go-env.ts';
import type { Build, Service } from './service.ts';

const VERSION = '1.76.0';

/** What the images call the release of that Go module; its CHANGELOG: "v1.76.0 / v2.13.0". */
export const JAEGER_RELEASE = '2.13.0';

/** Jaeger v2. */
export const jaeger: Service = { name: 'jaeger', version: VERSION, tools: ['go'], build };

async function build({ workDir, outDir, step }: Build): Promise<void> {
  const sourceDir = path.join(workDir, 'jaeger');
  const downloaded = await step({
    title: 'download the module',
    command: 'go',
    args: ['mod', 'download', '-json', `github.com/jaegertracing/jaeger@v${VERSION}`],
    cwd: workDir,
    env: goEnv,
  });
  // A copy, because `go install` refuses a module with replace directives, and the module cache is read-only.
  await cp((JSON.parse(downloaded) as { Dir: string }).Dir, sourceDir, { recursive: true });
  await step({ title: 'make it writable', command: 'chmod', args: ['-R', 'u+w', '.'], cwd: sourceDir });
  await step({
    title: 'compile',
    command: 'go',
    args: ['build', '-trimpath', '-ldflags=-s -w', '-o', path.join(outDir, 'jaeger'), './cmd/jaeger'],
    cwd: sourceDir,
    env: goEnv,
  });
}
