import { type ErrorCode, OtelEventsError } from '../../../errors.ts';
import { withoutFix } from '../../../without-fix.ts';

/** An error on its way from a worker: classes do not travel. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string | undefined;
  readonly canRetry: boolean;
}

export function toWire(error: unknown): WireError {
  if (error instanceof OtelEventsError) {
    const { code, fix, retry } = error;
    return { code, message: withoutFix(error), fix, canRetry: retry !== undefined };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { code: 'STORE_FAILED', message: `the store: ${reason}`, fix: undefined, canRetry: true };
}

export function fromWire({ code, message, fix, canRetry }: WireError): OtelEventsError {
  return new OtelEventsError(code, message, {
    ...(fix === undefined ? {} : { fix }),
    ...(canRetry ? { retry: {} } : {}),
  });
}
