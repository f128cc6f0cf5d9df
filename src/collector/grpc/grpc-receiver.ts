import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { GRPC } from '../../otlp/grpc/codes.ts';
import { frameOf } from '../../otlp/grpc/frame.ts';
import { HTTP2 } from '../../otlp/grpc/http2-codes.ts';
import { encodeMessageText } from '../../otlp/grpc/message-text.ts';
import { EXPORT_PATHS } from '../../otlp/grpc/services.ts';
import { retryDetails } from '../../otlp/grpc/status-details.ts';
import { parseTimeout } from '../../otlp/grpc/timeout.ts';
import { SIGNALS, type Signal } from '../../otlp/wire/batch.ts';
import type { Packing } from '../../serve/inflate.ts';
import { clearTimeout, performance, setTimeout } from '../../time.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Intake } from '../intake.ts';
import { GrpcRefusal, toGrpcRefusal } from './grpc-refusal.ts';
import { GrpcServer, type GrpcServerOptions } from './grpc-server.ts';
import { readMessage } from './read-message.ts';

/** Where to listen, and for what. */
export interface GrpcReceiverOptions extends GrpcServerOptions {
  /** Of a message, before and after inflation. */
  readonly maxMessageBytes: number;
  /** Where requests go. */
  readonly intake: Intake;
  /** Who lets calls in. Default: everybody may call. */
  readonly authenticator?: Authenticator | undefined;
  /** How long a message may take to come; in milliseconds. Default 60 s. */
  readonly messageTimeoutMs?: number;
}

const CONTENT_TYPE = 'application/grpc';
/** How messages may be packed; as in HTTP `snappy` alone may be framed or not, in gRPC for Go it is framed. */
const PACKINGS: ReadonlyMap<string, Packing | undefined> = new Map([
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['snappy', 'snappy'],
  ['zstd', 'zstd'],
]);
const ENCODINGS = [...PACKINGS.keys()].join(',');

/** An answer that says nothing but that all was taken: an empty message. */
const TAKEN = frameOf(new Uint8Array());

const TOO_SLOW = new GrpcRefusal(GRPC.deadlineExceeded, 'the time of the call is up');

// A map, not an object: senders say what is looked for, and an object has a `constructor`.
const SIGNALS_BY_PATH: ReadonlyMap<unknown, Signal> = new Map(
  SIGNALS.map((signal) => [EXPORT_PATHS[signal], signal]),
);

/**
 * An OTLP/gRPC server: the one unary method of each signal's service.
 * @see OTLP specification, "OTLP/gRPC"; https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export class GrpcReceiver {
  readonly #options: GrpcReceiverOptions;
  readonly #server: GrpcServer;

  constructor(options: GrpcReceiverOptions) {
    this.#options = options;
    this.#server = new GrpcServer(options, (stream, headers) => this.#handle(stream, headers));
  }

  /** Starts to listen. @returns the URL where; `http://127.0.0.1:PORT` for a loopback address or all of them */
  start(): Promise<string> {
    return this.#server.start();
  }

  /** Takes no more calls and waits for those under way, for at most `timeoutMs`. */
  stop(timeoutMs: number): Promise<void> {
    return this.#server.stop(timeoutMs);
  }

  async #handle(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const { intake, maxMessageBytes, messageTimeoutMs = 60_000 } = this.#options;
    const status = httpStatusOf(headers);
    if (status !== 200) {
      const refused = { code: `http_${status}`, reason: 'no call of gRPC' };
      intake.noteInvalid(undefined, 'grpc', refused);
      refuseHttp(stream, status);
      return;
    }
    const lease = intake.lease();
    const deadline = new Deadline(stream);
    let isWhole = false;
    try {
      const signal = this.#route(headers);
      await this.#options.authenticator?.authenticate(headers);
      const packing = packingOf(headers);
      const timeoutMs = timeoutIn(headers);
      deadline.set(Math.min(timeoutMs, messageTimeoutMs));
      const message = await readMessage(stream, { maxBytes: maxMessageBytes, packing, lease });
      deadline.set(timeoutMs);
      isWhole = true;
      await intake.take({ signal, transport: 'grpc', encoding: 'protobuf' }, message);
      answer(stream);
    } catch (error) {
      const refusal = toGrpcRefusal(error);
      const isOurs = refusal.code === GRPC.internal && refusal !== error;
      const told = deadline.isOver ? TOO_SLOW : refusal;
      // A call that its sender has given up is no invalid one.
      if (!stream.aborted && (deadline.isOver ? !isWhole : !isOurs))
        intake.noteInvalid(error, 'grpc', { code: `grpc_${told.code}`, reason: told.message });
      refuse(stream, refusal);
      // Ours, so the server tells of it.
      if (isOurs && !stream.aborted && !deadline.isOver) throw error;
    } finally {
      deadline.lift();
      lease.release();
    }
  }

  #route({ ':path': path }: IncomingHttpHeaders): Signal {
    const signal = SIGNALS_BY_PATH.get(path);
    if (signal === undefined) throw new GrpcRefusal(GRPC.unimplemented, 'unknown method');
    if (!this.#options.intake.takes(signal)) {
      throw new GrpcRefusal(GRPC.unimplemented, `no pipeline takes ${signal}`);
    }
    return signal;
  }
}

