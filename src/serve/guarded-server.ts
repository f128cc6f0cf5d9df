import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** How long senders may take; in milliseconds. */
export interface ServerTimes {
  /** For the head of a request, from the connection on or from the first byte. Default 10 s. */
  readonly headersTimeoutMs?: number | undefined;
  /** For a whole request, body included. Default 60 s. */
  readonly requestTimeoutMs?: number | undefined;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Longer than senders usually keep a connection idle, so that none is closed as it is used again. */
const KEEP_ALIVE_MS = 65_000;

const TUNNEL_ANSWER = 'HTTP/1.1 405 Method Not Allowed\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

/**
 * Makes a server of HTTP that nothing which comes over the network can end: whatever goes wrong with a request
 * ends at most its connection. Connections that say nothing, or not enough, are closed in time.
 * @param onError - told of what `handle` throws, and of what the server itself says
 */
export function guardedServer(
  times: ServerTimes,
  handle: Handle,
  onError?: (error: unknown) => void,
): Server {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 60_000 } = times;
  const options = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
  };
  const tell = (error: unknown): void => {
    try {
      onError?.(error);
    } catch {
      // Whoever should hear of it cannot; there is nobody else.
    }
  };
  const server = createServer(options, (request, response) => void guard(handle, request, response, tell));
  // Of a connection on which nothing moves either way, such as that of a sender that reads no answers.
  server.timeout = requestTimeoutMs + KEEP_ALIVE_MS;
  // What comes before that is for whoever starts it.
  server.once('listening', () => server.on('error', tell));
  server.on('connect', (_, socket) => {
    socket.on('error', ignore);
    socket.end(TUNNEL_ANSWER, () => socket.destroy());
  });
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
