import type {
  Http2SecureServer,
  Http2Server,
  IncomingHttpHeaders,
  ServerHttp2Session,
  ServerHttp2Stream,
} from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import { HTTP2 } from '../../otlp/grpc/http2-codes.ts';
import { type ListenAddress, listen } from '../../serve/listen.ts';
import type { ServerTls } from '../../serve/server-tls.ts';
import { clearTimeout, setTimeout, within } from '../../time.ts';
import { isHttp2 } from './is-http2.ts';
import { Keepalive, type KeepaliveOptions } from './keepalive.ts';

/** Where a server listens, and how. */
export interface GrpcServerOptions extends KeepaliveOptions {
  readonly address: ListenAddress;
  /** Certificate and key in PEM, and who may come, if not everybody. Default: no TLS. */
  readonly tls?: ServerTls | undefined;
  /** Calls at once on one connection. Default 1,000. */
  readonly maxConcurrentStreams?: number | undefined;
  /** Connections at once. Default 1,000. */
  readonly maxConnections?: number;
  /** How long a connection may say nothing before its first settings; in milliseconds. Default 10 s. */
  readonly handshakeTimeoutMs?: number;
  /** Told about errors that are nobody's fault but ours. */
  readonly onError?: (error: unknown) => void;
}

type Handle = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => Promise<void>;

/** Calls under way on all connections. */
const MAX_STREAMS = 10_000;

/** A window for what is on its way: larger than HTTP/2's 64 KiB, so that a long way does not slow a large message. */
const WINDOW_BYTES = 1024 * 1024;

const SESSION = {
  // In megabytes: what one connection may hold of headers and unread data.
  maxSessionMemory: 4,
  maxHeaderListPairs: 64,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
  // Rapid reset (CVE-2023-44487): a connection that opens and resets streams faster is closed.
  streamResetBurst: 1_000,
  streamResetRate: 50,
};
const SETTINGS = { initialWindowSize: WINDOW_BYTES, maxHeaderListSize: 16 * 1024, enablePush: false };

const OTHER_PROTOCOL = 'this port speaks gRPC, over HTTP/2; OTLP over HTTP has a port of its own\n';
const OTHER_ANSWER = [
  'HTTP/1.1 400 Bad Request',
  'connection: close',
  'content-type: text/plain',
  `content-length: ${OTHER_PROTOCOL.length}`,
  '',
  OTHER_PROTOCOL,
].join('\r\n');

/**
 * A server of HTTP/2 that nothing which comes over the network can end, and whose connections take bounded memory:
 * whatever goes wrong with a call ends at most its connection.
 */
export class GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #handle: Handle;
  readonly #server: Server;
  #http2: Http2Server | undefined;
  /** In the order in which they came. */
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<Socket>();
  /** Of which it is not known yet what they speak. */
  readonly #strangers = new Set<Socket>();
  #streams = 0;
  readonly #streamsOf = new WeakMap<ServerHttp2Session, number>();

  constructor(options: GrpcServerOptions, handle: Handle) {
    this.#options = options;
    this.#handle = handle;
    this.#server =
      options.tls === undefined
        ? createServer((socket) => void this.#greet(socket))
        : this.#secureServer(options.tls);
  }

  /** Starts to listen. @returns the URL where */
  async start(): Promise<string> {
    const url = await listen(this.#server, this.#options.address);
    // What came before is for whoever starts it.
    this.#server.on('error', (error) => this.#tell(error));
    return this.#options.tls === undefined ? url : url.replace('http:', 'https:');
  }

  /** Says to all connections that they are over, and waits for the calls under way, for at most `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // With GOAWAY: what a client has begun is finished, and it begins nothing new here.
    for (const session of this.#sessions) session.close();
    for (const socket of this.#strangers) socket.destroy();
    await within(timeoutMs, closed);
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #secureServer({ cert, key, clientCa }: ServerTls): Server {
    const clients = clientCa && { ca: clientCa, requestCert: true, rejectUnauthorized: true };
    const { createSecureServer } = process.getBuiltinModule('node:http2');
    const options = { ...this.#session, cert, key, ...clients, handshakeTimeout: this.#handshakeMs };
    const server = this.#served(createSecureServer(options));
    server.on('connection', (socket: Socket) => this.#admit(socket));
    return server;
  }

  /** Made for the first connection that speaks HTTP/2: to load that module takes 30 ms of CPU, which a start need not. */
  #plainServer(): Http2Server {
    this.#http2 ??= this.#served(process.getBuiltinModule('node:http2').createServer(this.#session));
    return this.#http2;
  }

  get #session() {
    const { maxConcurrentStreams = 1_000 } = this.#options;
    return { ...SESSION, settings: { ...SETTINGS, maxConcurrentStreams } };
  }

  #served<T extends Http2Server | Http2SecureServer>(server: T): T {
    server.on('session', (session) => this.#open(session));
    server.on('sessionError', ignore);
    server.on('stream', (stream, headers) => this.#take(stream, headers));
    return server;
  }

  get #handshakeMs(): number {
    return this.#options.handshakeTimeoutMs ?? 10_000;
  }

  /** Looks whether a new connection speaks HTTP/2; one that does not is told so. */
  async #greet(socket: Socket): Promise<void> {
    if (!this.#admit(socket)) return;
    this.#strangers.add(socket);
    const speaks = await isHttp2(socket, this.#handshakeMs);
    this.#strangers.delete(socket);
    if (socket.destroyed) return;
    if (speaks === true) this.#plainServer().emit('connection', socket);
    else if (speaks === false) socket.end(OTHER_ANSWER, () => socket.destroy());
    else socket.destroy();
  }

  /** Makes room for a connection: the oldest of those without a call has to go. */
  #admit(socket: Socket): boolean {
    socket.on('error', ignore);
    const { maxConnections = 1_000 } = this.#options;
    if (this.#sockets.size >= maxConnections) {
      const idle = [...this.#sessions].find((session) => !session.closed && this.#countOf(session) === 0);
      if (idle === undefined) {
        socket.destroy();
        return false;
      }
      idle.close();
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return true;
  }

  #countOf(session: ServerHttp2Session): number {
    return this.#streamsOf.get(session) ?? 0;
  }

  #open(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.on('error', ignore);
    session.setLocalWindowSize(4 * WINDOW_BYTES);
    const timer = setTimeout(() => session.destroy(), this.#handshakeMs);
    session.once('remoteSettings', () => clearTimeout(timer));
    const keepalive = new Keepalive(session, this.#options);
    session.once('close', () => {
      clearTimeout(timer);
      keepalive.end();
      this.#sessions.delete(session);
    });
  }

  #take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    // An error that nobody listens for ends the process.
    stream.on('error', ignore);
    const session = stream.session as ServerHttp2Session | undefined;
    if (session === undefined || this.#streams >= MAX_STREAMS) {
      // Not processed: it may be tried again (RFC 9113, 8.7).
      stream.close(HTTP2.refusedStream);
      return;
    }
    this.#count(session, 1);
    stream.once('close', () => this.#count(session, -1));
    void this.#guard(stream, headers);
  }

  #count(session: ServerHttp2Session, change: 1 | -1): void {
    this.#streams += change;
    this.#streamsOf.set(session, this.#countOf(session) + change);
  }

  /** Never rejects. */
  async #guard(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    try {
      await this.#handle(stream, headers);
    } catch (error) {
      this.#tell(error);
      if (!stream.headersSent) stream.close(HTTP2.internalError);
    }
  }

  #tell(error: unknown): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // Whoever should hear of it cannot; there is nobody else.
    }
  }
}

function ignore(): void {}
