import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from '@opentelemetry/api';

/**
 * The key under which instrumentations look up whether they should stay quiet (`@opentelemetry/core`): what the api's
 * `createContextKey` makes in every copy of it. To load the api for it took 18 ms of CPU at the start of a command.
 */
const SUPPRESS_TRACING = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

interface ContextManager {
  active(): Context;
  with<T>(context: Context, fn: () => T): T;
}

/** Runs a function with what was ambient when this module was loaded: then no request of the app's was under way. */
export const outsideOfRequests = AsyncLocalStorage.snapshot();

/**
 * Runs `fn` so that the app's instrumentations make no spans of what it does: telemetry about our own
 * requests would feed on itself. Goes through the global rather than the imported api, because in a split
 * tree the app may have registered with another copy. Instrumentations that do not know the key, such as
 * Sentry's, find no span that ours could belong to.
 */
export function withoutTracing<T>(fn: () => T): T {
  return outsideOfRequests(() => {
    const globals = globalThis as { [key: symbol]: { context?: ContextManager } | undefined };
    const manager = globals[Symbol.for('opentelemetry.js.api.1')]?.context;
    return manager === undefined ? fn() : manager.with(manager.active().setValue(SUPPRESS_TRACING, true), fn);
  });
}
