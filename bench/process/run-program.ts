import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a program says, with `finish` and `reachStage`. */
type Message<Result> = { readonly result: Result } | { readonly stage: string };

/** What every program is given beside its own part of the job. */
export interface Workplace {
  /** An empty directory, removed afterwards. */
  readonly directory: string;
}

/** Longer than any program takes, the ten million events of the backlog included. */
const MOST_MS = 20 * 60_000;

/** Variables that would make a contender behave in another way than on a plain machine. */
const LEFT_OUT = /^(OTEL_|POSTHOG_|SEGMENT_|NODE_OPTIONS$|NODE_V8_COVERAGE$|https?_proxy$)/i;

/**
 * Runs a program of its own process and returns its result.
 * @param file - the program, relative to `bench/`
 * @param atStage - what is done at each stage before the program goes on
 * @throws Error if it ends without a result
 */
export async function runProgram<Result>(
  file: string,
  job: object,
  atStage: (stage: string) => Promise<void> = async () => {},
): Promise<Result> {
  const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-bench-'));
  try {
    return await untilFinished(file, { ...job, directory }, atStage);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function untilFinished<Result>(
  file: string,
  job: object & Workplace,
  atStage: (stage: string) => Promise<void>,
): Promise<Result> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !LEFT_OUT.test(name)));
  const child = fork(path.join(import.meta.dirname, '..', file), [JSON.stringify(job)], {
    env,
    timeout: MOST_MS,
  });
  return new Promise((resolve, reject) => {
    let message: Message<Result> | undefined;
    child.on('message', (received: Message<Result>) => {
      message = received;
      if ('stage' in received) atStage(received.stage).then(() => child.send('go on'), reject);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (message !== undefined && 'result' in message) resolve(message.result);
      else reject(new Error(`${file} ended with ${signal ?? code}, no result`));
    });
  });
}
