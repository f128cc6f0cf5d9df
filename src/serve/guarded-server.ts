import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createServer } from '../node-http.ts';
import type { ServerTls } from './server-tls.ts';

/** How long senders may take, in milliseconds, and whether they speak TLS. */
export interface ServerSettings {
  /** For the head of a request, from the connection on or from the first byte. Default 10 s. */
  readonly headersTimeoutMs?: number | undefined;
  /** For a whole request, body included. Default 60 s. */
  readonly requestTimeoutMs?: number | undefined;
  /** For the next request on a connection. Default 65 s. */
  readonly keepAliveMs?: number | undefined;
  /** Default: no TLS. */
  readonly tls?: ServerTls | undefined;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Of servers of TLS: nothing of HTTP knows a connection that is in its handshake. */
const SOCKETS = new WeakMap<Server, Set<Socket>>();

/** Longer than senders usually keep a connection idle, so that none is closed as it is used again. */
const KEEP_ALIVE_MS = 65_000;

const TUNNEL_ANSWER = 'HTTP/1.1 405 Method Not Allowed\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

/**
 * Makes a server of HTTP that nothing which comes over the network can end: whatever goes wrong with a request
 * ends at most its connection. Connections that say nothing, or not enough, are closed in time.
 * @param onError - told of what `handle` throws, and of what the server itself says
 */
export function guardedServer(
  settings: ServerSettings,
  handle: Handle,
  onError?: (error: unknown) => void,
): Server {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 60_000, keepAliveMs = KEEP_ALIVE_MS, tls } = settings;
  const options = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
  };
  const tell = (error: unknown): void => {
    try {
      onError?.(error);
    } catch {
      // Whoever should hear of it cannot; there is nobody else.
    }
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void guard(handle, request, response, tell);
  const server = tls === undefined ? createServer(options, listener) : secureServer(tls, options, listener);
  // Of a connection on which nothing moves either way, such as that of a sender that reads no answers.
  server.timeout = requestTimeoutMs + keepAliveMs;
  // What comes before that is for whoever starts it.
  server.once('listening', () => server.on('error', tell));
  server.on('connect', (_, socket) => {
    socket.on('error', ignore);
    socket.end(TUNNEL_ANSWER, () => socket.destroy());
  });
  return server;
}

/** Ends all connections of a server of TLS, those in their handshake included. */
export function destroySockets(server: Server): void {
  for (const socket of SOCKETS.get(server) ?? []) socket.destroy();
}

function secureServer(
  { cert, key, clientCa }: ServerTls,
  options: { readonly headersTimeout: number },
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  const clients = clientCa && { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  const handshakeTimeout = options.headersTimeout;
  // Loaded only where there is TLS: it takes 20 ms of CPU.
  const { createServer: createSecureServer } = process.getBuiltinModule('node:https');
  const server = createSecureServer({ ...options, cert, key, ...clients, handshakeTimeout }, listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  SOCKETS.set(server, sockets);
  return server;
}

/** Never rejects. */
async function guard(
  handle: Handle,
  request: IncomingMessage,
  response: ServerResponse,
  tell: (error: unknown) => void,
): Promise<void> {
  // An error that nobody listens for ends the process.
  request.on('error', ignore);
  response.on('error', ignore);
  try {
    await handle(request, response);
  } catch (error) {
    tell(error);
    if (response.writableEnded) return;
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { connection: 'close' }).end();
  }
}

function ignore(): void {}
