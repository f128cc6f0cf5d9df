import type { EventFailure } from '../event.ts';
import { traceOf } from '../otlp/event/trace-of.ts';
import { isError } from '../otlp/values/describe-error.ts';

/** What went wrong, from whatever was thrown. Never throws itself, whatever getters that has. */
export function toFailure(error: unknown): EventFailure {
  try {
    if (!isError(error)) return { type: typeof error, message: String(error), stacktrace: undefined };
    return { type: String(error.name), message: String(error.message), stacktrace: traceOf(error) };
  } catch {
    return { type: typeof error, message: '[Unreadable]', stacktrace: undefined };
  }
}
