import { once } from 'node:events';
import http2, {
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { TestContext } from 'node:test';
import { frameOf } from '../../src/otlp/grpc/frame.ts';

export const LOGS_PATH = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';

/** What a call was answered with; `status` is that of gRPC, of HTTP where there was none. */
export interface CallAnswer {
  readonly status: string;
  readonly message: string;
  /** Headers and trailers together. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The answer came in one piece, as headers that end the stream. */
  readonly trailersOnly: boolean;
}

/** A connection of a client that can say what it likes; ended after the test. */
export function openSession(t: TestContext, url: string, options = {}): ClientHttp2Session {
  const session = http2.connect(url, options);
  session.on('error', () => {});
  t.after(() => session.destroy());
  return session;
}

/** Calls a method with bytes as they are, framed or not. */
export async function callRaw(
  session: ClientHttp2Session,
  body: Uint8Array,
  headers: OutgoingHttpHeaders = {},
): Promise<CallAnswer> {
  const stream = session.request({
    ':method': 'POST',
    ':path': LOGS_PATH,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  let all: IncomingHttpHeaders = {};
  let trailersOnly = true;
  const pieces: Buffer[] = [];
  stream.on('response', (given) => {
    all = { ...all, ...given };
  });
  stream.on('trailers', (given) => {
    trailersOnly = false;
    all = { ...all, ...given };
  });
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  stream.end(body);
  await once(stream, 'close');
  const status = String(all['grpc-status'] ?? `http ${all[':status']}`);
  return {
    status,
    message: String(all['grpc-message'] ?? ''),
    headers: all,
    body: Buffer.concat(pieces),
    trailersOnly,
  };
}

/** Calls a method with one message. */
export function call(
  session: ClientHttp2Session,
  message: Uint8Array,
  headers: OutgoingHttpHeaders = {},
): Promise<CallAnswer> {
  const { 'grpc-encoding': encoding = 'identity' } = headers;
  return callRaw(session, frameOf(message, encoding !== 'identity'), headers);
}
