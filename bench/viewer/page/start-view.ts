import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { freePort } from '../../../test/harness/free-port.ts';

export const CLI = path.join(import.meta.dirname, '..', '..', '..', 'dist', 'cli', 'main.js');

export interface StartedView {
  /** Of the page. */
  readonly page: string;
  /** OTLP over HTTP. */
  readonly intake: string;
  stop(): Promise<void>;
}

/** `otel-events view` as it is built, over a directory. */
export async function startView(directory: string): Promise<StartedView> {
  const [page, http, grpc] = [await freePort(), await freePort(), await freePort()];
  const child = spawn(process.execPath, [CLI, 'view', '--port', `${page}`, '--directory', directory], {
    env: { ...process.env, OTEL_EVENTS_PORT: `${http}`, OTEL_EVENTS_GRPC_PORT: `${grpc}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.stdout.resume();
  return {
    page: `http://localhost:${page}`,
    intake: `http://127.0.0.1:${http}`,
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}
