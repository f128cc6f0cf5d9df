import type { EventFailure } from '../event.ts';
import { isError } from '../otlp/describe-error.ts';

/** What went wrong, from whatever was thrown. Never throws itself, whatever getters that has. */
export function toFailure(error: unknown): EventFailure {
  try {
    if (!isError(error)) return { type: typeof error, message: String(error), stacktrace: undefined };
    const { name, message, stack } = error;
    return { type: String(name), message: String(message), stacktrace: stack && String(stack) };
  } catch {
    return { type: typeof error, message: '[Unreadable]', stacktrace: undefined };
  }
}
