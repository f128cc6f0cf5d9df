import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { OtelEventsError } from '../errors.ts';
import type { Batch, Consume, Signal } from '../otlp/wire/batch.ts';
import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../otlp/wire/encode-protobuf.ts';
import type { Message } from '../otlp/wire/message.ts';
import { RESPONSE, STATUS } from '../otlp/wire/messages.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import { BodyBudget } from '../serve/body-budget.ts';
import { guardedServer, type ServerTimes } from '../serve/guarded-server.ts';
import { type ListenAddress, listen, stopServer } from '../serve/listen.ts';
import { readBody } from '../serve/read-body.ts';
import { Refusal } from '../serve/refusal.ts';
import { grpcCodeOf } from './grpc-code-of.ts';

/** What became of what a receiver was sent. */
export interface ReceiverStats {
  /** Log records, spans and data points of metrics that every exporter took that keeps data. */
  readonly accepted: Readonly<Record<Signal, number>>;
  /** Those that not every exporter took: the sender was told, and asked to try again if that may help. */
  readonly refused: Readonly<Record<Signal, number>>;
  /** Requests that were not OTLP, too large, or too many at once. */
  readonly invalidRequests: number;
}

/** Where to listen, and for what. */
export interface ReceiverOptions extends ServerTimes {
  readonly address: ListenAddress;
  /** Before and after inflation. */
  readonly maxBodyBytes: number;
  /** The signals that a pipeline takes. */
  readonly consume: Readonly<Partial<Record<Signal, Consume>>>;
  /** Told about errors that are nobody's fault but ours; the sender gets a 500. */
  readonly onError?: (error: unknown) => void;
}

/** Bodies in memory at once, as a multiple of the largest one. */
const BODIES_AT_ONCE = 8;

// Maps, not objects: senders say what is looked for, and an object has a `constructor`.
const ENCODINGS: ReadonlyMap<string, Batch['encoding']> = new Map([
  ['application/x-protobuf', 'protobuf'],
  ['application/json', 'json'],
]);
const CONTENT_TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;
const PATHS: ReadonlyMap<string, Signal> = new Map([
  ['/v1/logs', 'logs'],
  ['/v1/traces', 'traces'],
  ['/v1/metrics', 'metrics'],
]);

/** An OTLP/HTTP server. @see OTLP specification, "OTLP/HTTP" */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #server: Server;
  readonly #budget: BodyBudget;
  readonly #accepted = { logs: 0, traces: 0, metrics: 0 };
  readonly #refused = { logs: 0, traces: 0, metrics: 0 };
  #invalidRequests = 0;
  #stopping = false;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#budget = new BodyBudget(BODIES_AT_ONCE * options.maxBodyBytes);
    const handle = (request: IncomingMessage, response: ServerResponse) => this.#handle(request, response);
    this.#server = guardedServer(options, handle, options.onError);
  }

  /** Starts to listen. @returns the URL where; `http://127.0.0.1:PORT` for a loopback address or all of them */
  start(): Promise<string> {
    return listen(this.#server, this.#options.address);
  }

  /** Takes no more requests and waits for those under way, for at most `timeoutMs`. */
  stop(timeoutMs: number): Promise<void> {
    this.#stopping = true;
    return stopServer(this.#server, timeoutMs);
  }

  stats(): ReceiverStats {
    return {
      accepted: { ...this.#accepted },
      refused: { ...this.#refused },
      invalidRequests: this.#invalidRequests,
    };
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const encoding = encodingOf(request);
    const lease = this.#budget.lease();
    try {
      const { signal, consume } = this.#route(request);
      if (encoding === undefined) {
        throw new Refusal(
          415,
          `unsupported content type; ${[...ENCODINGS.keys()].join(' and ')} are supported`,
        );
      }
      const body = await readBody(request, this.#options.maxBodyBytes, lease);
      await this.#consume(OtlpRequest.read(signal, encoding, body), consume);
      this.#answer(response, 200, encoding, RESPONSE[signal], {});
    } catch (error) {
      // A sender reads the answer only when it has got rid of its body.
      request.resume();
      this.#answerError(response, encoding ?? 'json', error);
    } finally {
      lease.release();
    }
  }

  #route({ url = '', method }: IncomingMessage): { signal: Signal; consume: Consume } {
    const signal = PATHS.get(url.split('?', 1)[0] ?? '');
    const consume = signal === undefined ? undefined : this.#options.consume[signal];
    if (signal === undefined || consume === undefined) throw new Refusal(404, 'nothing is here');
    if (method !== 'POST') throw new Refusal(405, 'only POST is supported', { allow: 'POST' });
    return { signal, consume };
  }

  async #consume(batch: Batch, consume: Consume): Promise<void> {
    if (batch.count === 0) return;
    try {
      await consume(batch);
      this.#accepted[batch.signal] += batch.count;
    } catch (error) {
      this.#refused[batch.signal] += batch.count;
      throw error;
    }
  }

  #answerError(response: ServerResponse, encoding: Batch['encoding'], error: unknown): void {
    // The sender went away: nobody is left to be told.
    if (response.destroyed) return;
    const { status, message, headers } = toRefusal(error);
    if (!isRefusedData(error) && (status < 500 || headers['retry-after'] !== undefined))
      this.#invalidRequests++;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    this.#answer(response, status, encoding, STATUS, { code: grpcCodeOf(status), message });
    // Ours, so the server's guard tells of it.
    if (status === 500) throw error;
  }

  #answer(
    response: ServerResponse,
    status: number,
    encoding: Batch['encoding'],
    message: Message,
    value: OtlpObject,
  ): void {
    const body =
      encoding === 'protobuf' ? encodeProtobuf(message, value) : Buffer.from(JSON.stringify(value));
    if (this.#stopping) response.setHeader('connection', 'close');
    response.writeHead(status, {
      'content-type': CONTENT_TYPES[encoding],
      'content-length': body.byteLength,
    });
    response.end(body);
  }
}

function encodingOf(request: IncomingMessage): Batch['encoding'] | undefined {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  return ENCODINGS.get(type.trim().toLowerCase());
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof OtelEventsError) {
    // Without `retry` an exporter refuses the data for good, as an invalid request is: nobody should send it again.
    if (error.code === 'OTLP_INVALID' || error.retry === undefined) return new Refusal(400, error.message);
    return new Refusal(503, error.message, { 'retry-after': toSeconds(error.retry.afterMs ?? 1_000) });
  }
  return new Refusal(500, 'the request could not be handled');
}

/** Whether the request was as it should be, and what it held was not taken. */
function isRefusedData(error: unknown): boolean {
  return error instanceof OtelEventsError && error.code !== 'OTLP_INVALID';
}

function toSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return `${seconds >= 1 ? Math.min(seconds, 3_600) : 1}`;
}
