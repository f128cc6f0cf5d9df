import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { EventsApi } from './events-api.ts';
import type { EventsApiOptions } from './events-api-options.ts';
import { answerWith, NodeApiCall } from './node-api-call.ts';
import { NodeVisit } from './node-visit.ts';
import { pathOf } from './path-of.ts';
import type { RequestContextOptions } from './request-context-options.ts';
import { RequestContexts } from './request-contexts.ts';

export type { ProxyHeader, TrustProxy } from './client-address.ts';
export type { ApiAction, Authorization, EventsApiOptions } from './events-api-options.ts';
export type { RequestContextOptions, RequestEventOptions, RequestUser } from './request-context-options.ts';

/** What is read of Koa's context. */
export interface KoaContextLike {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
  /** `false`: Koa leaves the answer to others. */
  respond?: boolean | undefined;
  /** `body` by a parser. */
  readonly request: object;
  /** The answer's. */
  readonly body?: unknown;
}

/**
 * Makes a middleware for Koa 3: `app.use(requestContext({ events }))`. What comes after it runs in the context
 * of the request.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function requestContext<Context extends KoaContextLike = KoaContextLike>(
  options: RequestContextOptions<Context>,
): (context: Context, next: () => Promise<unknown>) => Promise<unknown> {
  const contexts = new RequestContexts(options);
  return (context, next) => {
    let inContext: RunInContext | undefined;
    const handled = (async () => {
      try {
        return await contexts.run(new KoaVisit(context), context, async () => {
          inContext = AsyncLocalStorage.snapshot();
          const result = await next();
          readInContext(context.body, inContext);
          return result;
        });
      } catch (error) {
        keepRequestId(context.res);
        throw error;
      }
    })();
    return continuedIn(handled, () => inContext);
  };
}

/**
 * Makes the routes for events, for Koa 3: `app.use(eventsApi({ events }))`. Bodies that a parser before it has
 * read are taken as they are. `close` ends the streams at once; they also end when the server closes.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function eventsApi<Context extends KoaContextLike = KoaContextLike>(
  options: EventsApiOptions<Context>,
): ((context: Context, next: () => Promise<unknown>) => Promise<unknown>) & { close(): void } {
  const api = new EventsApi(options);
  const handle = async (context: Context, next: () => Promise<unknown>): Promise<unknown> => {
    // Koa's own `path` throws at targets that are no URL.
    const action = api.actionOf(pathOf(context.req.url ?? ''));
    if (action === undefined) return next();
    const parsed = (context.request as { body?: unknown }).body;
    const call = new NodeApiCall({ request: context, incoming: context.req, parsed });
    const answer = await api.answer(call, action);
    context.respond = false;
    void answerWith(context.req, context.res, answer);
  };
  return Object.assign(handle, { close: () => api.close() });
}

type RunInContext = ReturnType<typeof AsyncLocalStorage.snapshot>;

/**
 * Koa reads the body, and calls listeners for errors, in what it hangs on the promise of its middleware, from outside
 * of them all: what is hung on it runs in the context, and so does what is hung on that.
 */
function continuedIn<T>(promise: Promise<T>, inContext: () => RunInContext | undefined): Promise<T> {
  const bind = (callback: unknown): unknown => {
    if (typeof callback !== 'function') return callback;
    return (value: unknown) => {
      const run = inContext();
      return run === undefined ? callback(value) : run(() => callback(value));
    };
  };
  const then = (onFulfilled: unknown, onRejected: unknown): Promise<unknown> =>
    continuedIn(
      Promise.prototype.then.call(promise, bind(onFulfilled) as never, bind(onRejected) as never),
      inContext,
    );
  // Not for `await`, which does not ask a promise for it.
  return Object.defineProperty(promise, 'then', { value: then, configurable: true, writable: true });
}

/** Where a middleware before ours waits for it, the body is read in no context: a stream is told to be. */
function readInContext(body: unknown, run: RunInContext): void {
  if (!(body instanceof Readable)) return;
  const read = body._read;
  body._read = (size) => run(() => read.call(body, size));
}

/** Koa takes all headers off before it answers an error. */
function keepRequestId(response: ServerResponse): void {
  const removeHeader = response.removeHeader;
  response.removeHeader = (name) => {
    if (name !== 'x-request-id') removeHeader.call(response, name);
  };
}

class KoaVisit extends NodeVisit {
  readonly #context: KoaContextLike;

  constructor(context: KoaContextLike) {
    super(context.req, context.res, context.originalUrl);
    this.#context = context;
  }

  /** As `@koa/router` leaves it. */
  protected override route(): string | undefined {
    const route = (this.#context as { _matchedRoute?: unknown })._matchedRoute;
    return typeof route === 'string' ? route : undefined;
  }

  protected override body(): unknown {
    return (this.#context.request as { body?: unknown }).body;
  }
}
