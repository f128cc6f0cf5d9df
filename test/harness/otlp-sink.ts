import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import type { EventRecord } from '../../src/otlp/event/event-record.ts';
import { recordsOf } from '../../src/otlp/event/records-of.ts';

/** What the sink does with one request for log records. */
export type Verdict =
  /** Takes the records and says so. */
  | 'take'
  /** Takes the records and dies before it says so. */
  | 'swallow'
  /** Takes nothing and breaks the connection. */
  | 'reset'
  /** Takes nothing and answers this. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Takes all records but so many and says so. */
  | { readonly refuse: number };

/** One request whose records the sink has taken. */
export interface Taken {
  /** The header `x-from` of the request. */
  readonly from: string;
  readonly records: readonly EventRecord[];
  /** Whether the sender was told, without reserve. */
  readonly answered: boolean;
  /** Number of the request, from 0. */
  readonly index: number;
}

/** A request, as far as a verdict may depend on it. */
export interface Asked {
  readonly index: number;
  readonly from: string;
  readonly headers: IncomingMessage['headers'];
  readonly records: readonly EventRecord[];
}

/** A real OTLP/HTTP server on loopback that can go away, come back at the same address, and misbehave. */
export class OtlpSink {
  /** Decides over each request for log records, with its records decoded. Default: takes all. */
  judge: (asked: Asked) => Verdict = () => 'take';
  readonly taken: Taken[] = [];
  /** Requests for log records, whatever became of them. */
  asked = 0;
  /** When each came, by `performance.now()`. */
  readonly timesMs: number[] = [];
  #port = 0;
  #server: ReturnType<typeof createServer> | undefined;
  #waiting: (() => void)[] = [];

  /** The base URL; it stays the same when the sink goes and comes back. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The records of all requests that were taken. */
  get records(): EventRecord[] {
    return this.taken.flatMap(({ records }) => records);
  }

  static async open(judge?: OtlpSink['judge']): Promise<OtlpSink> {
    const sink = new OtlpSink();
    if (judge !== undefined) sink.judge = judge;
    await sink.comeBack();
    return sink;
  }

  /** Listens again, at the same port. */
  async comeBack(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((request, response) => this.#serve(request, response));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Ends all connections; who connects now is refused. */
  async goAway(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** Resolves when `isEnough`, looked at after each request. */
  async until(isEnough: (sink: OtlpSink) => boolean): Promise<void> {
    while (!isEnough(this)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.goAway();
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A sender that was killed half-way.
    request.on('error', () => {});
    response.on('error', () => {});
    request.on('end', () => {
      if (request.url?.endsWith('/v1/logs')) this.#answer(request, Buffer.concat(chunks), response);
      else response.end();
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resolve of waiting) resolve();
    });
  }

  #answer(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const from = String(request.headers['x-from'] ?? '');
    const records = decode(request, body);
    const index = this.asked++;
    this.timesMs.push(performance.now());
    const verdict = this.judge({ index, from, headers: request.headers, records });
    if (verdict === 'reset') request.socket.resetAndDestroy();
    else if (verdict === 'take' || verdict === 'swallow') {
      this.taken.push({ from, records, answered: verdict === 'take', index });
      if (verdict === 'take') response.end();
      else request.socket.destroy();
    } else if ('refuse' in verdict) {
      this.taken.push({
        from,
        records: records.slice(0, records.length - verdict.refuse),
        answered: false,
        index,
      });
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ partialSuccess: { rejectedLogRecords: String(verdict.refuse) } }));
    } else {
      response.writeHead(verdict.status, verdict.headers);
      response.end(verdict.body);
    }
  }
}

function decode({ headers }: IncomingMessage, body: Buffer): EventRecord[] {
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  const encoding = headers['content-type'] === 'application/json' ? 'json' : 'protobuf';
  return recordsOf({ signal: 'logs', encoding, bytes, count: 0 });
}
