import { gunzipSync } from 'node:zlib';
import { OtelEventsError } from '../../errors.ts';
import { type ChannelOptions, type GrpcAnswer, GrpcChannel } from '../../otlp/grpc/channel.ts';
import { GRPC } from '../../otlp/grpc/codes.ts';
import { FRAME_HEADER_BYTES, frameOf } from '../../otlp/grpc/frame.ts';
import { EXPORT_PATHS } from '../../otlp/grpc/services.ts';
import { retryAfterIn } from '../../otlp/grpc/status-details.ts';
import { timeoutHeader } from '../../otlp/grpc/timeout.ts';
import { partialError, partialSuccess } from '../../otlp/http/decode-answer.ts';
import { pack } from '../../otlp/http/pack.ts';
import { tlsFix } from '../../otlp/http/tls-fix.ts';
import type { Signal } from '../../otlp/wire/batch.ts';
import { itemsIn, type SpoolBatch } from '../log/spool-batch.ts';
import { bodyOf } from './body-of.ts';
import type { Answer, Transport } from './transport.ts';

/** Where batches are sent, and how. */
export interface GrpcTransportOptions extends ChannelOptions {
  readonly signal: Signal;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that may differ from call to call, such as a token, in lower case; stronger than `headers`. */
  readonly credentials?: (() => Readonly<Record<string, string>>) | undefined;
  readonly compression: 'gzip' | 'none';
  /** The whole attempt, connect included, in milliseconds. */
  readonly timeoutMs: number;
  readonly userAgent: string;
}

/** An answer without details is a few bytes. */
const MAX_INFLATED_BYTES = 64 * 1024;

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(GRPC).map(([name, code]) => [code, name.replace(/[A-Z]/g, '_$&').toUpperCase()]),
);

/** @see OTLP specification, "Failures" of OTLP/gRPC: what may be sent again */
const RETRYABLE: ReadonlySet<number> = new Set([
  GRPC.cancelled,
  GRPC.deadlineExceeded,
  GRPC.aborted,
  GRPC.outOfRange,
  GRPC.unavailable,
  GRPC.dataLoss,
]);

/** Of the codes that say nothing of the data: those of a server that is broken. What the others say only somebody can mend. */
const MAY_PASS: ReadonlySet<number> = new Set([GRPC.unknown, GRPC.internal]);

const FIXES: ReadonlyMap<number, string> = new Map([
  [GRPC.unimplemented, 'the server there takes no OTLP of this signal over gRPC: check the endpoint'],
  [GRPC.unauthenticated, 'check the credentials in the headers'],
  [GRPC.permissionDenied, 'check the credentials in the headers, and what they allow'],
]);

/** A way to an OTLP/gRPC server for one signal, over a connection of its own. */
export function grpcTransport(options: GrpcTransportOptions): { send: Transport; close: () => void } {
  const { signal: kind, compression, timeoutMs, target } = options;
  const channel = new GrpcChannel(options);
  const isPacked = compression === 'gzip';
  const { userAgent, credentials } = options;
  const own = {
    'content-type': 'application/grpc+proto',
    te: 'trailers',
    'grpc-accept-encoding': 'identity,gzip',
    'grpc-timeout': timeoutHeader(timeoutMs),
    ...(isPacked && { 'grpc-encoding': 'gzip' }),
  };
  const send: Transport = async (batch, signal) => {
    let message: Uint8Array;
    try {
      message = Buffer.concat(bodyOf(batch, 'protobuf'));
    } catch (cause) {
      const reason = 'otlp_invalid';
      const text = `a batch for ${target.name} cannot be turned into protobuf`;
      return { kind: 'invalid', reason, error: new OtelEventsError('OTLP_INVALID', text, { cause, reason }) };
    }
    try {
      const packed = isPacked ? Buffer.concat(await pack([message], 'gzip')) : message;
      const frame = frameOf(packed, isPacked);
      const path = EXPORT_PATHS[kind];
      // Ours come last: the message is what it is, whatever headers somebody configured.
      const headers = { 'user-agent': userAgent, ...options.headers, ...credentials?.(), ...own };
      return answerOf(batch, options, await channel.call({ path, headers, frame, timeoutMs, signal }));
    } catch (cause) {
      return { kind: 'retry', error: noAnswer(target.name, cause) };
    }
  };
  return { send, close: () => channel.close() };
}

function noAnswer(target: string, cause: unknown): OtelEventsError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const fix = tlsFix(cause);
  return new OtelEventsError('EXPORT_FAILED', `${target} did not answer: ${code ?? message}`, {
    cause,
    retry: {},
    ...(fix === undefined ? {} : { fix }),
  });
}

function answerOf(batch: SpoolBatch, options: GrpcTransportOptions, answer: GrpcAnswer): Answer {
  const { code, details } = answer;
  if (code === GRPC.ok) return delivered(batch, options, answer);
  const afterMs = details === undefined ? undefined : retryAfterIn(details);
  const isLater = RETRYABLE.has(code) || (code === GRPC.resourceExhausted && afterMs !== undefined);
  const error = refusal(options.target.name, code, isLater, afterMs);
  if (isLater) return { kind: 'retry', error, ...(afterMs !== undefined && { afterMs }) };
  // Without a time to come again it is the size of the message: fewer at once may fit.
  if (code === GRPC.resourceExhausted) return { kind: 'too_large', error };
  if (code === GRPC.invalidArgument) return { kind: 'invalid', reason: reasonOf(code), error };
  return { kind: 'hold', error, mayPass: MAY_PASS.has(code) };
}

/** Names the server and the code, never what the server said. */
function refusal(
  target: string,
  code: number,
  isLater: boolean,
  afterMs: number | undefined,
): OtelEventsError {
  const fix = FIXES.get(code);
  const name = NAMES.get(code);
  const answered = name === undefined ? `code ${code}` : `${name} (${code})`;
  return new OtelEventsError('EXPORT_FAILED', `${target} answered ${answered}`, {
    reason: reasonOf(code),
    ...(isLater && { retry: afterMs === undefined ? {} : { afterMs } }),
    ...(fix !== undefined && { fix }),
  });
}

function reasonOf(code: number): string {
  return `grpc_${code}`;
}

function delivered(batch: SpoolBatch, options: GrpcTransportOptions, answer: GrpcAnswer): Answer {
  const { target, headers, signal } = options;
  const count = itemsIn(batch);
  const response = { status: 200, headers: {}, body: messageIn(answer), type: '' };
  const request = { url: new URL('http://grpc/'), headers };
  const partial = partialSuccess({ signal, encoding: 'protobuf', count }, response, request);
  const error = partialError(target.name, count, partial);
  if (error === undefined) return { kind: 'delivered' };
  return { kind: 'delivered', refused: partial.refused, error, answer: partial.message };
}

/** What cannot be read came with status 0 all the same: the request has arrived, and nothing was refused. */
function messageIn({ body, encoding }: GrpcAnswer): Uint8Array {
  const message = body.subarray(FRAME_HEADER_BYTES);
  if (body[0] !== 1) return message;
  try {
    return encoding === 'gzip'
      ? gunzipSync(message, { maxOutputLength: MAX_INFLATED_BYTES })
      : new Uint8Array();
  } catch {
    return new Uint8Array();
  }
}
