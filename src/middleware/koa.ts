import type { IncomingMessage, ServerResponse } from 'node:http';
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
  return async (context, next) => {
    try {
      return await contexts.run(new KoaVisit(context), context, next);
    } catch (error) {
      keepRequestId(context.res);
      throw error;
    }
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
