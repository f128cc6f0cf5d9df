import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** The programs of the tools, below `node_modules`. */
const PROGRAMS = {
  attw: '@arethetypeswrong/cli/dist/index.js',
  'api-extractor': '@microsoft/api-extractor/bin/api-extractor',
  publint: 'publint/src/cli.js',
  typedoc: 'typedoc/bin/typedoc',
} as const;

/** How a program ended, and what it had to say. */
export interface ToolRun {
  readonly isFine: boolean;
  /** Standard output and standard error, without colours. */
  readonly output: string;
}

/** Runs one of the tools that `installTools()` brings, on the Node of this process. */
export function runTool(tool: keyof typeof PROGRAMS, args: readonly string[]): ToolRun {
  const program = path.join(import.meta.dirname, 'node_modules', PROGRAMS[tool]);
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return { isFine: status === 0, output: `${stdout}${stderr}`.trim() };
}
