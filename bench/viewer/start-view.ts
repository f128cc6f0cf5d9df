import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { freePort } from '../../test/harness/free-port.ts';
import type { MemoryGroup } from './memory-group.ts';

export const CLI = path.join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');

export interface StartedView {
  readonly child: ChildProcess;
  /** Of the page. */
  readonly page: string;
  /** OTLP over HTTP. */
  readonly intake: string;
  /** Resolves when the process has ended, which it may have done by itself. */
  stop(): Promise<void>;
}

/**
 * `otel-events view` as it is built, over a directory.
 * @param group - that holds what it takes in memory
 * @throws Error if it ends before it says where it is
 */
export async function startView(directory: string, group?: MemoryGroup): Promise<StartedView> {
  const [page, http, grpc] = [await freePort(), await freePort(), await freePort()];
  const args = [CLI, 'view', '--port', `${page}`, '--directory', directory];
  const [command, given] = group?.command(process.execPath, args) ?? [process.execPath, args];
  const child = spawn(command, given, {
    env: { ...process.env, OTEL_EVENTS_PORT: `${http}`, OTEL_EVENTS_GRPC_PORT: `${grpc}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => signal ?? code);
  const failed = ended.then((how) => Promise.reject(new Error(`the viewer ended: ${how}`)));
  await Promise.race([once(child.stdout, 'data'), failed]);
  failed.catch(() => {});
  child.stdout.resume();
  return {
    child,
    page: `http://localhost:${page}`,
    intake: `http://127.0.0.1:${http}`,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
