import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { serviceBinary } from './require-service.ts';
import { freePorts, type OtelcolOptions, otelcolArgs, otelcolEnv } from './start-otelcol.ts';

/** What it logs when everything has started. */
const READY = 'Everything is ready';
const TIMEOUT_MS = 20_000;

/**
 * Whether the real collector starts with a configuration: its `validate` does not look at everything.
 * @returns its complaint, or `undefined` when it runs
 */
export async function whyOtelcolEnds(options: OtelcolOptions): Promise<string | undefined> {
  const child = spawn(serviceBinary('otelcol'), await otelcolArgs(options), {
    cwd: options.dir,
    env: otelcolEnv(options, await freePorts()),
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  let log = '';
  let isReady = false;
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    log += piece;
    isReady ||= log.includes(READY);
    if (isReady) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return isReady ? undefined : (/^Error: .*/m.exec(log)?.[0] ?? log.slice(-300));
}
