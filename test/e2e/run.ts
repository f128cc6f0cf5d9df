import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { nodeBinary } from './node-version.ts';

/** How a child process ended. */
export interface Run {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 180_000;

/**
 * Runs a JavaScript file in an environment with nothing but `env`.
 * @param version - of Node; default the one of this process
 */
export function runNode(
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
  version?: string,
): Promise<Run> {
  return run(nodeBinary(version), args, cwd, { PATH: process.env.PATH, ...env });
}

/** Runs a program. */
export async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<Run> {
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}
