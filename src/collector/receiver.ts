import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { OtelEventsError } from '../errors.ts';
import type { EmittedTaker } from '../exporters/batch-exporter.ts';
import { EMITTED_HEADER, EMITTED_PATH } from '../otlp/emitted/emitted-report.ts';
import { readEmittedReport } from '../otlp/emitted/read-emitted-report.ts';
import { type Batch, SIGNALS, type Signal } from '../otlp/wire/batch.ts';
import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../otlp/wire/encode-protobuf.ts';
import type { Message } from '../otlp/wire/message.ts';
import { RESPONSE, STATUS } from '../otlp/wire/messages.ts';
import { Cors, type CorsOptions } from '../serve/cors.ts';
import { guardedServer, type ServerSettings } from '../serve/guarded-server.ts';
import { isRebound } from '../serve/is-rebound.ts';
import { type ListenAddress, listen, stopServer } from '../serve/listen.ts';
import { readBody } from '../serve/read-body.ts';
import { Refusal } from '../serve/refusal.ts';
import type { Authenticator } from './auth/authenticator.ts';
import { grpcCodeOf } from './grpc-code-of.ts';
import type { Intake } from './intake.ts';

/** Where to listen, and for what. */
export interface ReceiverOptions extends ServerSettings {
  readonly address: ListenAddress;
  /** Before and after inflation. */
  readonly maxBodyBytes: number;
  /** Where requests go. */
  readonly intake: Intake;
  /** Where each signal is taken. Default: `/v1/logs`, `/v1/traces`, `/v1/metrics`. */
  readonly paths?: Readonly<Partial<Record<Signal, string | undefined>>>;
  /** Pages of other origins that may send. Default: none. */
  readonly cors?: CorsOptions | undefined;
  /** How bodies may be packed. Default: in every way that is known here. */
  readonly contentEncodings?: readonly string[] | undefined;
  /** Who lets requests in. Default: everybody may come. */
  readonly authenticator?: Authenticator | undefined;
  /** Who is told, at the moment, what loggers have emitted; where there are some, loggers are asked. Default: nobody. */
  readonly emittedTakers?: (() => readonly EmittedTaker[]) | undefined;
  /** Of every answer. */
  readonly responseHeaders?: Readonly<Record<string, string>>;
  /** False: each connection takes one request. Default true. */
  readonly keepsConnections?: boolean;
  /** Told about errors that are nobody's fault but ours; the sender gets a 500. */
  readonly onError?: (error: unknown) => void;
}

