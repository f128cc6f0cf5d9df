import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { clearInterval, clearTimeout, setInterval, setTimeout } from '../../time.ts';
import { withoutTracing } from '../http/without-tracing.ts';
import { GRPC } from './codes.ts';
import { HTTP2 } from './http2-codes.ts';
import type { GrpcTarget } from './target.ts';

/** A way to a server. */
export interface ChannelOptions {
  readonly target: GrpcTarget;
  /** Undefined: without TLS. */
  readonly tls?: ConnectionOptions | undefined;
  /** Asks the server whether it is still there; times in milliseconds. Default: never. */
  readonly keepalive?:
    | { readonly everyMs: number; readonly timeoutMs: number; readonly withoutCalls: boolean }
    | undefined;
}

/** A unary call. */
export interface GrpcCall {
  readonly path: string;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The message with its header. */
  readonly frame: Uint8Array;
  /** The whole attempt, connect included, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What a server said. */
export interface GrpcAnswer {
  readonly code: number;
  /** Of `grpc-status-details-bin`. */
  readonly details?: string;
  /** By which `body` may be packed. */
  readonly encoding?: string;
  /** The message with its header; empty where there was none, or where it was too long to be an answer. */
  readonly body: Buffer;
}

/** Answers are short; more than this is not kept, so that a hostile server cannot fill memory. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** A server says nothing of gRPC: a proxy that answers for it. @see grpc/doc/http-grpc-status-mapping.md */
const CODE_OF_HTTP: ReadonlyMap<unknown, number> = new Map([
  [400, GRPC.internal],
  [401, GRPC.unauthenticated],
  [403, GRPC.permissionDenied],
  [404, GRPC.unimplemented],
  [429, GRPC.unavailable],
  [502, GRPC.unavailable],
  [503, GRPC.unavailable],
  [504, GRPC.unavailable],
]);

/** How a connection ends that the server had closed before the call came: another one may be tried at once. */
const STALE: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_INVALID_SESSION',
]);

/** Calls over one connection, which is opened when there is a call and opened again when it is gone. */
export class GrpcChannel {
  readonly #options: ChannelOptions;
  #session: ClientHttp2Session | undefined;
  #calls = 0;
  #isClosed = false;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /**
   * Calls once; never tries again, but for a connection that the server had closed before.
   * @throws Error when no answer came: refused, reset, out of time
   */
  async call(call: GrpcCall): Promise<GrpcAnswer> {
    const deadline = new Deadline(call);
    try {
      return await withoutTracing(async () => {
        const isKept = this.#isOpen();
        try {
          return await this.#once(call, deadline);
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          if (!isKept || deadline.isOver || call.signal.aborted || !STALE.has(code)) throw error;
          this.#session?.destroy();
          return await this.#once(call, deadline);
        }
      });
    } finally {
      deadline.lift();
    }
  }

  /** Ends the connection, calls under way included. */
  close(): void {
    this.#isClosed = true;
    this.#session?.destroy();
  }

  /** A connection that has been told to go away is closed for new calls; those under way may end on it. */
  #isOpen(): boolean {
    const session = this.#session;
    return session !== undefined && !session.closed && !session.destroyed;
  }

  async #once(call: GrpcCall, deadline: Deadline): Promise<GrpcAnswer> {
    if (this.#isClosed) throw new Error('closed');
    const session = this.#isOpen() ? (this.#session as ClientHttp2Session) : this.#connect();
    const stream = session.request({
      ':method': 'POST',
      ':path': call.path,
      ...call.headers,
    });
    // While nobody waits for an answer the connection must not keep the process.
    if (this.#calls++ === 0) session.ref();
    deadline.watch(stream);
    try {
      return await answerOn(stream, call.frame);
    } finally {
      if (--this.#calls === 0 && !session.destroyed) session.unref();
    }
  }

  #connect(): ClientHttp2Session {
    const { target, tls, keepalive } = this.#options;
    const host = target.host.includes(':') ? `[${target.host}]` : target.host;
    const { socketPath } = target;
    const socket = socketPath === undefined ? {} : { createConnection: () => connectSocket(socketPath) };
    const authority = target.port === 0 ? host : `${host}:${target.port}`;
    // Loaded at the first call: with TLS, which it brings, it takes 30 ms of CPU.
    const { connect } = process.getBuiltinModule('node:http2');
    const session = connect(`${tls === undefined ? 'http' : 'https'}://${authority}`, {
      ...tls,
      ...socket,
      settings: { enablePush: false },
    });
    this.#session = session;
    // Each call hears of it for itself.
    session.on('error', () => {});
    if (keepalive !== undefined) this.#keepAlive(session, keepalive);
    return session;
  }

  #keepAlive(session: ClientHttp2Session, keepalive: NonNullable<ChannelOptions['keepalive']>): void {
    let answered: NodeJS.Timeout | undefined;
    const timer = setInterval(() => {
      if (this.#calls === 0 && !keepalive.withoutCalls) return;
      clearTimeout(answered);
      answered = setTimeout(() => session.destroy(), keepalive.timeoutMs);
      answered.unref();
      session.ping(() => clearTimeout(answered));
    }, keepalive.everyMs);
    timer.unref();
    session.once('close', () => {
      clearInterval(timer);
      clearTimeout(answered);
    });
  }
}

