import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

export interface ServerOptions {
  /** The name in messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment beside PATH and HOME, so that the caller's shell cannot change a test. */
  readonly env: Readonly<Record<string, string>>;
  /** Asked until it resolves to true; a rejection counts as not yet. */
  readonly isReady: () => Promise<boolean>;
  /** Default 60,000. */
  readonly readyTimeoutMs?: number;
  /** How long `stop` waits after SIGTERM before it kills and rejects. Default 20,000. */
  readonly stopTimeoutMs?: number;
}

/** A process that tests talk to; it ends with this one at the latest. */
export interface Server {
  readonly pid: number;
  /** What it has written so far, stdout and stderr, at most the last megabyte. */
  log(): string;
  /** SIGTERM, then waits for the end; nothing if it has ended. */
  stop(): Promise<void>;
  /** SIGKILL, as in a crash, then waits for the end. */
  kill(): Promise<void>;
}

const POLL_INTERVAL_MS = 50;
const MAX_LOG_CHARS = 1024 * 1024;

/** Starts a process and waits until it is ready; if it does not get there, the error shows what it wrote. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { name, command, args, cwd, env, stopTimeoutMs = 20_000 } = options;
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(command, args, {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = capture(child);
  await once(child, 'spawn');

  const killAtExit = (): unknown => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const ended = once(child, 'close').then(() => process.off('exit', killAtExit));

  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    if (await endsWithin(ended, stopTimeoutMs)) return;
    await kill();
    throw new Error(`${name} did not end within ${stopTimeoutMs} ms of SIGTERM; it wrote:\n${log()}`);
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  try {
    await untilReady(child, options);
  } catch (error) {
    await kill();
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}; it wrote:\n${log()}`);
  }
  return { pid: child.pid ?? 0, log, stop, kill };
}

function capture(child: ChildProcess): () => string {
  let written = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      written = (written + chunk).slice(-MAX_LOG_CHARS);
    });
  }
  return () => written;
}

async function untilReady(child: ChildProcess, options: ServerOptions): Promise<void> {
  const { isReady, readyTimeoutMs = 60_000 } = options;
  const deadlineMs = performance.now() + readyTimeoutMs;
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`ended at the start with ${child.signalCode ?? `code ${child.exitCode}`}`);
    }
    if (await isReady().catch(() => false)) return;
    await delay(POLL_INTERVAL_MS);
  }
  throw new Error(`not ready within ${readyTimeoutMs} ms`);
}

async function endsWithin(ended: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const waiting = new AbortController();
  const timeout = delay(timeoutMs, false, { signal: waiting.signal }).catch(() => false);
  const inTime = await Promise.race([ended.then(() => true), timeout]);
  waiting.abort();
  return inTime;
}
