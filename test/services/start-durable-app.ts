import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { AppEnd, Progress } from './durable-app.ts';

export interface DurableAppOptions {
  readonly endpoint: string;
  /** The spool's directory. */
  readonly spool: string;
  /** How many numbered events it logs, beside those of its scopes. */
  readonly events: number;
}

/** A running `durable-app.ts`. */
export interface DurableApp {
  /** Resolves when so many events are acknowledged; rejects if the app ends before. */
  acked(count: number): Promise<Progress>;
  /** What it told at its end; rejects if it told nothing, or left with a code. */
  end(): Promise<AppEnd>;
}

/** Starts an app in a process of its own; it ends with the test at the latest. */
export function startDurableApp(t: TestContext, options: DurableAppOptions): DurableApp {
  const { endpoint, spool, events } = options;
  const app = fork(path.join(import.meta.dirname, 'durable-app.ts'), {
    execArgv: ['--no-warnings'],
    env: { PATH: process.env.PATH, ENDPOINT: endpoint, SPOOL: spool, EVENTS: String(events) },
  });
  t.after(() => app.kill('SIGKILL'));
  const end = untilEnd(app);
  return {
    acked: (count) => Promise.race([untilAcked(app, count), end.then(endedEarly)]),
    end: () => end,
  };
}

function untilAcked(app: ChildProcess, count: number): Promise<Progress> {
  return new Promise((resolve) => {
    const listen = (told: Progress | AppEnd): void => {
      if (!('acked' in told) || told.acked < count) return;
      app.off('message', listen);
      resolve(told);
    };
    app.on('message', listen);
  });
}

function untilEnd(app: ChildProcess): Promise<AppEnd> {
  return new Promise((resolve, reject) => {
    let end: AppEnd | undefined;
    app.on('message', (told: Progress | AppEnd) => {
      if ('totals' in told) end = told;
    });
    app.on('error', reject);
    app.on('close', (code, signal) => {
      if (end !== undefined && code === 0) resolve(end);
      else reject(new Error(`the app ended with ${signal ?? `code ${code}`}`));
    });
  });
}

function endedEarly(): never {
  throw new Error('the app ended before it got so far');
}
