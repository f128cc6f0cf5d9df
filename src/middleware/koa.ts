import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeVisit } from './node-visit.ts';
import type { RequestContextOptions } from './request-context-options.ts';
import { RequestContexts } from './request-contexts.ts';

export type { RequestContextOptions, RequestEventOptions, RequestUser } from './request-context-options.ts';

/** What is read of Koa's context. */
export interface KoaContextLike {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
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
