import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Body, sequenceNumbers } from './sequence-numbers.ts';
import { type Arrived, Tally } from './tally.ts';

/** When events came, in milliseconds of the sink's clock; 0 as long as none did. */
export interface Window {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Bodies that wait to be counted. More than this is counted at once, while requests wait. */
const MAX_WAITING_BYTES = 1024 * 1024 * 1024;
/** Longer than any pause of a contender: none shall meet a connection that was closed under him. */
const KEEP_ALIVE_MS = 300_000;

/**
 * Takes events over HTTP from every contender and counts them. It answers first and counts when it is asked, so
 * that reading the bodies takes no CPU away from who sends them.
 */
export class Sink {
  readonly #tally = new Tally();
  readonly #server: Server;
  #waiting: Body[] = [];
  #waitingBytes = 0;
  #firstMs = 0;
  #lastMs = 0;

  constructor() {
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      if (request.method === 'GET') answer(response, 'application/json', JSON.stringify(this.arrived));
      else this.#take(request, response);
    });
  }

  /** @param port - 0 for any @returns the port */
  up(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        this.startWindow();
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Connections are refused from here on; what was counted is kept. */
  down(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.close((error) => (error ? reject(error) : resolve()));
      this.#server.closeAllConnections();
    });
  }

  startWindow(): void {
    this.#firstMs = 0;
    this.#lastMs = 0;
  }

  get window(): Window {
    return { firstMs: this.#firstMs, lastMs: this.#lastMs };
  }

  get arrived(): Arrived {
    for (const body of this.#waiting) {
      this.#tally.addRequest(body.bytes.length, () => sequenceNumbers(body, (seq) => this.#tally.add(seq)));
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    return this.#tally.arrived;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    if (this.#firstMs === 0) this.#firstMs = performance.now();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      this.#lastMs = performance.now();
      const type = (request.headers['content-type'] ?? '').split(';')[0] ?? '';
      const bytes = Buffer.concat(chunks);
      this.#waiting.push({ type, encoding: request.headers['content-encoding'] ?? '', bytes });
      this.#waitingBytes += bytes.length;
      // An empty protobuf message is success without a word, as `{}` is in JSON.
      answer(response, type, type === 'application/json' ? '{}' : '');
      if (this.#waitingBytes > MAX_WAITING_BYTES) void this.arrived;
    });
  }
}

function answer(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body);
}
