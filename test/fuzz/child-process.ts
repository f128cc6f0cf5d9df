import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** How a child is started. */
export interface ChildStart {
  readonly program: string;
  readonly args: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** CPU time of its main thread after which a child that does not answer is blocked. */
const BLOCKED_CPU_MS = 8_000;

/** However busy the machine is. */
const HUNG_MS = 30_000;
const START_MS = 120_000;

/** A process under test: it answers messages, and is watched by what the kernel knows of it. */
export class WatchedChild {
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;
  #stderr = '';
  #isEnded = false;

  constructor({ program, args, nodeArgs = [], env = {} }: ChildStart) {
    this.#child = fork(program, args, {
      execArgv: ['--no-warnings', ...nodeArgs],
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk).slice(-8_000);
    });
    // A message to a child that has died comes back as an error, and its end says the same.
    this.#child.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#isEnded = true;
        resolve(String(signal ?? code));
      });
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** What it says when it is ready. @throws if that does not come; then it is killed */
  async started<T>(): Promise<T> {
    const late = pause(START_MS, undefined, { ref: false }).then(() => assert.fail('it does not start'));
    try {
      return await Promise.race([this.#message<T>(), this.#died(), late]);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** Asks, and waits for the answer. @throws if it dies or is blocked instead */
  async ask<T>(message: object | string): Promise<T> {
    const controller = new AbortController();
    const answer = this.#message<T>();
    if (!this.#isEnded) this.#child.send(message);
    try {
      return await Promise.race([answer, this.#died(), this.#blocked(controller.signal)]);
    } finally {
      controller.abort();
    }
  }

  /** Waits for something else that it does. @throws if it dies or is blocked before that */
  async whileAlive<T>(work: Promise<T>, ping: object): Promise<T> {
    const done = work.then(
      (value) => ({ value }),
      // It may be why: then its end says more.
      (error) => Promise.race([this.#died(), pause(500)]).then(() => Promise.reject(error)),
    );
    for (;;) {
      const first = await Promise.race([done, this.#died(), pause(1_000, undefined, { ref: false })]);
      if (first !== undefined) return first.value;
      await this.ask(ping);
    }
  }

  /** Ends it as an operator does. @returns how it ended, and what it has said */
  async terminate(timeoutMs: number): Promise<string> {
    this.#child.kill('SIGTERM');
    const late = pause(timeoutMs, 'does not end', { ref: false });
    return Promise.race([this.#ended, late]);
  }

  /** Ends it as it is told by a message. @returns how it ended */
  async endOn(message: string): Promise<string> {
    this.#child.send(message);
    const late = pause(HUNG_MS, 'does not end', { ref: false });
    return Promise.race([this.#ended, late]);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** The most memory since the last call, in MiB; 0 where the kernel does not say. */
  peakMiB(): number {
    const status = this.#proc('status');
    try {
      // From here on the peak is a new one.
      writeFileSync(`/proc/${this.#child.pid}/clear_refs`, '5');
    } catch {
      return 0;
    }
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  }

  #message<T>(): Promise<T> {
    return new Promise((resolve) => this.#child.once('message', (message) => resolve(message as T)));
  }

  async #died(): Promise<never> {
    const how = await this.#ended;
    throw new Error(`the process ended: ${how}\n${this.#stderr}`);
  }

  async #blocked(signal: AbortSignal): Promise<never> {
    const [startMs, startCpuMs] = [performance.now(), this.#cpuMs()];
    for (;;) {
      await pause(100, undefined, { signal }).catch(() => {});
      if (signal.aborted) return new Promise(() => {});
      const usedMs = this.#cpuMs() - startCpuMs;
      const waitedMs = performance.now() - startMs;
      if (usedMs < BLOCKED_CPU_MS && waitedMs < HUNG_MS) continue;
      throw new Error(
        `no answer for ${Math.round(waitedMs)} ms, of which ${usedMs} of CPU time: the event loop is blocked`,
      );
    }
  }

  /** CPU time of the main thread. */
  #cpuMs(): number {
    const stat = this.#proc(`task/${this.#child.pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // In hundredths of a second, on every Linux there is.
    return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
  }

  #proc(file: string): string {
    try {
      return readFileSync(`/proc/${this.#child.pid}/${file}`, 'utf8');
    } catch {
      return '';
    }
  }
}
