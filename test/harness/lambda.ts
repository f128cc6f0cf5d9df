import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

/** Asks for the next invocation, runs the handler, answers: what the Node.js runtime of Lambda does. */
const RUNTIME = path.join(import.meta.dirname, 'lambda-runtime.mjs');

/**
 * An execution environment as Lambda has it: the runtime asks its API for the next invocation, and when it does the
 * whole process is stopped (SIGSTOP) until there is one.
 */
export class Lambda implements AsyncDisposable {
  readonly #server = createServer((request, response) => this.#serve(request, response));
  readonly #process: Promise<ChildProcess>;
  #asking: ServerResponse | undefined;
  #isAsking: () => void = () => {};
  #answered: (body: string) => void = () => {};
  #ready = new Promise<void>((resolve) => {
    this.#isAsking = resolve;
  });
  stderr = '';

  /** @param file - the module with `handler` */
  constructor(file: string, env: Readonly<Record<string, string>>) {
    this.#process = new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const api = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
        const child = spawn(process.execPath, ['--no-warnings', RUNTIME, file], {
          env: { PATH: process.env.PATH, AWS_LAMBDA_RUNTIME_API: api, ...env },
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        child.stderr.on('data', (text) => {
          this.stderr += text;
        });
        resolve(child);
      });
    });
  }

  /** Thaws it for one invocation. @returns its answer and how long it took */
  async invoke(event: object): Promise<{ readonly answer: unknown; readonly ms: number }> {
    await this.#ready;
    const start = performance.now();
    const answered = new Promise<string>((resolve) => {
      this.#answered = resolve;
    });
    this.#ready = new Promise((resolve) => {
      this.#isAsking = resolve;
    });
    (await this.#process).kill('SIGCONT');
    this.#asking?.end(JSON.stringify(event));
    const answer: unknown = JSON.parse(await answered);
    const ms = performance.now() - start;
    await this.#ready;
    return { answer, ms };
  }

  /** Ends it as Lambda does: without a word. */
  async [Symbol.asyncDispose](): Promise<void> {
    const child = await this.#process;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await closed;
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.endsWith('/next')) {
      this.#asking = response;
      response.setHeader('lambda-runtime-aws-request-id', 'one');
      (await this.#process).kill('SIGSTOP');
      this.#isAsking();
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    response.writeHead(202).end();
    this.#answered(body);
  }
}
