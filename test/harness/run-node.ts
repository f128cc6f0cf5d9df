import { spawn } from 'node:child_process';

/** How a child process ended. */
export interface NodeRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs TypeScript text as the main module of a Node process of its own. */
export async function runNode(
  code: string,
  { env = {}, args = [] }: { env?: Record<string, string>; args?: readonly string[] } = {},
): Promise<NodeRun> {
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ['--no-warnings', ...args, '--input-type=module-typescript', '--eval', code],
    { env: { PATH: process.env.PATH, ...env }, cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (exitCode, signal) =>
      resolve({ code: exitCode, signal, stdout, stderr, ms: performance.now() - start }),
    );
  });
}