/** Ends a call when its time is up: the one who made it has given up by then. */
class Deadline {
  isOver = false;
  readonly #stream: ServerHttp2Stream;
  readonly #sinceMs = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
  }

  /** @param ms - since the beginning of the call; `Infinity` for no bound */
  set(ms: number): void {
    clearTimeout(this.#timer);
    if (ms === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(this.#end, Math.max(0, ms - (performance.now() - this.#sinceMs)));
  }

  lift(): void {
    clearTimeout(this.#timer);
  }

  readonly #end = (): void => {
    this.isOver = true;
    refuse(this.#stream, TOO_SLOW);
  };
}

/** What HTTP says of a request that is no call of gRPC. */
function httpStatusOf({ ':method': method, 'content-type': type = '' }: IncomingHttpHeaders): number {
  if (!/^application\/grpc(\+proto)?(;.*)?$/i.test(type)) return 415;
  return method === 'POST' ? 200 : 405;
}

function packingOf({ 'grpc-encoding': encoding = 'identity' }: IncomingHttpHeaders): Packing | undefined {
  if (PACKINGS.has(String(encoding))) return PACKINGS.get(String(encoding));
  throw new GrpcRefusal(GRPC.unimplemented, `unsupported grpc-encoding; ${ENCODINGS} are supported`);
}

function timeoutIn({ 'grpc-timeout': header }: IncomingHttpHeaders): number {
  if (header === undefined) return Number.POSITIVE_INFINITY;
  const ms = parseTimeout(String(header));
  if (ms === undefined) throw new GrpcRefusal(GRPC.internal, 'the header grpc-timeout is malformed');
  return ms;
}

function answer(stream: ServerHttp2Stream): void {
  if (isGone(stream)) return;
  stream.respond({ ':status': 200, 'content-type': CONTENT_TYPE }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(TAKEN);
}

/** Answers with a status alone, and lets go of what the sender still sends. */
function refuse(stream: ServerHttp2Stream, { code, message, retryAfterMs }: GrpcRefusal): void {
  if (isGone(stream)) return;
  const details = retryAfterMs === undefined ? undefined : { code, message, afterMs: retryAfterMs };
  const headers = {
    ':status': 200,
    'content-type': CONTENT_TYPE,
    'grpc-status': String(code),
    'grpc-message': encodeMessageText(message),
    ...(code === GRPC.unimplemented && { 'grpc-accept-encoding': ENCODINGS }),
    ...(details !== undefined && { 'grpc-status-details-bin': retryDetails(details) }),
  };
  end(stream, headers);
}

function refuseHttp(stream: ServerHttp2Stream, status: number): void {
  if (isGone(stream)) return;
  end(stream, { ':status': status, ...(status === 405 && { allow: 'POST' }) });
}

function end(stream: ServerHttp2Stream, headers: Record<string, string | number>): void {
  stream.respond(headers, { endStream: true });
  // RFC 9113, 8.1: a whole answer may come before the request has ended, which then need not go on.
  if (!stream.readableEnded) stream.close(HTTP2.noError);
}

/** Whether nobody is left to be told, or has been told already. */
function isGone(stream: ServerHttp2Stream): boolean {
  return stream.destroyed || stream.closed || stream.headersSent;
}
