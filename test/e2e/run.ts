import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/** How a child process ended. */
export interface Run {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Lines of npm that are about the machine's configuration or the scripts of others, not about this package. */
const NPM_NOISE = [
  /^npm warn Unknown (user|env|global|project|builtin) config /,
  // Of packages that do not come from a registry npm also names `prepare`, which it does not run.
  /^npm warn install-scripts\b/,
];

const TIMEOUT_MS = 180_000;

/** Runs a JavaScript file with the Node of this process, in an environment with nothing but `env`. */
export function runNode(
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Run> {
  return run(process.execPath, args, cwd, { PATH: process.env.PATH, ...env });
}

/** Runs npm, on the Node of this process: npm warns about packages that ask for a newer Node than its own. */
export async function npm(cwd: string, args: readonly string[]): Promise<Run> {
  const result = await run('npm', args, cwd, {
    ...process.env,
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    npm_config_legacy_peer_deps: 'false',
    npm_config_strict_peer_deps: 'false',
    npm_config_prefer_offline: 'true',
    npm_config_fetch_retries: '1',
  });
  const lines = result.stderr.split('\n');
  const stderr = lines.filter((line) => !NPM_NOISE.some((noise) => noise.test(line))).join('\n');
  return { ...result, stderr };
}

async function run(
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
