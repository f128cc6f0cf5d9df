import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { OtelEventsError } from '../../errors.ts';
import { GrowingBuffer, gatherBytes } from '../../gather-bytes.ts';
import { clearTimeout, setImmediate, setTimeout } from '../../time.ts';
import { GRPC_PORT, GRPC_PORT_FIX } from './grpc-port.ts';
import { type Connections, HttpClient } from './http-client.ts';
import { type Compression, pack } from './pack.ts';
import { retryAfterMs } from './retry-after-ms.ts';
import { tlsFix } from './tls-fix.ts';
import { withoutTracing } from './without-tracing.ts';

/** One HTTP request with a body. */
export interface PostRequest {
  readonly url: URL;
  /** Default `POST`. */
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** In one piece, or in several that follow each other. */
  readonly body: Uint8Array | readonly Uint8Array[];
  readonly compression?: Compression | 'none';
  /** The whole attempt, connect included, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Whose connections to use. Default: those that all share. */
  readonly client?: HttpClient;
}

/** What the server answered. */
export interface PostResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  /** The media type of the body, in lower case and without parameters; empty when the server did not say. */
  readonly type: string;
  /** From `Retry-After`, seconds or date, converted; absent when the server did not say. */
  readonly retryAfterMs?: number;
}

/** Answers are short; more than this is cut off, so that a hostile server cannot fill memory. */
const MAX_RESPONSE_BYTES = 64 * 1024;

/** Of a body, written in one turn of the event loop. */
const TURN_BYTES = 128 * 1024;

const SHARED = new HttpClient();

/** How an exchange ended. */
type Exchanged = PostResponse | 'stale';

/**
 * Sends one request once; never retries, but for a connection that the server had closed since the last request, which
 * says nothing about the server: then over another one, at once (RFC 9112, 9.3.1). Our own requests never show up as spans of the app.
 * @throws OtelEventsError `EXPORT_FAILED` with `retry` when no answer came (refused, reset, timed out)
 */
export async function post(request: PostRequest): Promise<PostResponse> {
  const { url, client = SHARED } = request;
  const pieces = request.body instanceof Uint8Array ? [request.body] : request.body;
  const { compression = 'none' } = request;
  const body = compression === 'none' ? pieces : await pack(pieces, compression);
  const length = body.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const headers: Record<string, string | number> = { ...request.headers, 'content-length': length };
  if (compression !== 'none') headers['content-encoding'] = compression;
  const connections = await client.connectionsTo(url);
  const deadline = new Deadline(request);
  try {
    return await withoutTracing(async () => {
      // Each round uses up a connection that was kept, so it ends with a new one.
      for (;;) {
        const exchanged = await exchange(connections, request, headers, body, deadline.signal);
        if (exchanged !== 'stale') return exchanged;
      }
    });
  } catch (cause) {
    const why = deadline.isOver ? `no answer within ${request.timeoutMs} ms` : describe(cause);
    const fix = deadline.isOver
      ? undefined
      : (tlsFix(cause) ?? grpcPortFix(url, cause) ?? noCollectorFix(url, cause));
    throw new OtelEventsError('EXPORT_FAILED', `${targetOf(url)} did not answer: ${why}`, {
      cause,
      retry: {},
      ...(fix === undefined ? {} : { fix }),
    });
  } finally {
    deadline.lift();
  }
}

/** A server of gRPC answers in HTTP/2, which is no HTTP/1, or hangs up. */
function grpcPortFix({ port }: URL, cause: unknown): string | undefined {
  const code = String((cause as NodeJS.ErrnoException | undefined)?.code);
  return port === GRPC_PORT && (code === 'ECONNRESET' || code.startsWith('HPE_')) ? GRPC_PORT_FIX : undefined;
}

/** Nothing listens where a collector of this machine would. */
function noCollectorFix({ hostname, port }: URL, cause: unknown): string | undefined {
  const isRefused = (cause as NodeJS.ErrnoException | undefined)?.code === 'ECONNREFUSED';
  const isOurs = port === '4318' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return isRefused && isOurs ? 'npx otel-events collect starts a collector there' : undefined;
}

/** A URL as it may appear in messages: without credentials and query, which can hold secrets. */
export function targetOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/**
 * Aborts an attempt when its time is up, or when its owner does. Lifted after it: timers of long time-outs,
 * and listeners at a signal that outlives the attempt, would pile up.
 */
class Deadline {
  isOver = false;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #owner: AbortSignal | undefined;

  constructor({ timeoutMs, signal }: Pick<PostRequest, 'timeoutMs' | 'signal'>) {
    this.#owner = signal;
    signal?.addEventListener('abort', this.#abort);
    if (signal?.aborted) this.#abort();
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.#abort();
    }, timeoutMs).unref();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  lift(): void {
    clearTimeout(this.#timer);
    this.#owner?.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => this.#controller.abort();
}

function exchange(
  { request: open, agent }: Connections,
  { url, method = 'POST' }: PostRequest,
  headers: Record<string, string | number>,
  body: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    // Once the status has been seen, a body cut short does not change what the server decided.
    let isAnswered = false;
    const request = open(url, { method, headers, agent, signal }, (response) => {
      isAnswered = true;
      readLimited(response).then(
        (bytes) => resolve(toResponse(response, bytes)),
        () => resolve(toResponse(response, new Uint8Array())),
      );
    });
    request.on('error', (error) => {
      if (isAnswered) return;
      if (request.reusedSocket && isCut(error)) resolve('stale');
      else reject(error);
    });
    void writeBody(request, body);
  });
}

function isCut(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

/** A large body is written over several turns: handing a megabyte to the kernel takes about a millisecond. */
async function writeBody(request: ClientRequest, body: readonly Uint8Array[]): Promise<void> {
  // Corked: a small request leaves in one packet.
  request.cork();
  let unsent = 0;
  for (const piece of body) {
    for (let start = 0; start < piece.length; start += TURN_BYTES) {
      if (unsent >= TURN_BYTES) {
        request.uncork();
        await new Promise((resolve) => setImmediate(resolve));
        if (request.destroyed) return;
        request.cork();
        unsent = 0;
      }
      const part = piece.subarray(start, start + TURN_BYTES);
      request.write(part);
      unsent += part.length;
    }
  }
  request.end();
}

async function readLimited(response: IncomingMessage): Promise<Uint8Array> {
  const buffer = new GrowingBuffer({ maxBytes: MAX_RESPONSE_BYTES });
  if (!(await gatherBytes(response, buffer))) response.destroy();
  return buffer.take();
}

function toResponse(response: IncomingMessage, body: Uint8Array): PostResponse {
  const { statusCode: status = 0, headers } = response;
  const [type = ''] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const afterMs = retryAfterMs(headers['retry-after']);
  const answer = { status, headers, body, type: type.trim() };
  return afterMs === undefined ? answer : { ...answer, retryAfterMs: afterMs };
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = (cause as NodeJS.ErrnoException).code;
  return code === undefined ? cause.message : code;
}
