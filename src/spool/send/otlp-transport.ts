import type { Agent, IncomingHttpHeaders } from 'node:http';
import { OtelEventsError } from '../../errors.ts';
import { answerError } from '../../otlp/http/answer-error.ts';
import { isStatus, partialError, partialSuccess, statusMessage } from '../../otlp/http/decode-answer.ts';
import { GRPC_PORT, GRPC_PORT_FIX } from '../../otlp/http/grpc-port.ts';
import { HttpClient, type TlsOptions } from '../../otlp/http/http-client.ts';
import { httpVerdict, mayPass } from '../../otlp/http/http-verdict.ts';
import type { Compression } from '../../otlp/http/pack.ts';
import { type PostRequest, type PostResponse, post, targetOf } from '../../otlp/http/post.ts';
import type { Batch } from '../../otlp/wire/batch.ts';
import { itemsIn, type SpoolBatch } from '../log/spool-batch.ts';
import { bodyOf } from './body-of.ts';
import { MAX_ANSWER_CHARS } from './dead-letters.ts';
import type { Answer, Transport } from './transport.ts';

/** Where batches are posted, and how. */
export interface OtlpTransportOptions {
  /** Whole, such as `http://localhost:4318/v1/logs`: one transport serves one signal. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that may differ from request to request, such as a token; stronger than `headers`. */
  readonly credentials?: (() => Readonly<Record<string, string>>) | undefined;
  readonly compression: Compression | 'none';
  readonly encoding: Batch['encoding'];
  /** The whole attempt, connect included, in milliseconds. */
  readonly timeoutMs: number;
  readonly tls?: TlsOptions | undefined;
  /** In place of connections of our own, which `tls` is for. */
  readonly agent?: Agent | undefined;
  readonly userAgent: string;
  /** Is told of the headers of each answer that takes a batch. */
  readonly onTaken?: ((headers: IncomingHttpHeaders) => void) | undefined;
}

/** A way to an OTLP/HTTP server, with connections of its own. */
export interface OtlpTransport {
  readonly send: Transport;
  readonly postBelow: PostBelow;
  /** Ends the connections; what is posted after that has one of its own. */
  readonly close: () => void;
}

/**
 * Posts protobuf once to a path below that of the batches, with the same headers and over the same connections.
 * @throws OtelEventsError `EXPORT_FAILED` when no answer came in time
 */
export type PostBelow = (below: string, body: Uint8Array, timeoutMs: number) => Promise<PostResponse>;

const CONTENT_TYPE = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;

/**
 * Posts batches to an OTLP/HTTP server. Protobuf leaves as it lies in the spool: a head and the batch's own
 * bytes, nothing decoded and nothing copied.
 */
export function otlpTransport(options: OtlpTransportOptions): OtlpTransport {
  const { url, headers, compression, encoding, timeoutMs, tls, agent, userAgent, credentials } = options;
  const { onTaken } = options;
  const client = new HttpClient(tls, agent);
  let isClosed = false;
  // Ours come last: the body is what it is, whatever headers somebody configured.
  const headersOf = (body: Batch['encoding']) => {
    return { 'user-agent': userAgent, ...headers, ...credentials?.(), 'content-type': CONTENT_TYPE[body] };
  };
  const send: Transport = async (batch, signal) => {
    let body: readonly Uint8Array[];
    try {
      body = bodyOf(batch, encoding);
    } catch (cause) {
      return unreadable(url, cause);
    }
    try {
      const allHeaders = headersOf(encoding);
      const request = { url, headers: allHeaders, body, compression, timeoutMs, signal, client };
      const response = await post(request);
      const answer = answerOf(batch, encoding, request, response);
      if (answer.kind === 'delivered') onTaken?.(response.headers);
      return answer;
    } catch (cause) {
      return { kind: 'retry', error: cause as OtelEventsError };
    }
  };
  const postBelow: PostBelow = (below, body, withinMs) => {
    const place = new URL(url);
    place.pathname += below;
    // Nobody would come to end a connection that is opened behind the end.
    const allHeaders = { ...headersOf('protobuf'), ...(isClosed ? { connection: 'close' } : {}) };
    return post({ url: place, headers: allHeaders, body, compression, timeoutMs: withinMs, client });
  };
  const close = (): void => {
    isClosed = true;
    client.close();
  };
  return { send, postBelow, close };
}

function answerOf(
  batch: SpoolBatch,
  encoding: Batch['encoding'],
  request: PostRequest,
  response: PostResponse,
): Answer {
  const { url } = request;
  const { status, retryAfterMs } = response;
  const verdict = httpVerdict(status);
  if (verdict === 'taken') return delivered(batch, encoding, request, response);
  const error = answerError(url, response);
  if (verdict === 'later') {
    return { kind: 'retry', error, ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }) };
  }
  if (verdict === 'too_large') return { kind: 'too_large', error };
  if (verdict === 'hold') return { kind: 'hold', error, mayPass: mayPass(status) };
  const answer = statusMessage(encoding, response, request).slice(0, MAX_ANSWER_CHARS);
  const doubt = isStatus(encoding, response) ? 'see what its own log says' : noOtlp(url);
  return { kind: 'invalid', reason: `http_${status}`, error, doubt, ...(answer === '' ? {} : { answer }) };
}

/** Go and nginx answer 400 to http where TLS was expected. */
function noOtlp({ protocol, port }: URL): string {
  if (port === GRPC_PORT) return `what answers there does not speak OTLP over HTTP: ${GRPC_PORT_FIX}`;
  const other = protocol === 'http:' ? 'https' : 'http';
  return `what answers there does not speak OTLP: check the URL, and whether it has to be ${other}`;
}

function delivered(
  batch: SpoolBatch,
  encoding: Batch['encoding'],
  request: PostRequest,
  response: PostResponse,
): Answer {
  const { signal } = batch;
  const count = itemsIn(batch);
  const partial = partialSuccess({ signal, encoding, count }, response, request);
  const error = partialError(targetOf(request.url), count, partial);
  if (error === undefined) return { kind: 'delivered' };
  return { kind: 'delivered', refused: partial.refused, error, answer: partial.message };
}

/** The record that cannot be decoded is found as one that the server refuses. */
function unreadable(url: URL, cause: unknown): Answer {
  const message = `a batch for ${targetOf(url)} cannot be turned into JSON`;
  const reason = 'otlp_invalid';
  return { kind: 'invalid', reason, error: new OtelEventsError('OTLP_INVALID', message, { cause, reason }) };
}