/** Ends an attempt when its time is up, or when its owner gives up. */
class Deadline {
  isOver = false;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  #stream: ClientHttp2Stream | undefined;

  constructor({ timeoutMs, signal }: Pick<GrpcCall, 'timeoutMs' | 'signal'>) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#end);
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.#end();
    }, timeoutMs);
    this.#timer.unref();
  }

  watch(stream: ClientHttp2Stream): void {
    this.#stream = stream;
    if (this.isOver || this.#signal.aborted) this.#end();
  }

  lift(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#end);
  }

  readonly #end = (): void => {
    const why = this.isOver ? 'no answer in time' : 'given up';
    this.#stream?.destroy(new Error(why));
  };
}

function answerOn(stream: ClientHttp2Stream, frame: Uint8Array): Promise<GrpcAnswer> {
  return new Promise((resolve, reject) => {
    const heads: Record<string, unknown> = {};
    const pieces: Buffer[] = [];
    let length = 0;
    let failure: Error | undefined;
    stream.on('response', (headers) => Object.assign(heads, headers));
    stream.on('trailers', (trailers) => Object.assign(heads, trailers));
    stream.on('data', (piece: Buffer) => {
      length += piece.length;
      if (length <= MAX_ANSWER_BYTES) pieces.push(piece);
      else pieces.length = 0;
    });
    stream.on('error', (error) => {
      // A connection that cannot be opened cancels its calls, and says why as their cause.
      failure = error.cause instanceof Error ? error.cause : error;
    });
    stream.once('close', () => {
      const answer = answerIn(heads, Buffer.concat(pieces));
      if (answer !== undefined) resolve(answer);
      else reject(failure ?? unanswered(stream));
    });
    stream.end(frame);
  });
}

/** @returns undefined if the server has said neither a status of gRPC nor one of HTTP */
function answerIn(heads: Readonly<Record<string, unknown>>, body: Buffer): GrpcAnswer | undefined {
  const { ':status': http, 'grpc-status': status, 'grpc-encoding': encoding } = heads;
  const { 'grpc-status-details-bin': details } = heads;
  if (status === undefined && (http === undefined || http === 200)) return undefined;
  const code = status === undefined ? (CODE_OF_HTTP.get(http) ?? GRPC.unknown) : codeOf(String(status));
  return {
    code,
    body,
    ...(encoding !== undefined && { encoding: String(encoding) }),
    ...(details !== undefined && { details: String(details) }),
  };
}

function codeOf(status: string): number {
  return /^\d{1,2}$/.test(status) ? Number(status) : GRPC.unknown;
}

/** A stream that ended without a status. */
function unanswered({ rstCode }: ClientHttp2Stream): NodeJS.ErrnoException {
  const isUnseen = rstCode === HTTP2.refusedStream;
  const code = isUnseen ? 'ERR_HTTP2_GOAWAY_SESSION' : 'ERR_HTTP2_STREAM_ERROR';
  return Object.assign(new Error(`the call ended without a status, code ${rstCode}`), { code });
}
