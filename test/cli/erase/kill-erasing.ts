import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MAIN } from '../events/run-cli.ts';

/** Of a run of `otel-events erase` that is to be killed. */
export interface KillErasing {
  /** Where the command keeps what it caches. */
  readonly cache: string;
  readonly args: readonly string[];
  /** Whether it changes things now. */
  readonly hasBegun: () => boolean;
  /** How long after that it is killed. */
  readonly afterMs: number;
}

/** Kills a run of `otel-events erase` while it changes things. @returns whether it still ran */
export async function killErasing({ cache, args, hasBegun, afterMs }: KillErasing): Promise<boolean> {
  const child = spawn(process.execPath, [MAIN, 'erase', ...args], {
    stdio: 'ignore',
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  while (child.exitCode === null && !hasBegun()) await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  const isKilled = child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return isKilled;
}
