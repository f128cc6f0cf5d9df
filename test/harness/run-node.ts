import { spawn } from 'node:child_process';

/** How a child process ended. */
export interface NodeRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** How to run it. */
export interface NodeOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Killed after that. Default: never. */
  readonly timeoutMs?: number;
}

/** Runs TypeScript text as the main module of a Node process of its own. */
export async function runNode(
  code: string,
  { env = {}, args = [], timeoutMs }: NodeOptions = {},
): Promise<NodeRun> {
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ['--no-warnings', ...args, '--input-type=module-typescript', '--eval', code],
    {
      env: { PATH: process.env.PATH, ...env },
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: 'SIGKILL' }),
    },
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
