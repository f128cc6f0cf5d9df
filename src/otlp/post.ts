import type { IncomingMessage } from 'node:http';
import { OtelEventsError } from '../errors.ts';
import { withoutTracing } from './without-tracing.ts';

/** One HTTP request with a body. */
export interface PostRequest {
  readonly url: URL;
  /** Default `POST`. */
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly compression?: 'gzip' | 'none';
  /** The whole attempt, connect included, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** What the server answered. */
export interface PostResponse {
  readonly status: number;
  readonly body: Uint8Array;
  /** From `Retry-After`, seconds or date, converted; absent when the server did not say. */
  readonly retryAfterMs?: number;
}

/** Answers are short; more than this is cut off, so that a hostile server cannot fill memory. */
const MAX_RESPONSE_BYTES = 64 * 1024;

/**
 * Sends one request once; never retries. Our own requests never show up as spans of the app.
 * @throws OtelEventsError `EXPORT_FAILED` with `retry` when no answer came (refused, reset, timed out)
 */
export async function post(request: PostRequest): Promise<PostResponse> {
  const body = request.compression === 'gzip' ? await gzip(request.body) : request.body;
  const headers: Record<string, string | number> = { ...request.headers, 'content-length': body.byteLength };
  if (request.compression === 'gzip') headers['content-encoding'] = 'gzip';
  const client = request.url.protocol === 'https:' ? await httpsClient() : await httpClient();
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
  try {
    return await withoutTracing(() => exchange(client, request, headers, body, signal));
  } catch (cause) {
    const why = timeout.aborted ? `no answer within ${request.timeoutMs} ms` : describe(cause);
    throw new OtelEventsError('EXPORT_FAILED', `${targetOf(request.url)} did not answer: ${why}`, {
      cause,
      retry: {},
    });
  }
}

/** A URL as it may appear in messages: without credentials and query, which can hold secrets. */
export function targetOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/**
 * Milliseconds from a `Retry-After` header.
 * @see RFC 9110, section 10.2.3: delay in seconds, or an HTTP date
 */
export function retryAfterMs(header: string | undefined, nowMs: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const value = header.trim();
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const dateMs = Date.parse(value);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

interface Client {
  readonly request: typeof import('node:http').request;
  readonly agent: import('node:http').Agent;
}

let plainClient: Promise<Client> | undefined;
let secureClient: Promise<Client> | undefined;

// Loaded at the first request: importing the library must stay cheap.
function httpClient(): Promise<Client> {
  plainClient ??= import('node:http').then(({ request, Agent }) => ({
    request,
    agent: new Agent({ keepAlive: true, maxFreeSockets: 4 }),
  }));
  return plainClient;
}

function httpsClient(): Promise<Client> {
  secureClient ??= import('node:https').then(({ request, Agent }) => ({
    request,
    agent: new Agent({ keepAlive: true, maxFreeSockets: 4 }),
  }));
  return secureClient;
}

async function gzip(body: Uint8Array): Promise<Uint8Array> {
  const { gzip: compress } = await import('node:zlib');
  return new Promise((resolve, reject) => {
    compress(body, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

function exchange(
  client: Client,
  { url, method = 'POST' }: PostRequest,
  headers: Record<string, string | number>,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<PostResponse> {
  return new Promise((resolve, reject) => {
    const request = client.request(url, { method, headers, agent: client.agent, signal }, (response) => {
      readLimited(response).then(
        (bytes) => resolve(toResponse(response, bytes)),
        // The status has been seen: a body cut short does not change what the server decided.
        () => resolve(toResponse(response, new Uint8Array())),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function readLimited(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_RESPONSE_BYTES) break;
  }
  return Buffer.concat(chunks);
}

function toResponse(response: IncomingMessage, body: Uint8Array): PostResponse {
  const afterMs = retryAfterMs(response.headers['retry-after']);
  const status = response.statusCode ?? 0;
  return afterMs === undefined ? { status, body } : { status, body, retryAfterMs: afterMs };
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = (cause as NodeJS.ErrnoException).code;
  return code === undefined ? cause.message : code;
}
