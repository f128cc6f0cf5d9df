import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { tempDir } from '../../harness/temp-dir.ts';
import { type CliRun, ended } from '../spool-samples.ts';

export const MAIN = path.join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'main.ts');

/** Runs `otel-events`. */
export type RunCli = (...args: readonly string[]) => Promise<CliRun>;

/** What Node.js is started with for `otel-events`. @param cache - in place of the user's */
export function commandOf(cache: string, ...args: readonly string[]) {
  return { env: { ...process.env, XDG_CACHE_HOME: cache, TZ: 'UTC' }, args: [MAIN, ...args] };
}

/** What a command says that has taken ten seconds: how far it has come. A busy machine may be as slow as that. */
const PROGRESS = /^(.* \d+ %|[\d,]+ rows? read)\n/gm;

/** @param cache - in place of the user's */
export function runCli(cache: string): RunCli {
  return async (...words) => {
    const { env, args } = commandOf(cache, ...words);
    const run = await ended(spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] }));
    return { ...run, stderr: run.stderr.replace(PROGRESS, '') };
  };
}

/** What it prints on a terminal so wide, as `script` of util-linux makes one; undefined where there is none. */
export function onTerminal(
  t: TestContext,
  columns: number,
  ...args: readonly string[]
): string[] | undefined {
  if (spawnSync('script', ['--version']).status !== 0) {
    t.skip('there is no script(1), which makes terminals');
    return undefined;
  }
  const quoted = [process.execPath, MAIN, ...args].map((arg) => `'${arg}'`);
  const { stdout } = spawnSync(
    'script',
    ['-qec', `stty cols ${columns}; exec ${quoted.join(' ')}`, '/dev/null'],
    { encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: tempDir(t), TZ: 'UTC', NO_COLOR: '1' } },
  );
  return stdout.split('\r\n').map((line) => line.slice(line.lastIndexOf('\u001b[K') + 1).replace(/^\[K/, ''));
}