// A map, not an object: senders say what is looked for, and an object has a `constructor`.
const ENCODINGS: ReadonlyMap<string, Batch['encoding']> = new Map([
  ['application/x-protobuf', 'protobuf'],
  ['application/json', 'json'],
]);
const CONTENT_TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;
/** An OTLP/HTTP server. @see OTLP specification, "OTLP/HTTP" */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #server: Server;
  readonly #cors: Cors | undefined;
  // A map, not an object: senders say what is looked for.
  readonly #signals: ReadonlyMap<string, Signal>;
  readonly #emittedPath: string;
  #stopping = false;

  constructor(options: ReceiverOptions) {
    const { cors, paths = {} } = options;
    this.#options = options;
    this.#cors = cors && new Cors(cors);
    this.#signals = new Map(SIGNALS.map((signal) => [paths[signal] ?? `/v1/${signal}`, signal]));
    const handle = (request: IncomingMessage, response: ServerResponse) => this.#handle(request, response);
    this.#emittedPath = `${paths.logs ?? '/v1/logs'}${EMITTED_PATH}`;
    this.#server = guardedServer(options, handle, options.onError);
  }

  /** Starts to listen. @returns the URL where; `http://127.0.0.1:PORT` for a loopback address or all of them */
  async start(): Promise<string> {
    const { address, tls } = this.#options;
    const url = await listen(this.#server, address);
    return tls === undefined ? url : url.replace('http:', 'https:');
  }

  /** Takes no more requests and waits for those under way, for at most `timeoutMs`. */
  stop(timeoutMs: number): Promise<void> {
    this.#stopping = true;
    return stopServer(this.#server, timeoutMs);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {
      intake,
      maxBodyBytes: maxBytes,
      contentEncodings: encodings,
      responseHeaders = {},
    } = this.#options;
    for (const [name, value] of Object.entries(responseHeaders)) response.setHeader(name, value);
    if (this.#cors?.handle(request, response)) return;
    const encoding = encodingOf(request);
    const lease = intake.lease();
    try {
      if (isRebound(request) && !this.#cors?.allows(request.headers.origin))
        throw new Refusal(
          403,
          'a page asks for another host; list its origin in cors.allowed_origins if it may',
        );
      await this.#options.authenticator?.authenticate(request.headers);
      const target = this.#route(request);
      if (encoding === undefined) {
        throw new Refusal(
          415,
          `unsupported content type; ${[...ENCODINGS.keys()].join(' and ')} are supported`,
        );
      }
      const body = await readBody(request, { maxBytes, lease, encodings });
      if (target === 'emitted') await this.#takeReport(encoding, body);
      else await intake.take({ signal: target, transport: 'http', encoding }, body);
      if (target === 'emitted' || target === 'logs') this.#askForReports(response);
      this.#answer(response, 200, encoding, RESPONSE[target === 'emitted' ? 'metrics' : target], {});
    } catch (error) {
      // A sender reads the answer only when it has got rid of its body.
      request.resume();
      this.#answerError(response, encoding ?? 'json', error);
    } finally {
      lease.release();
    }
  }

  #route({ url = '', method }: IncomingMessage): Signal | 'emitted' {
    const [path = ''] = url.split('?', 1);
    const target =
      path === this.#emittedPath && this.#takers.length > 0 ? 'emitted' : this.#signals.get(path);
    if (target === undefined) throw new Refusal(404, 'nothing is here');
    if (target !== 'emitted' && !this.#options.intake.takes(target))
      throw new Refusal(404, `no pipeline takes ${target}`);
    if (method !== 'POST') throw new Refusal(405, 'only POST is supported', { allow: 'POST' });
    return target;
  }

  get #takers(): readonly EmittedTaker[] {
    return this.#options.emittedTakers?.() ?? [];
  }

  async #takeReport(encoding: Batch['encoding'], body: Uint8Array): Promise<void> {
    const report = readEmittedReport(encoding, body);
    await Promise.all(this.#takers.map(({ take }) => take(report)));
  }

  /** Loggers of ours that see this begin to report; nobody else knows it. */
  #askForReports(response: ServerResponse): void {
    const ids = this.#takers.map(({ id }) => id);
    if (ids.length > 0) response.setHeader(EMITTED_HEADER, ids.join('.'));
  }

  #answerError(response: ServerResponse, encoding: Batch['encoding'], error: unknown): void {
    // The sender went away: nobody is left to be told.
    if (response.destroyed) return;
    const { status, message, headers } = toRefusal(error);
    if (status < 500 || headers['retry-after'] !== undefined)
      this.#options.intake.noteInvalid(error, 'http', { code: `http_${status}`, reason: message });
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
    // A text leaves in one write with its header, and so does nothing.
    const body = encoding === 'protobuf' ? encodeProtobuf(message, value) : JSON.stringify(value);
    const { keepsConnections = true } = this.#options;
    if (this.#stopping || !keepsConnections) response.setHeader('connection', 'close');
    response.writeHead(status, {
      'content-type': CONTENT_TYPES[encoding],
      'content-length': Buffer.byteLength(body),
    });
    response.end(body.length === 0 ? undefined : body);
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

function toSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return `${seconds >= 1 ? Math.min(seconds, 3_600) : 1}`;
}
