import { OtelEventsError } from '../../errors.ts';
import { GRPC } from '../../otlp/grpc/codes.ts';
import { Refusal } from '../../serve/refusal.ts';
import { grpcCodeOf } from '../grpc-code-of.ts';

/** When a sender may come again, unless an exporter says when; in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** The longest that a sender is told to wait. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** Why a call is not taken, as gRPC says it. */
export class GrpcRefusal extends Error {
  readonly code: number;
  /** When the same call may be made again, in milliseconds; undefined: not at all, as far as this side knows. */
  readonly retryAfterMs: number | undefined;

  constructor(code: number, message: string, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * What a sender is told of an error.
 * @see OTLP specification, "OTLP/gRPC Response": UNAVAILABLE is tried again, INVALID_ARGUMENT is not
 */
export function toGrpcRefusal(error: unknown): GrpcRefusal {
  if (error instanceof GrpcRefusal) return error;
  if (error instanceof Refusal) {
    const after = error.headers['retry-after'];
    return new GrpcRefusal(
      grpcCodeOf(error.status),
      error.message,
      after === undefined ? undefined : Number(after) * 1_000,
    );
  }
  if (!(error instanceof OtelEventsError)) {
    return new GrpcRefusal(GRPC.internal, 'the request could not be handled');
  }
  if (error.code === 'OTLP_INVALID' || error.retry === undefined) {
    return new GrpcRefusal(GRPC.invalidArgument, error.message);
  }
  const afterMs = Math.min(error.retry.afterMs ?? RETRY_AFTER_MS, MAX_RETRY_AFTER_MS);
  return new GrpcRefusal(GRPC.unavailable, error.message, afterMs);
}
