import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { acceptsGzip } from '../../serve/accepts-gzip.ts';
import { guardedServer } from '../../serve/guarded-server.ts';
import { type ListenAddress, listen, stopServer } from '../../serve/listen.ts';
import type { Family } from './families.ts';
import { negotiate } from './negotiate.ts';
import { writeFamilies } from './write-families.ts';

export interface ScrapeServerOptions {
  readonly address: ListenAddress;
  /** Whether scrapers that ask for OpenMetrics get it. */
  readonly hasOpenMetrics: boolean;
  /** What there is to show. */
  readonly gather: () => readonly Family[];
  readonly onError: (error: unknown) => void;
}

/** Each holds the points that were there when it began: a few slow scrapers must not hold many of them. */
const MAX_SCRAPES = 8;

/** Answers scrapes at `/metrics`. */
export class ScrapeServer {
  readonly #options: ScrapeServerOptions;
  readonly #server: Server;
  #scrapes = 0;

  constructor(options: ScrapeServerOptions) {
    this.#options = options;
    this.#server = guardedServer({}, (request, response) => this.#answer(request, response), options.onError);
  }

  /** @returns the URL of `/metrics` */
  async start(): Promise<string> {
    return `${await listen(this.#server, this.#options.address)}/metrics`;
  }

  stop(timeoutMs: number): Promise<void> {
    return stopServer(this.#server, timeoutMs);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.split('?', 1)[0] !== '/metrics') return end(response, 404, '404 page not found\n');
    if (this.#scrapes >= MAX_SCRAPES)
      return end(response, 503, `Limit of concurrent requests reached (${MAX_SCRAPES}), try again later.\n`);
    this.#scrapes += 1;
    response.on('close', () => {
      this.#scrapes -= 1;
    });
    const { gather, hasOpenMetrics } = this.#options;
    const { contentType, ...format } = negotiate(request.headers.accept, hasOpenMetrics);
    const isGzip = acceptsGzip(request.headers['accept-encoding']);
    response.writeHead(200, { 'content-type': contentType, ...(isGzip && { 'content-encoding': 'gzip' }) });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const body = Readable.from(writeFamilies(gather(), format));
    try {
      await (isGzip ? pipeline(body, createGzip(), response) : pipeline(body, response));
    } catch (error) {
      // A scraper that goes away has its reasons.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
  }
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}
